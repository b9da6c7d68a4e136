"""Every form with room for words: where it is sent, and what it needs beside them."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, get_origin

from werkzeug.datastructures import MultiDict

import blog.forms as b
import cart.forms as c
import events.forms as e
import market.forms as m
from shared.browser.app.utils.forms import Form, check_form
from shared.editor.tree import dump, element, root, text
from tests.security.payloads import texts

# They come from the other apps, signed; and what has no room of its own is only there to be inherited.
NOT_FOR_PEOPLE = {e.BindHolds, m.Reserve, m.Named}
# An address of a picture or a link has no spaces; a name in one has no capitals or signs at all.
SHAPES: tuple[Callable[[str], str], ...] = (str, lambda words: "/media/" + words.replace(" ", "/").replace("\\", "/"))
LONGEST, LABEL = 5_000, 30
PICTURE = "/media/picture.gif"
ORDER = {"email": "bob@example.com", "total": 0}
More = Callable[[int], Awaitable[dict[str, Any]]]


@dataclass
class Sheet:
    """`{n}` in `base` is the number of the sending. `more` is fetched before each; `shapes` is how a field's words
    are written. What `stores` nothing is refused, and its words are shown again.
    """

    form: type[Form]
    app: str
    path: str
    base: dict[str, Any] = field(default_factory=dict)
    more: More | None = None
    shapes: dict[str, Callable[[str], str]] = field(default_factory=dict)
    stores: bool = True
    method: str = "POST"

    def sendings(self) -> Iterator[dict[str, Any]]:
        """Until each of the form's fields has held every attempt that fits into it."""
        rooms = {name: words for name in self.form.model_fields if (words := room(self.form, name))}
        for number in range(max(map(len, rooms.values()), default=0)):
            base = {name: self._numbered(value, number) for name, value in self.base.items()}
            found = {name: words[number % len(words)] for name, words in rooms.items() if name not in base}
            yield base | {name: self.shapes.get(name, str)(words) for name, words in found.items()}

    def wrong(self) -> dict[str, str]:
        """Words in every field, also where there is no room for them."""
        words = texts(100_000)[0]
        return {name: self.shapes.get(name, str)(words) for name in self.form.model_fields}

    @staticmethod
    def _numbered(value: Any, number: int) -> Any:
        return value.replace("{n}", f"{number:020d}") if isinstance(value, str) else value


def room(form: type[Form], name: str) -> list[str]:
    """The texts that this field takes; none when it takes no words."""
    most = _most(form, name)
    for shape in SHAPES:
        found = [shape(words) for words in texts(most - len(shape("")))]
        if found and not any(name in check_form(form, MultiDict({name: words})).errors for words in found):
            return found
    return []


def _most(form: type[Form], name: str) -> int:
    if get_origin(form.model_fields[name].annotation) is list:
        return LABEL
    schema = form.model_json_schema()["properties"][name]
    return min([LONGEST, *(kind["maxLength"] for kind in schema.get("anyOf", [schema]) if "maxLength" in kind)])


def has_room(form: type[Form]) -> bool:
    return any(room(form, name) for name in form.model_fields)


def _document(words: str) -> str:
    """The words in every place that the editor's document has for them."""
    kinds: dict[str, dict[str, Any]] = {
        "html": {"html": words},
        "markdown": {"markdown": words},
        "codeblock": {"code": words, "language": words, "caption": words},
        "image": {"src": PICTURE, "alt": words, "title": words, "caption": words, "href": f"/{words}"},
        "bookmark": {"url": "/x", "metadata": dict.fromkeys(("title", "description", "author", "publisher"), words)},
        "callout": {"calloutText": words, "calloutEmoji": words, "backgroundColor": words},
        "toggle": {"heading": words, "content": words},
        "button": {"buttonText": words, "buttonUrl": f"javascript:alert(1)//{words}", "alignment": "left"},
        "header": {"header": words, "subheader": words, "buttonText": words, "buttonUrl": words, "version": 2},
        "embed": {"html": words, "url": words, "caption": words, "metadata": {}, "embedType": "video"},
    }
    cards = [{"type": kind, "version": 1} | values for kind, values in kinds.items()]
    link = element("link", [text(words)]) | {"url": "javascript:alert(1)", "title": words}
    return dump(root([element("paragraph", [text(words), link]), *cards]))


