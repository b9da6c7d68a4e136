import "./htmx.js";
import "./countdown.js";
import "./copy.js";
