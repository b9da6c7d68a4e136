"""Koenig's own converters, in Node: Lexical → HTML at each save, and old formats → Lexical at imports."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from shared.editor.document import shows_nothing
from shared.editor.node_process import NodeProcess, Patience
from shared.errors import Invalid

SCRIPT = Path(__file__).resolve().parent / "sidecar/render.mjs"
Target = Literal["web", "email"]


class RenderFailed(Invalid):
    message = "A card in the text cannot be shown. Take out the last one you changed and save again."


class ImportFailed(Invalid):
    message = "This text could not be read."


class Koenig:
    """One for an app; `aclose()` it at the end. Any call may raise `EditorUnavailable`."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._node = NodeProcess(SCRIPT, patience or Patience())

    @property
    def pid(self) -> int | None:
        """Of the running process, for measuring its memory."""
        return self._node.pid

    async def render(
        self,
        lexical: str,
        *,
        site_url: str,
        target: Target = "web",
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """The HTML of the body, not cleaned.

        `options` are further ones of the renderer: `postUrl`, `siteUuid`, `imageOptimization` with
        `imageBaseUrl`. Raises `RenderFailed` when a card fails or all of it is lost.
        """
        if shows_nothing(lexical) and target == "web":
            return ""
        target_name = "html" if target == "web" else "email"
        everything = {"siteUrl": site_url, **(options or {}), "target": target_name}
        answer = await self._node.ask({"operation": "render", "content": lexical, "options": everything})
        if "error" in answer:
            raise RenderFailed(f"{RenderFailed.message} ({answer['error']})")
        html: str = answer["result"]
        if not html and not shows_nothing(lexical):
            raise RenderFailed
        return html

    async def from_html(self, html: str) -> str:
        """Lexical JSON. Raises `ImportFailed`."""
        return await self._import("from_html", html)

    async def from_mobiledoc(self, mobiledoc: str) -> str:
        """Lexical JSON, of what Ghost stored before 2024. Raises `ImportFailed`."""
        return await self._import("from_mobiledoc", mobiledoc)

    async def aclose(self) -> None:
        await self._node.aclose()

    async def _import(self, operation: str, content: str) -> str:
        answer = await self._node.ask({"operation": operation, "content": content})
        if "error" in answer:
            raise ImportFailed(f"{ImportFailed.message} ({answer['error']})")
        # Written anew, so that the same text is always the same bytes.
        return json.dumps(json.loads(answer["result"]), ensure_ascii=False, separators=(",", ":"))
