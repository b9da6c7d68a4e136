// <time data-countdown datetime="2026-05-01T18:00:00Z">6 pm</time> counts down to its moment.
// At the end the page is read again: the server knows what has run out.
const MINUTE = 60;

function left(element) {
    return Math.max(0, Math.round((Date.parse(element.dateTime) - Date.now()) / 1000));
}

function show(element, seconds) {
    const minutes = Math.floor(seconds / MINUTE);
    element.textContent = `${minutes}:${String(seconds % MINUTE).padStart(2, "0")}`;
}

function tick() {
    for (const element of document.querySelectorAll("time[data-countdown]")) {
        const seconds = left(element);
        show(element, seconds);
        if (seconds > 0) element.dataset.running = "";
        else if ("running" in element.dataset) location.reload();
    }
}

tick();
setInterval(tick, 1000);
