"""SumUp's error bodies. They come in different shapes, and a caller has to live with each."""

import secrets
from typing import Any

PROBLEMS = "https://developer.sumup.com/problem/"


class Refused(Exception):  # no Error suffix in this house
    def __init__(self, status: int, body: Any, *, problem: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.mime = "application/problem+json" if problem else "application/json"


def unauthorized() -> Refused:
    return problem(401, "unauthorized", "Unauthorized", "The API key is missing or not valid.")


def forbidden() -> Refused:
    body = {
        "error_message": "checkout_payments_not_allowed",
        "error_code": "FORBIDDEN",
        "status_code": "403",
    }
    return Refused(403, body)


def missing(param: str) -> Refused:
    return Refused(400, {"error_code": "MISSING", "message": "Validation error: required", "param": param})


def invalid(param: str, message: str) -> Refused:
    return Refused(400, {"error_code": "INVALID", "message": f"Validation error: {message}", "param": param})


def constraint(reference: str, message: str) -> Refused:
    """Only the list of payment methods answers like this."""
    body = {
        "title": "Bad Request",
        "details": "Invalid query parameters",
        "status": 400,
        "failed_constraints": [{"message": message, "reference": reference}],
    }
    return Refused(400, body)


def not_found() -> Refused:
    return Refused(404, {"error_code": "NOT_FOUND", "message": "Resource not found"})


def conflict(code: str, message: str) -> Refused:
    return Refused(409, {"error_code": code, "message": message})


def processed() -> Refused:
    return conflict("CHECKOUT_PROCESSED", "Checkout is already processed")


def duplicated() -> Refused:
    message = "Checkout with this checkout reference and pay to email already exists"
    return conflict("DUPLICATED_CHECKOUT", message)


def problem(status: int, kind: str, title: str, detail: str) -> Refused:
    """RFC 9457."""
    body = {
        "type": f"{PROBLEMS}{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "trace_id": secrets.token_hex(8),
    }
    return Refused(status, body, problem=True)
