"""A product in the words of the other apps: JSON with absolute addresses, money in minor units."""

from typing import Any

from market.services.cards import Card
from market.services.offers import Offer
from shared.config import Settings
from shared.drawings import lasting_address
from shared.infrastructure.static_files import asset_address
from shared.utils import host_url

asset = asset_address()


def picture(card: Card, settings: Settings) -> str:
    """The product's own picture, or the drawing that stands in for it."""
    return uploaded(card, settings) or lasting_address(card.illustration)


def uploaded(card: Card, settings: Settings) -> str | None:
    path = card.image_url
    return host_url(settings, "market", path) if path and not path.startswith("https://") else path


def line(offer: Offer, quantity: int, settings: Settings) -> dict[str, Any]:
    """For cart: what is put into the basket."""
    kept = {key: value for key, value in promise(offer, settings).items() if key not in {"available", "unit"}}
    return {**kept, "quantity": quantity, "hold_id": None, "hold_until": None}


def promise(offer: Offer, settings: Settings) -> dict[str, Any]:
    """What is true now of title, price and stock. `available` is how many one order may have."""
    card = offer.card
    return {
        "kind": "product",
        "item_id": card.id,
        "title": card.title,
        "detail": " · ".join(part for part in (card.amount, card.producer) if part),
        "unit": card.amount,
        "unit_price": card.price,
        "currency": card.currency,
        "vat_rate": offer.vat_rate,
        "available": offer.available,
        "max_quantity": offer.available,
        "url": host_url(settings, "market", card.path),
        "image_url": picture(card, settings),
        "container_type": offer.container_type,
        "container_id": offer.container_id,
    }


def teaser(card: Card, settings: Settings) -> dict[str, Any]:
    """For a card on another app's page."""
    return {
        "title": card.title,
        "path": card.path,
        "url": host_url(settings, "market", card.path),
        "image_url": uploaded(card, settings),
        "illustration": card.illustration,
        "meta": " · ".join(part for part in (card.amount, card.producer) if part),
        "text": card.stock,
        "amount": card.amount,
        "per": card.per._asdict() if card.per else None,
        "producer": card.producer,
        "price": card.price,
        "currency": card.currency,
    }


def structured(offer: Offer, settings: Settings) -> dict[str, Any]:
    """https://schema.org/Product, for search engines."""
    card = offer.card
    drawn = host_url(settings, "market", asset(f"images/illustrations/{card.illustration}.svg"))
    stock = "InStock" if offer.available else "OutOfStock"
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": card.title,
        "sku": str(card.id),
        "image": uploaded(card, settings) or drawn,
        "brand": {"@type": "Brand", "name": card.producer or offer.marketplace},
        "offers": {
            "@type": "Offer",
            "url": host_url(settings, "market", card.path),
            "price": f"{card.price / 100:.2f}",
            "priceCurrency": card.currency,
            "itemCondition": "https://schema.org/NewCondition",
            "seller": {"@type": "Organization", "name": settings.site.name},
            "availability": f"https://schema.org/{stock}",
        },
    }
