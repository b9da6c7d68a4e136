// Kept pages are the same for everyone. Who has a basket or is signed in carries a readable cookie that says so
// ("in=1&n=3", nothing else), and the visitor's own part of the bar is asked for; for all others there is no request.
import htmx from "htmx.org";

function hint() {
    const found = /(?:^|; )(?:__(?:Host|Secure)-)?hint=([^;]*)/.exec(document.cookie);
    return found && new URLSearchParams(found[1]);
}

function ask() {
    const place = document.querySelector("#personal[data-here]");
    const known = place && hint();
    if (!known) return;
    const count = place.querySelector(".site-count");
    if (Number(known.get("n")) > 0) count.textContent = known.get("n");
    htmx.ajax("GET", place.dataset.here, { target: "#personal", swap: "outerHTML" }).catch(() => {});
    if (known.get("in") !== "1") return;
    for (const own of document.querySelectorAll("[data-own]")) {
        htmx.ajax("GET", own.dataset.own, { target: own, swap: "outerHTML" }).catch(() => {});
    }
}

ask();
// A page that comes back from the browser's memory may be older than the basket.
window.addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
