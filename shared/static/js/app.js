import "./htmx.js";
import "./personal.js";
import "./countdown.js";
import "./copy.js";
