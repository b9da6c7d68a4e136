// <textarea data-rich> as words that look like what they will be. Without a script it stays a text area; its value is
// what is sent in both cases: text, or the few tags below.
const KEPT = new Set(["P", "BR", "STRONG", "EM", "UL", "OL", "LI", "A", "H2", "H3", "H4", "BLOCKQUOTE"]);
const SAME = { B: "STRONG", I: "EM", DIV: "P" };
const TOOLS = [["bold", "Bold"], ["italic", "Italic"], ["insertUnorderedList", "List"], ["createLink", "Link"]];
const ADDRESS = /^(https?:|mailto:|\/)/;

function copied(from, to) {
    for (const node of from.childNodes) {
        const name = SAME[node.nodeName] ?? node.nodeName;
        if (node.nodeType === Node.TEXT_NODE) to.append(node.textContent);
        else if (KEPT.has(name)) to.append(copied(node, element(name, node)));
        else copied(node, to);
    }
    return to;
}

function element(name, like) {
    const made = document.createElement(name);
    const address = like.getAttribute("href") ?? "";
    if (name === "A" && ADDRESS.test(address)) made.setAttribute("href", address);
    return made;
}

function shown(value) {
    if (/<[a-z]/i.test(value)) return new DOMParser().parseFromString(value, "text/html").body;
    const body = document.createElement("div");
    for (const block of value.split(/\n\s*\n/)) {
        const paragraph = document.createElement("p");
        paragraph.innerText = block.trim();
        body.append(paragraph);
    }
    return body;
}

function run(command, words) {
    words.focus();
    const address = command === "createLink" ? prompt("Where does the link lead?", "https://") : undefined;
    if (address === undefined || ADDRESS.test(address ?? "")) document.execCommand(command, false, address);
}

function tools(words) {
    const bar = document.createElement("div");
    bar.className = "rich-tools";
    for (const [command, label] of TOOLS) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "button button-quiet", textContent: label });
        button.addEventListener("click", () => run(command, words));
        bar.append(button);
    }
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
    copied(shown(area.value), words);
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
document.querySelectorAll("textarea[data-rich]").forEach(enrich);
