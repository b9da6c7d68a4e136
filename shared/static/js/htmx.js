import htmx from "htmx.org";

// The content security policy refuses style elements; app.css has these few rules instead.
htmx.config.includeIndicatorCSS = false;
