// <textarea data-rich> as words that look like what they will be. Without a script it stays a text area; its value is
// what is sent in both cases: text, or the few tags below.
const KEPT = new Set(["P", "BR", "STRONG", "EM", "UL", "OL", "LI", "A", "H2", "H3", "H4", "BLOCKQUOTE"]);
const SAME = { B: "STRONG", I: "EM", DIV: "P" };
const ADDRESS = /^(https?:|mailto:|\/)/;

// Taken apart here and not by the browser: whatever is no such tag stays words, and nothing of it could ever run.
const PIECES = /<(\/?)([a-z][a-z0-9]*)([^>]*)>|([^<]+|<)/gi;
const SIGNS = { lt: "<", gt: ">", amp: "&", quot: '"', nbsp: "\u00a0" };

function copied(from, to) {
    for (const node of from.childNodes) {
        const name = SAME[node.nodeName] ?? node.nodeName;
        if (node.nodeType === Node.TEXT_NODE) to.append(node.textContent);
        else if (KEPT.has(name)) to.append(copied(node, element(name, node.getAttribute("href"))));
        else copied(node, to);
    }
    return to;
}

function element(name, address) {
    const made = document.createElement(name);
    if (name === "A" && ADDRESS.test(address ?? "")) made.setAttribute("href", address);
    return made;
}

function plain(text) {
    return text.replace(/&(?:#(\d{1,6})|(\w+));/g, (sign, code, word) =>
        code ? String.fromCodePoint(Number(code)) : SIGNS[word] ?? sign);
}

function opened(place, name, rest) {
    const made = element(name, plain(rest.match(/\shref="([^"]*)"/)?.[1] ?? ""));
    place.append(made);
    return name === "BR" ? place : made;
}

function read(html, words) {
    let place = words;
    for (const [, closes, tag = "", rest, text] of html.matchAll(PIECES)) {
        const name = SAME[tag.toUpperCase()] ?? tag.toUpperCase();
        if (text) place.append(plain(text));
        else if (KEPT.has(name)) place = closes ? place.closest(name)?.parentNode ?? place : opened(place, name, rest);
    }
}

function show(value, words) {
    if (/<[a-z]/i.test(value)) return read(value, words);
    for (const block of value.split(/\n\s*\n/)) {
        const paragraph = document.createElement("p");
        paragraph.innerText = block.trim();
        words.append(paragraph);
    }
}

function run(command, words) {
    words.focus();
    const address = command === "createLink" ? prompt("Where does the link lead?", "https://") : undefined;
    if (address === undefined || ADDRESS.test(address ?? "")) document.execCommand(command, false, address);
}

// The buttons stand on the page as a template, with their icons; a page without them has words alone.
function tools(words) {
    const bar = document.createDocumentFragment();
    const drawn = document.querySelector("template[data-rich-tools]");
    if (drawn) bar.append(drawn.content.cloneNode(true));
    for (const button of bar.querySelectorAll("[data-command]"))
        button.addEventListener("click", () => run(button.dataset.command, words));
    return bar;
}

function field(area) {
    const words = document.createElement("div");
    words.className = "input rich-words prose prose-plain";
    words.contentEditable = "true";
    const label = area.labels[0];
    for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": label?.textContent.trim() }))
        words.setAttribute(name, value);
    if (area.hasAttribute("aria-describedby")) words.setAttribute("aria-describedby", area.getAttribute("aria-describedby"));
    label?.addEventListener("click", () => words.focus());
    show(area.value, words);
    return words;
}

function enrich(area) {
    const words = field(area);
    words.addEventListener("input", () => {
        area.value = words.innerText.trim() ? copied(words, document.createElement("div")).innerHTML : "";
    });
    words.addEventListener("paste", (event) => {
        event.preventDefault();
        document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    area.hidden = true;
    area.before(tools(words), words);
}

document.execCommand("defaultParagraphSeparator", false, "p");
// Every field brings this script along, and it runs as often.
document.querySelectorAll("textarea[data-rich]:not([hidden])").forEach(enrich);
