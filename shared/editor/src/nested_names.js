// Koenig's cards have text fields of their own, which it leaves without a name for those who cannot see where they are.
const NAMELESS = '[role="textbox"]:not([aria-label], [aria-labelledby])';

function nameAll(host) {
    for (const editable of host.querySelectorAll(`[data-kg-card] ${NAMELESS}`)) {
        editable.setAttribute("aria-label", `Text of the ${editable.closest("[data-kg-card]").dataset.kgCard} card`);
    }
}

export function nameNested(host) {
    new MutationObserver(() => nameAll(host)).observe(host, {childList: true, subtree: true});
}
