// The writing page. A form with a plain text area inside <div data-editor> works by itself; with this script
// the text area makes way for Koenig, and the form sends `lexical` in place of it.
//
//   data-lexical      the stored document (JSON); empty for a new text
//   data-upload-url   takes POST multipart `file` and `kind`, answers {"url": …} or {"error": …}
//   data-links-url    optional: ?q=… answers [{label, items: [{title, url, metaText}]}]
//   data-embed-url    optional: ?url=…&type=… answers oEmbed; without it only known players can be embedded
//   data-version      optional: changes with each save, tells which drafts are older than the page
//   data-draft-key    optional: what the draft in this browser is called; the page's path without it
import "./editor.css";
import {TextField} from "./text_field.js";
import {mountKoenig} from "./koenig.js";
import {offerDraft} from "./draft_offer.js";
import {guardLeaving, saveOnShortcut} from "./leaving.js";
import {Draft, sweepDrafts} from "./draft.js";

function mount(place) {
    const field = new TextField(place);
    const show = mountKoenig(place, field);
    const draft = new Draft(place, field);
    guardLeaving(field);
    saveOnShortcut(field.form);
    offerDraft(place, draft, (lexical) => { field.replace(lexical); show(lexical); });
}

for (const place of document.querySelectorAll("[data-editor]")) {
    sweepDrafts(place.dataset.lexical);
    mount(place);
}
