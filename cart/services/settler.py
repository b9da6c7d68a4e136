"""Whatever becomes of a browser or a webhook: every open payment is asked about until it is settled."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import structlog

from cart.models import Order, Payment
from cart.services import payments, releases, settlements
from shared.browser.app.payments.sumup import SumUp
from shared.errors import DomainError

log = structlog.get_logger("settler")

REST_SECONDS = 1.0
SWEEP_SECONDS = 5.0
MOST_HINTS = 1000


class Settler:
    """One a process; any number of processes. Hints make it look at once, nothing else depends on them."""

    def __init__(self, sumup: SumUp | None) -> None:
        self.sumup = sumup
        self.hints: set[str] = set()
        self.bell = asyncio.Event()
        self.waiting: dict[str, asyncio.Event] = {}
        self.next_sweep = 0.0

    def hint(self, checkout_id: str) -> None:
        """Something may have happened to this checkout. Too many hints at once are dropped: time finds it anyway."""
        if len(self.hints) < MOST_HINTS:
            self.hints.add(checkout_id)
            self.bell.set()

    async def outcome(self, checkout_id: str, *, patience: float) -> None:
        """Until the payment is decided, at most so many seconds. Read it afterwards."""
        decided = self.waiting.setdefault(checkout_id, asyncio.Event())
        deadline = asyncio.get_running_loop().time() + patience
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            self.hint(checkout_id)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(decided.wait(), min(left, 0.7))
                return
        self.waiting.pop(checkout_id, None)

    async def run(self) -> None:
        await payments.wake_all()
        while True:
            self.bell.clear()
            await self.step()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.bell.wait(), REST_SECONDS)

    async def step(self) -> None:
        now = asyncio.get_running_loop().time()
        hinted, self.hints = self.hints, set()
        await asyncio.gather(*(_try(self._settle(checkout_id)) for checkout_id in hinted))
        if self.sumup is not None:
            due = await payments.claim_due()
            await asyncio.gather(*(_try(self._look(payment)) for payment in due))
        if now >= self.next_sweep:
            self.next_sweep = now + SWEEP_SECONDS
            await self.sweep()

    async def sweep(self) -> None:
        """Orders that were not paid in time."""
        for order in await releases.list_overdue():
            await _try(self._release(order))

    async def _settle(self, checkout_id: str) -> None:
        if self.sumup is None:
            return
        # Only who waited before SumUp was asked is told: to a later payer this answer may be yesterday's.
        waiting = self.waiting.get(checkout_id)
        status = await settlements.settle(self.sumup, checkout_id)
        if waiting is not None and status not in {None, "PENDING"}:
            waiting.set()
            if self.waiting.get(checkout_id) is waiting:
                del self.waiting[checkout_id]

    async def _look(self, payment: Payment) -> None:
        if payment.checkout_id is not None:
            await self._settle(payment.checkout_id)
        elif self.sumup is not None:
            await settlements.adopt(self.sumup, payment)

    async def _release(self, order: Order) -> None:
        if order.status == "draft":
            await releases.discard(order.id, tickets_bound=True)
        else:
            await releases.release(self.sumup, order.id)


async def _try(work: Coroutine[Any, Any, None]) -> None:
    """One payment's trouble is its own; it will be looked at again."""
    try:
        await work
    except DomainError as error:
        log.info("not settled yet", reason=error.message)
    except Exception:
        log.exception("settling failed")
