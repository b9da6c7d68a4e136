"""The tables that every app may refer to."""

from shared.models.audit_entry import AuditEntry
from shared.models.domain_event import DomainEvent, EventCursor, EventDelivery, EventSchedule
from shared.models.event_inbox import EventInbox
from shared.models.ghost_membership_entities import GhostNewsletter, UserNewsletter
from shared.models.grant import Grant, Reach, Right, Role
from shared.models.kv import KeyValue
from shared.models.magic_link import MagicLink
from shared.models.menu_item import MenuItem
from shared.models.user import User, UserSession

__all__ = [
    "AuditEntry",
    "DomainEvent",
    "EventCursor",
    "EventDelivery",
    "EventInbox",
    "EventSchedule",
    "GhostNewsletter",
    "Grant",
    "KeyValue",
    "MagicLink",
    "MenuItem",
    "Reach",
    "Right",
    "Role",
    "User",
    "UserNewsletter",
    "UserSession",
]
