// The text in this browser, for the moment when the power, the network or the session is gone.
const PREFIX = "editor-draft:";
const OLDEST = 14 * 24 * 3600 * 1000;
const PAUSE = 1500;

function read(key) {
    try {
        return JSON.parse(localStorage.getItem(key));
    } catch {
        return null;
    }
}

function write(key, draft) {
    try {
        localStorage.setItem(key, JSON.stringify(draft));
    } catch {
        // Full or forbidden: the form still has the text.
    }
}

export class Draft {
    constructor(place, field) {
        this.key = PREFIX + (place.dataset.draftKey ?? location.pathname);
        this.version = place.dataset.version ?? "";
        this.field = field;
        this.found = this.usable(read(this.key));
        this.sent = false;
        field.onChange(() => this.keepSoon());
        field.form.addEventListener("submit", () => { this.sent = true; });
        // The last two events that phones are sure to give.
        addEventListener("pagehide", () => this.keep());
        document.addEventListener("visibilitychange", () => { if (document.hidden) this.keep(); });
    }

    // A draft that was sent, and after which the page has changed, has arrived.
    usable(draft) {
        if (!draft || draft.lexical === this.field.value) return null;
        return draft.sent && draft.version !== this.version ? null : draft;
    }

    keepSoon() {
        this.sent = false;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keep(), PAUSE);
    }

    keep() {
        if (!this.field.changed) return;
        write(this.key, {lexical: this.field.value, version: this.version, at: Date.now(), sent: this.sent});
    }

    discard() {
        localStorage.removeItem(this.key);
    }
}

// Forgets drafts that are old, and one that this page shows as saved.
export function sweepDrafts(shown) {
    for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(PREFIX)) continue;
        const draft = read(key);
        const arrived = draft?.sent && draft.lexical === shown;
        if (!draft || arrived || draft.at < Date.now() - OLDEST) localStorage.removeItem(key);
    }
}
