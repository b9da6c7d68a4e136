"""esbuild, through its Node interface: its own launcher differs with how it was installed."""

import tempfile
from pathlib import Path

from rose.assets.node import run_node
from rose.assets.places import Places

SCRIPT = """
const [entry, outdir, root] = process.argv.slice(1);
const {buildSync} = require(require.resolve("esbuild", {paths: [root]}));
try {
    buildSync({entryPoints: [entry], outdir, bundle: true, minify: true, format: "iife", target: "es2022",
        define: {"process.env.NODE_ENV": '"production"'}, legalComments: "none", logLevel: "silent",
        nodePaths: [root + "/node_modules"]});
} catch (failed) {
    console.error(failed.message);
    process.exit(1);
}
"""


def bundle(places: Places, entry: Path) -> dict[str, bytes]:
    """File name → content of everything esbuild makes of the entry."""
    with tempfile.TemporaryDirectory() as folder:
        run_node(["-e", SCRIPT, entry, folder, places.root], cwd=places.root)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}
