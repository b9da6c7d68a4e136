from quart import g

from market.models import Category, Producer
from market.models.product import Unit
from market.models.words import ALLERGENS, LABELS
from market.routes.admin.resources import Options
from market.services import marketplaces, rows
from shared.browser.app.authz import reach_of
from shared.drawings import CHOICES
from shared.models import Role

VAT = [(0, "0%: most food, books"), (500, "5%"), (2000, "20%: sweets, drinks, all else")]


async def product_options() -> Options:
    """What the form of a product offers to choose from."""
    own = await marketplaces.list_within(g.session, reach_of(Role.SHOPKEEPER))
    categories, producers = await rows.list_names(g.session, Category, Producer)
    return {
        "marketplace_id": [(row.id, row.name) for row in own],
        "category_id": [("", "None"), *categories],
        "producer_id": [("", "None"), *producers],
        "unit": [(unit.value, "litre" if unit is Unit.LITRE else unit.value) for unit in Unit],
        "illustration": list(CHOICES),
        "vat_rate": list(VAT),
        "allergens": list(ALLERGENS.items()),
        "labels": list(LABELS.items()),
    }
