"""What market owns: marketplaces, what is sold there, and who has how much of it in hand."""

from market.models.category import Category
from market.models.like import Like
from market.models.marketplace import Marketplace
from market.models.producer import Producer
from market.models.product import Product
from market.models.stock_reservation import StockReservation

__all__ = ["Category", "Like", "Marketplace", "Producer", "Product", "StockReservation"]
