from market.routes import admin, baskets, likes, marketplaces, producers, products, search

PUBLIC = [resource.bp for resource in (marketplaces, search, products, producers, baskets, likes)]
BLUEPRINTS = [*PUBLIC, *admin.BLUEPRINTS]
