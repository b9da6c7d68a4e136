// Colours that an author chose for a card. The content security policy refuses style attributes, and a
// script of ours may set the same; without it cards have the colours of the site.
for (const element of document.querySelectorAll(".kg-card[data-style], .kg-card [data-style]")) {
    // White words were chosen for Ghost's accent; on ours the style sheet knows better.
    if (!element.matches(".kg-style-accent")) element.style.cssText = element.dataset.style;
}
