// <button data-passkey="get|create" data-options="address" data-answer="address" hidden>: the browser's own dialog.
// Without a script the button stays hidden; the mailed link and the digits of an app are always there.
const supported = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

async function post(address, fields = {}) {
    const response = await fetch(address, {
        method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" },
    });
    if (response.redirected) return { next: response.url };
    const found = await response.json();
    if (!response.ok) throw new Error(found.message);
    return found;
}

async function ask(kind, options) {
    if (kind === "create") {
        return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    }
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function use(button) {
    const options = await post(button.dataset.options);
    if (options.next) return location.assign(options.next);
    const credential = await ask(button.dataset.passkey, options);
    const fields = Object.fromEntries(new FormData(button.form));
    const found = await post(button.dataset.answer, { ...fields, credential: JSON.stringify(credential.toJSON()) });
    return location.assign(found.next);
}

function say(button, error) {
    // NotAllowedError: the dialog was closed, or nothing fitting is on this device.
    const closed = error.name === "NotAllowedError" || error.name === "AbortError";
    const known = error.name === "InvalidStateError" ? "This device has a passkey for you already." : error.message;
    button.form.querySelector("[data-passkey-trouble]").textContent =
        closed ? "No passkey was used. You can try again." : known;
}

for (const button of supported ? document.querySelectorAll("[data-passkey]") : []) {
    button.hidden = false;
    button.closest("[data-needs-passkeys]")?.removeAttribute("hidden");
    button.form.addEventListener("submit", (event) => {
        event.preventDefault();
        use(button).catch((error) => say(button, error));
    });
}
