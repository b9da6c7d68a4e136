from cart.models.basket import Basket, BasketLine
from cart.models.order import Order, OrderLine
from cart.models.payment import Payment
from cart.models.refund import Refund, RefundLine

__all__ = ["Basket", "BasketLine", "Order", "OrderLine", "Payment", "Refund", "RefundLine"]
