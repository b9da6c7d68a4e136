"""What every list of products has in common: rows, choices, and the part that htmx swaps."""

from typing import Any

from quart import Response, g

from market.services import facets, listings
from market.services.filters import Filters
from shared.browser.app.utils.htmx import page, wants_fragment

# What of an address chooses products: `market.forms.read_filters` reads these.
FILTERS = ("q", "category", "producer", "label", "without", "sort", "page")


def viewer_id() -> int | None:
    return g.user.id if g.user else None


async def shelf_page(template: str, filters: Filters, *, fixed: tuple[str, ...] = (), **context: Any) -> Response:
    """The whole page; for htmx the results, or only what comes after those that are there.

    `fixed` names what the path has chosen already.
    """
    listing = await listings.list_products(g.session, filters, viewer_id=viewer_id())
    further = wants_fragment() and filters.page > 1
    return await page(
        template,
        fragment="market/shelves/_cards.html" if further else "market/shelves/_results.html",
        listing=listing,
        fixed=fixed,
        appended=further,
        filters=listing.filters,
        facets=None if further else await facets.count_facets(g.session, listing.filters),
        **context,
    )
