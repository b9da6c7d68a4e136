"""The tables that every app may refer to."""

from shared.models.domain_event import DomainEvent, EventCursor, EventDelivery, EventSchedule
from shared.models.ghost_membership_entities import GhostNewsletter, UserNewsletter
from shared.models.kv import KeyValue
from shared.models.magic_link import MagicLink
from shared.models.menu_item import MenuItem
from shared.models.user import User, UserSession

__all__ = [
    "DomainEvent",
    "EventCursor",
    "EventDelivery",
    "EventSchedule",
    "GhostNewsletter",
    "KeyValue",
    "MagicLink",
    "MenuItem",
    "User",
    "UserNewsletter",
    "UserSession",
]
