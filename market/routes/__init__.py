from market.routes import baskets, likes, marketplaces, producers, products, search

BLUEPRINTS = [resource.bp for resource in (marketplaces, search, products, producers, baskets, likes)]
