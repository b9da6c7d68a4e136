// Asks before unsaved text is left behind; saving is not leaving.
export function guardLeaving(field) {
    let saving = false;
    field.form.addEventListener("submit", (event) => { saving = !event.defaultPrevented; });
    addEventListener("pageshow", () => { saving = false; });
    addEventListener("beforeunload", (event) => {
        if (!saving && field.changed) event.preventDefault();
    });
}

// Ctrl-S and Cmd-S press the button marked data-save, or send the form as it is.
export function saveOnShortcut(form) {
    document.addEventListener("keydown", (event) => {
        if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
        event.preventDefault();
        form.requestSubmit(form.querySelector("button[data-save]") ?? undefined);
    });
}
