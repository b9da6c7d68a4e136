function button(words, press) {
    const made = Object.assign(document.createElement("button"), {type: "button", textContent: words, className: "button"});
    made.addEventListener("click", press);
    return made;
}

// Above the editor: what this browser kept, to be taken back or thrown away.
export function offerDraft(place, draft, take) {
    if (!draft.found) return;
    const when = new Date(draft.found.at).toLocaleString([], {dateStyle: "medium", timeStyle: "short"});
    const offer = Object.assign(document.createElement("div"), {className: "editor-draft"});
    offer.setAttribute("role", "status");
    const words = Object.assign(document.createElement("p"), {textContent: `This browser kept unsaved text from ${when}.`});
    const close = (then) => () => { then(); offer.remove(); };
    offer.append(words,
        button("Take it back", close(() => take(draft.found.lexical))),
        button("Throw it away", close(() => draft.discard())));
    place.prepend(offer);
}
