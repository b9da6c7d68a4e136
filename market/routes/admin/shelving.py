"""Marketplaces, categories and producers: what the administration offers to choose for each."""

from typing import Any

import structlog
from quart import g

from market.forms import EditCategory, EditMarketplace, EditProducer
from market.models import Category, Marketplace, Producer
from market.routes.admin.resources import Options, Resource, blueprint
from market.services import rows
from shared.containers import ContainerType
from shared.drawings import CHOICES
from shared.errors import DomainError
from shared.infrastructure import internal_api

log = structlog.get_logger("market")


async def _pages() -> Options:
    """The blog's pages; without blog, only what is chosen already stays choosable."""
    try:
        answer = await internal_api.get("blog", "/internal/blog/pages")
        pages = [(found["id"], found["title"]) for found in answer["pages"]]
    except DomainError as error:
        log.warning("pages not offered", reason=error.message)
        pages = []
    return {"page_id": [(0, "The whole site"), *pages]}


async def _shelves() -> Options:
    listed = await rows.list_rows(g.session, Category)
    return {"parent_id": [("", "None: it stands by itself"), *((row.id, row.name) for row in listed)]}


async def _drawings() -> Options:
    return {"illustration": list(CHOICES)}


def _of_marketplace(row: Marketplace) -> dict[str, Any]:
    page_id = row.container_id if row.container_type == ContainerType.PAGE else 0
    return {"name": row.name, "slug": row.slug, "description": row.description, "page_id": page_id}


def _of_category(row: Category) -> dict[str, Any]:
    return {"name": row.name, "slug": row.slug, "parent_id": row.parent_id, "position": row.position}


def _of_producer(row: Producer) -> dict[str, Any]:
    return {
        "name": row.name,
        "slug": row.slug,
        "place": row.place,
        "story": row.story,
        "illustration": row.illustration,
    }


RESOURCES = [
    Resource("marketplaces", "marketplace", Marketplace, EditMarketplace, _of_marketplace, _pages),
    Resource("categories", "category", Category, EditCategory, _of_category, _shelves),
    Resource("producers", "producer", Producer, EditProducer, _of_producer, _drawings),
]
BLUEPRINTS = [blueprint(resource) for resource in RESOURCES]
