"""https://schema.org in JSON: what all pages have in common. Addresses come from the configuration."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from shared.config import Settings
from shared.utils import host_url

CONTEXT = "https://schema.org"


def organization(settings: Settings) -> dict[str, Any]:
    home = host_url(settings, "blog")
    return {
        "@type": "Organization",
        "@id": f"{home}#organization",
        "name": settings.site.name,
        "url": home,
        "logo": host_url(settings, "blog", "/icon-512.png"),
        "email": settings.site.email,
        "address": settings.site.address,
    }


def site_graph(settings: Settings) -> dict[str, Any]:
    """Who we are, and how our search is asked: for the front page."""
    home = host_url(settings, "blog")
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{home}search/?q={{words}}"},
        "query-input": "required name=words",
    }
    site = {
        "@type": "WebSite",
        "@id": f"{home}#website",
        "name": settings.site.name,
        "description": settings.site.tagline,
        "url": home,
        "inLanguage": settings.site.locale.replace("_", "-"),
        "publisher": {"@id": f"{home}#organization"},
        "potentialAction": search,
    }
    return {"@context": CONTEXT, "@graph": [organization(settings), site]}


def breadcrumb_list(items: Sequence[tuple[str, str | None]], *, origin: str) -> dict[str, Any]:
    """`items` as the breadcrumbs component takes them: the page itself stands last, without an address."""
    steps = [
        {"@type": "ListItem", "position": place, "name": label, **({"item": urljoin(origin, href)} if href else {})}
        for place, (label, href) in enumerate(items, 1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": steps}
