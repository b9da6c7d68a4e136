"""Every fact there is, a file for each publisher: also for strangers, whose facts name their `source`."""

from shared.events.payloads import blog, cart, events, market

__all__ = ["blog", "cart", "events", "market"]
