// <time data-countdown="840" data-what="Late Strings">14 minutes</time> counts down the seconds that the server gave:
// the visitor's clock may be wrong. At the end the page is read again: the server knows what has run out.
const MINUTE = 60;
const SOON = 2 * MINUTE;
const TO_HEAR = 4000;
const starts = new WeakMap();

// The steady clock stands still while some devices sleep; the other one may be set.
function elapsed(start) {
    return Math.max(performance.now() - start.steady, Date.now() - start.clock) / 1000;
}

function left(element) {
    if (!starts.has(element)) starts.set(element, { steady: performance.now(), clock: Date.now() });
    return Math.max(0, Math.round(element.dataset.countdown - elapsed(starts.get(element))));
}

function show(element, seconds) {
    if (seconds > SOON) element.textContent = `${Math.ceil(seconds / MINUTE)} minutes`;
    else element.textContent = seconds === 1 ? "1 second" : `${seconds} seconds`;
}

function say(element, words) {
    if (element.dataset.said === words) return;
    element.dataset.said = words;
    document.getElementById("live").textContent = `${element.dataset.what}: ${words}`;
}

function finish(element) {
    if (element.dataset.said === "the time is over") return;
    say(element, "the time is over");
    setTimeout(() => location.reload(), TO_HEAR);
}

function tick() {
    for (const element of document.querySelectorAll("time[data-countdown]")) {
        const seconds = left(element);
        show(element, seconds);
        if (seconds > SOON) element.dataset.running = "";
        else if (seconds > 0) say(element, "two minutes left at most");
        else if ("running" in element.dataset || element.dataset.said) finish(element);
    }
}

tick();
setInterval(tick, 1000);
