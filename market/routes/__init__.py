from market.routes import admin, baskets, likes, marketplaces, producers, products, search, sitemaps

PUBLIC = [resource.bp for resource in (marketplaces, search, products, producers, baskets, likes, sitemaps)]
BLUEPRINTS = [*PUBLIC, *admin.BLUEPRINTS]
