"""Forms as a browser would send them: what stands in the page's fields."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.choosing, self.writing = action, False, "", ""
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self.inside = found.get("action") == self.action
        elif not self.inside:
            return
        elif tag == "input" and found.get("type") not in {"file", "submit"}:
            if found.get("type") not in {"checkbox", "radio"} or "checked" in found:
                self.values[name] = value
        elif tag == "select":
            self.choosing = name
        elif tag == "option" and ("selected" in found or self.choosing not in self.values):
            self.values[self.choosing] = value
        elif tag == "textarea":
            self.writing = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"
        self.writing = "" if tag == "textarea" else self.writing

    def handle_data(self, data: str) -> None:
        if self.writing:
            self.values[self.writing] += data


def form_values(html: str, *, action: str) -> dict[str, str]:
    """The fields of the form with that action."""
    parser = _Fields(action)
    parser.feed(html)
    assert parser.values, f"no form for {action}"
    return {name: value for name, value in parser.values.items() if name}
