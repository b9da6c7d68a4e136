from market.routes.admin import products, shelving, stock

BLUEPRINTS = [products.bp, stock.bp, *shelving.BLUEPRINTS]
