from quart import g

from market.forms import ILLUSTRATIONS
from market.models import Category, Marketplace, Producer
from market.models.product import Unit
from market.models.words import ALLERGENS, LABELS
from market.routes.admin.resources import Options
from market.services import rows

VAT = [(0, "0 %: most food, books"), (500, "5 %"), (2000, "20 %: sweets, drinks, all else")]


async def product_options() -> Options:
    """What the form of a product offers to choose from."""
    marketplaces = await rows.list_rows(g.session, Marketplace)
    categories = await rows.list_rows(g.session, Category)
    producers = await rows.list_rows(g.session, Producer)
    return {
        "marketplace_id": [(row.id, row.name) for row in marketplaces],
        "category_id": [("", "None"), *((row.id, row.name) for row in categories)],
        "producer_id": [("", "None"), *((row.id, row.name) for row in producers)],
        "unit": [(unit.value, unit.value) for unit in Unit],
        "illustration": [("", "None"), *((name, name.capitalize()) for name in ILLUSTRATIONS)],
        "vat_rate": list(VAT),
        "allergens": list(ALLERGENS.items()),
        "labels": list(LABELS.items()),
    }
