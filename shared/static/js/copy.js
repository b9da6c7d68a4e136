// <button type="button" data-copy="text" data-copied="Copied">Copy</button>; without a script the text is on the page.
async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = button.textContent;
    button.textContent = button.dataset.copied ?? "Copied";
    setTimeout(() => { button.textContent = before; }, 2000);
}

document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
});
