"""Calendars, what happens in them, and who has a place there."""

from events.models.calendar import COLOURS, Calendar
from events.models.entry import Entry
from events.models.happening import Happening, Prices
from events.models.hold import Hold
from events.models.ticket import Ticket
from events.models.ticket_type import TicketType

__all__ = ["COLOURS", "Calendar", "Entry", "Happening", "Hold", "Prices", "Ticket", "TicketType"]
