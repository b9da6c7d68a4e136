import "@tryghost/koenig-lexical";
import "./editor.css";
