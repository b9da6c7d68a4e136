"""Everything under /admin/: for administrators only."""

from events.routes.admin import attendees, calendars, check_ins, entries, imports, ticket_types

ADMIN = (entries, calendars, ticket_types, attendees, check_ins, imports)
