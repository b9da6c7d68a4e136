// What the form sends: a hidden input that follows the editor, a moment behind.
const BEHIND = 300;

export class TextField {
    constructor(place) {
        this.textarea = place.querySelector("textarea");
        this.form = this.textarea.form;
        this.saved = place.dataset.lexical ?? "";
        this.listeners = [];
        this.touched = false;
        this.input = this.takeOver();
        this.watch(place);
    }

    // Only one of the two may be sent, and a hidden field may not ask to be filled in.
    takeOver() {
        const input = Object.assign(document.createElement("input"), {type: "hidden", name: "lexical", value: this.saved});
        this.textarea.after(input);
        this.textarea.removeAttribute("name");
        this.textarea.required = false;
        this.textarea.hidden = true;
        document.getElementById(`${this.textarea.id}-hint`)?.setAttribute("hidden", "");
        return input;
    }

    // Koenig tidies a document when it opens it; only what follows a person's hand is a change.
    watch(place) {
        const touch = () => { this.touched = true; };
        for (const kind of ["keydown", "pointerdown", "paste", "drop", "input"]) place.addEventListener(kind, touch, true);
        this.form.addEventListener("formdata", (event) => { this.flush(); event.formData.set("lexical", this.input.value); });
        this.form.addEventListener("submit", () => this.flush(), true);
    }

    get value() { return this.input.value; }

    get changed() {
        this.flush();
        return this.touched && this.value !== this.saved;
    }

    onChange(listener) { this.listeners.push(listener); }

    follow(editorState) {
        this.waiting = editorState;
        this.timer ??= setTimeout(() => this.flush(), BEHIND);
    }

    flush() {
        clearTimeout(this.timer);
        this.timer = undefined;
        if (this.waiting === undefined) return;
        this.input.value = JSON.stringify(this.waiting);
        this.waiting = undefined;
        if (!this.touched) this.saved = this.value;
        for (const listener of this.listeners) listener();
    }

    replace(lexical) {
        this.touched = true;
        this.waiting = undefined;
        this.input.value = lexical;
    }
}
