"""Between the apps: what keeps to the agreement is answered, what does not is refused, and nothing is a fault."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from rose.supervisor.postgres import Postgres
from shared.infrastructure.signatures import sign
from tests.house import APPS
from tests.security import world
from tests.security.agreement import document
from tests.security.alone import Alone, house_alone

CASES = int(os.environ.get("INTERNAL_CASES", "8"))
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
MODES = {GenerationMode.POSITIVE: CHECKS, GenerationMode.NEGATIVE: [*CHECKS, negative_data_rejection]}


def as_another_app(alone: Alone, app: str, case: Case, **otherwise: str) -> httpx.Response:
    """Signed, unless it is to be signed in another way."""
    wanted = case.as_transport_kwargs(base_url=alone.house.url(app, "").rstrip("/"))
    plain = requests.Request(
        **{name: wanted.get(name) for name in ("method", "url", "params", "data", "json")}
    ).prepare()
    url, body = httpx.URL(str(plain.url)), plain.body or b""
    message = (case.method, url.path, url.query.decode("latin-1"), body if isinstance(body, bytes) else body.encode())
    who = {"key": alone.house.settings.internal_key, "audience": app} | otherwise
    headers = sign(caller="blog", message=message, **who) if who["key"] else {}
    headers["Content-Type"] = "application/json"
    return alone.run(alone.browser.request(case.method, url, content=message[3], headers=headers))


@pytest.fixture(scope="module")
def alone(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with house_alone(postgres, tmp_path_factory.mktemp("agreement")) as found:
        found.run(world.build(found.house, found.run(found.house.member())))
        yield found


def checked(work: Callable[[Case], None], cases: st.SearchStrategy[Case], times: int = CASES) -> None:
    few = settings(
        max_examples=times,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with suppress(Unsatisfiable):  # where any words will do, none are wrong
        few(given(cases)(work))()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("app", APPS)
def test_what_is_agreed_is_kept_on_both_sides(alone: Alone, app: str, mode: GenerationMode) -> None:
    for operation in openapi.from_dict(document(alone.house.apps[app])).get_all_operations():
        checked(
            lambda case: case.validate_response(
                Response.from_any(as_another_app(alone, app, case)), checks=MODES[mode]
            ),
            operation.ok().as_strategy(generation_mode=mode),
        )


@pytest.mark.parametrize("otherwise", [{"key": ""}, {"key": "x" * 32}, {"audience": "else"}], ids=["no", "key", "app"])
@pytest.mark.parametrize("app", APPS)
def test_no_call_gets_in_that_is_signed_otherwise(alone: Alone, app: str, otherwise: dict[str, str]) -> None:
    def refused(case: Case) -> None:
        answer = as_another_app(alone, app, case, **otherwise)
        # 400 and "404" are of addresses that lead nowhere: nothing was asked.
        assert answer.status_code in {400, 403} or answer.json()["error"] == "404"

    for operation in openapi.from_dict(document(alone.house.apps[app])).get_all_operations():
        checked(refused, operation.ok().as_strategy(), times=2)
