"""The hosted payment page. Everything works by plain forms."""

from quart import Blueprint, Response, request

from rose.standins.sumup import cards, checkouts, payments, refusals, transactions
from rose.standins.sumup.checkouts import Checkout
from rose.standins.sumup.entries import read_entry
from rose.standins.sumup.pages import page
from rose.standins.sumup.refusals import Refused
from rose.standins.sumup.standin import here
from rose.standins.sumup.transactions import Transaction

bp = Blueprint("pay", __name__, url_prefix="/pay/<checkout_id>")


@bp.errorhandler(Refused)
async def refuse(refused: Refused) -> Response:
    """Unknown here is a page, not JSON; a form sent twice finds the answer of the first."""
    if refused.status == 409:  # noqa: PLR2004
        return _back_to_page(str((request.view_args or {})["checkout_id"]))
    return await page("unknown.html", status=404)


@bp.get("")
async def show(checkout_id: str) -> Response:
    checkout = _get_hosted(checkout_id)
    if checkout.status == "PAID":
        return await page("paid.html", checkout=checkout)
    if _over(checkout):
        return await page("expired.html", checkout=checkout, status=410)
    return await page("pay.html", checkout=checkout, cards=cards.OFFERED, errors={}, values={})


@bp.post("")
async def create(checkout_id: str) -> Response:
    checkout = _get_hosted(checkout_id)
    if _over(checkout):
        return _back_to_page(checkout.id)
    entry = read_entry(await request.form)
    if entry.card is None:
        values = {
            "checkout": checkout,
            "cards": cards.OFFERED,
            "errors": entry.errors,
            "values": entry.values,
        }
        return await page("pay.html", status=422, **values)
    return _onwards(checkout, payments.charge(here(), checkout, entry.card))


@bp.get("/challenges/<transaction_id>")
async def challenge(checkout_id: str, transaction_id: str) -> Response:
    checkout, attempt = _get_hosted(checkout_id), _get_attempt(checkout_id, transaction_id)
    if _over(checkout) or attempt.status != "PENDING":
        return _back_to_page(checkout.id)
    return await page("challenge.html", checkout=checkout, attempt=attempt)


@bp.post("/challenges/<transaction_id>")
async def answer(checkout_id: str, transaction_id: str) -> Response:
    checkout, attempt = _get_hosted(checkout_id), _get_attempt(checkout_id, transaction_id)
    if _over(checkout):
        return _back_to_page(checkout.id)
    approved = (await request.form).get("answer") == "approve"
    return _onwards(checkout, payments.answer_bank(here(), checkout, attempt, approved=approved))


def _get_hosted(checkout_id: str) -> Checkout:
    checkout = checkouts.get(here().db, checkout_id)
    if not checkout.hosted:
        raise refusals.not_found()
    return checkout


def _get_attempt(checkout_id: str, transaction_id: str) -> Transaction:
    attempt = transactions.get(here().db, transaction_id)
    if attempt.checkout_id != checkout_id:
        raise refusals.not_found()
    return attempt


def _over(checkout: Checkout) -> bool:
    return not checkout.open or checkout.page_over(here().options.page_minutes)


def _onwards(checkout: Checkout, attempt: Transaction) -> Response:
    """Paid: back to the shop, at the address it gave. Declined: the same page, to try again."""
    if attempt.status == "PENDING":
        return _see(f"/pay/{checkout.id}/challenges/{attempt.id}")
    if attempt.status == "SUCCESSFUL" and checkout.redirect_url:
        return _see(checkout.redirect_url)
    return _back_to_page(checkout.id)


def _back_to_page(checkout_id: str) -> Response:
    return _see(f"/pay/{checkout_id}")


def _see(url: str) -> Response:
    return Response(b"", 303, {"Location": url, "Cache-Control": "no-store"})
