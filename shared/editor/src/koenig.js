import {KoenigComposer, KoenigEditor, WordCountPlugin} from "@tryghost/koenig-lexical";
import {createElement as h, useState, useSyncExternalStore} from "react";
import {createRoot} from "react-dom/client";
import {cardConfig} from "./card_config.js";
import {nameNested} from "./nested_names.js";
import {fileUploader} from "./uploads.js";

function Words() {
    const [count, setCount] = useState(0);
    return h("p", {className: "editor-words"},
        h(WordCountPlugin, {onChange: setCount}), count === 1 ? "1 word" : `${count} words`);
}

const dark = matchMedia("(prefers-color-scheme: dark)");

function onScheme(changed) {
    dark.addEventListener("change", changed);
    return () => dark.removeEventListener("change", changed);
}

function Composer({place, field, lexical, uploader}) {
    const darkMode = useSyncExternalStore(onScheme, () => dark.matches);
    return h(KoenigComposer,
        {
            cardConfig: cardConfig(place.dataset),
            darkMode,
            fileUploader: uploader,
            initialEditorState: lexical || undefined,
            onError: (error) => reportError(error),
        },
        h(KoenigEditor, {
            placeholderText: place.dataset.placeholder ?? "Begin writing, or type / for a card…",
            onChange: (state) => field.follow(state),
            registerAPI: (api) => api?.editorInstance.registerRootListener((root) => root && name(root, field)),
        }),
        h(Words));
}

// The editable text takes over the name of the text area it replaces.
function name(editable, field) {
    const label = field.textarea.labels[0];
    editable.setAttribute("aria-multiline", "true");
    editable.setAttribute("aria-label", label?.textContent.trim() || "Text");
    label?.addEventListener("click", () => editable.focus());
}

// Gives a function that shows another document in its place.
export function mountKoenig(place, field) {
    const host = Object.assign(document.createElement("div"), {className: "editor-host"});
    place.append(host);
    nameNested(host);
    const root = createRoot(host);
    const uploader = fileUploader(place.dataset.uploadUrl);
    let version = 0;
    const show = (lexical) => root.render(h(Composer, {key: version++, place, field, lexical, uploader}));
    show(field.value);
    return show;
}
