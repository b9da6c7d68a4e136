// Lexical to HTML, and HTML or mobiledoc to Lexical, for koenig.py: one JSON object a line, in and out.
// Each package is loaded at its first use. The process ends when its input does, so it cannot outlive its parent.
import {createRequire, enableCompileCache} from "node:module";
import {createInterface} from "node:readline";

enableCompileCache(process.env.COMPILE_CACHE);
const require = createRequire(import.meta.url);
const LOADABLE_IMAGE = /\.(jpe?g|png|webp|avif)$/i;

// Only answers may go to the output; what libraries have to say goes nowhere.
for (const name of ["log", "info", "warn", "error", "debug"]) console[name] = () => {};

// A card that throws does so where nobody awaits it: the text would come out empty, without a word.
let fault = null;
const remember = (error) => { fault ??= error; };
process.on("unhandledRejection", remember);
const settled = () => new Promise((resolve) => setImmediate(resolve));

let renderer = null;

function theRenderer() {
    const {JSDOM} = require("jsdom");
    const {DEFAULT_NODES} = require("@tryghost/kg-default-nodes");
    const {LexicalHTMLRenderer} = require("@tryghost/kg-lexical-html-renderer");
    renderer ??= new LexicalHTMLRenderer({dom: new JSDOM(), nodes: DEFAULT_NODES, onError: remember});
    return renderer;
}

const operations = {
    render({content, options}) {
        const canTransformImage = (path) => LOADABLE_IMAGE.test(path);
        return theRenderer().render(content, {...options, canTransformImage});
    },
    from_html({content}) {
        const {htmlToLexical} = require("@tryghost/kg-html-to-lexical");
        return JSON.stringify(htmlToLexical(content, {editorConfig: {onError: remember}}));
    },
    from_mobiledoc({content}) {
        return require("@tryghost/kg-converters").mobiledocToLexical(content);
    },
};

async function answer(request) {
    fault = null;
    try {
        const result = await operations[request.operation](request);
        await settled();
        if (fault) throw fault;
        return {id: request.id, result};
    } catch (error) {
        return {id: request.id, error: String(error?.message ?? error)};
    }
}

for await (const line of createInterface({input: process.stdin})) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
process.exit(0);