def _listed(words: str) -> str:
    """As many tags as there are attempts in it, and as fit."""
    return words.replace("><", ">, <")[:500].rpartition(",")[0]


def sheets(ids: dict[str, Any], more: dict[type[Form], More]) -> list[Sheet]:
    slug, when = {"slug": "w{n}"}, "2030-05-01T18:00"
    entry = {"calendar_id": ids["calendar"], "starts_at": when, "status": "published"}
    product = slug | {"marketplace_id": ids["stall"], "price": "3.50", "is_published": "1"}
    listed = {"category_id": ids["category"], "producer_id": ids["producer"]}
    order, written = f"/admin/orders/{ids['order']}", {"tags": _listed, "lexical": _document}
    return [
        Sheet(b.ChangeAccount, "blog", "/account/"),
        Sheet(b.EditAuthor, "blog", "/admin/authors/", slug),
        Sheet(b.EditMember, "blog", f"/admin/members/{ids['member']}/"),
        Sheet(b.EditMenuItem, "blog", "/admin/menu/"),
        Sheet(b.EditNewsletter, "blog", "/admin/newsletters/", slug | {"is_active": "1"}),
        Sheet(b.EditTag, "blog", "/admin/tags/", slug),
        Sheet(b.NewMember, "blog", "/admin/members/", {"email": "m{n}@example.com"}),
        Sheet(b.NewPasskey, "blog", "/account/security/passkeys/", more=more.get(b.NewPasskey)),
        Sheet(b.NamePasskey, "blog", f"/account/security/passkeys/{ids['passkey']}/"),
        Sheet(b.SignIn, "blog", "/sign-in/", {"email": "s{n}@example.com"}),
        Sheet(b.WritePost, "blog", "/admin/posts/", slug, shapes=written),
        Sheet(b.WritePost, "blog", "/admin/pages/", slug | {"lexical": ""}, shapes=written),
        Sheet(c.PlaceOrder, "cart", "/checkout/", ORDER | {"key": "k{n}"}, more.get(c.PlaceOrder)),
        Sheet(c.RefundLines, "cart", f"{order}/refunds/", {"key": "r{n}", "line": ids["line"], "quantity": 1}),
        Sheet(e.SaveCalendar, "events", "/admin/calendars/", slug),
        Sheet(e.SaveEntry, "events", "/admin/entries/", entry),
        Sheet(e.SaveTicketType, "events", f"/admin/entries/{ids['entry']}/ticket-types/", {"price": 1, "capacity": 9}),
        Sheet(m.EditCategory, "market", "/admin/categories/", slug),
        Sheet(m.EditMarketplace, "market", "/admin/marketplaces/", slug),
        Sheet(m.EditProducer, "market", "/admin/producers/", slug),
        Sheet(m.NewProduct, "market", "/admin/products/", product | listed),
        Sheet(m.EditProduct, "market", f"/admin/products/{ids['product']}/", product | {"slug": "p{n}"}),
        Sheet(b.NameConsumer, "blog", "/admin/bus/pauses/", stores=False),
        Sheet(b.ReplayLetters, "blog", "/admin/bus/replays/", stores=False),
        Sheet(b.BeginAuthenticator, "blog", "/account/security/authenticator/", stores=False),
        Sheet(b.ConfirmAuthenticator, "blog", "/account/security/authenticator/confirm/", stores=False),
        Sheet(b.SecondFactor, "blog", "/sign-in/second/", more=more.get(b.SecondFactor), stores=False),
        Sheet(b.ShowPasskey, "blog", "/sign-in/passkey/", stores=False),
        Sheet(e.CheckIn, "events", "/admin/check-in/", stores=False),
        Sheet(b.SearchAudit, "blog", "/admin/audit/", method="GET", stores=False),
        Sheet(c.SearchOrders, "cart", "/admin/orders/", method="GET", stores=False),
    ]
