import htmx from "htmx.org";

// The content security policy refuses style elements; app.css has these few rules instead.
htmx.config.includeIndicatorCSS = false;

// The policy refuses all HTML that scripts make of strings, but for what htmx gets from our own addresses. Nothing
// that is swapped into a page becomes a script.
const policy = window.trustedTypes?.createPolicy("htmx", { createHTML: (html) => html, createScript: () => "" });
htmx.registerExtension("trusted-types", { init: (api) => api.initSecurity(policy) });

// Forms that answer to every change need no button then.
document.documentElement.dataset.live = "";
