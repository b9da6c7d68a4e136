import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from werkzeug.datastructures import MultiDict

from shared.browser.app.utils.forms import Form, Submitted, check_form
from shared.browser.app.utils.parsing import Email, Money, parse_money
from shared.errors import Conflict, Invalid


class AddCheese(Form):
    title: str = Field(title="the cheese's name", min_length=2, max_length=10)
    price: Money
    wheels: int = Field(1, ge=1, le=9)
    labels: list[str] = Field(default_factory=list)
    email: Email | None = None


def sent(**values: str) -> MultiDict[str, str]:
    return MultiDict({"title": "Brie", "price": "3.50"} | values)


def test_what_was_typed_becomes_what_the_rules_count_in() -> None:
    form = check_form(AddCheese, MultiDict([*sent(wheels="2").items(), ("labels", "soft"), ("labels", "goat")]))

    assert form.ok
    assert form.value == AddCheese(title="Brie", price=350, wheels=2, labels=["soft", "goat"])


def test_a_nul_is_nothing_that_anybody_typed() -> None:
    form = check_form(AddCheese, MultiDict([*sent(title="Br\x00ie").items(), ("labels", "so\x00ft")]))

    assert (form.value.title, form.value.labels) == ("Brie", ["soft"])


def test_an_empty_field_is_a_missing_one() -> None:
    form = check_form(AddCheese, sent(wheels="", email="", title=""))

    assert form.errors == {"title": "Enter the cheese's name"}
    assert form.values["price"] == "3.50"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "Camembert de Normandie", "The cheese's name must be 10 characters or fewer"),
        ("price", "dear", "Price must be an amount of money, like 3.50"),
        ("price", "3.505", "Price must be an amount with no more than two decimals, like 3.50"),
        ("wheels", "many", "Wheels must be a whole number"),
        ("wheels", "12", "Wheels must be 9 or less"),
        ("email", "nobody", "Email must be an email address, like name@example.com"),
    ],
)
def test_every_error_says_how_to_mend_it(field: str, typed: str, sentence: str) -> None:
    form = check_form(AddCheese, sent(**{field: typed}))

    assert form.errors == {field: sentence}
    with pytest.raises(Invalid, match=sentence.split(maxsplit=1)[0]):
        assert form.value


def test_unknown_fields_are_one_short_sentence_however_many_and_however_long() -> None:
    extra = {f"{'x' * 500}{number}": "y" * 500 for number in range(900)}

    form = check_form(AddCheese, sent(**extra))

    assert list(form.errors) == [""]
    assert len(form.errors[""]) < 100
    assert form.values.keys() == AddCheese.model_fields.keys()
    with pytest.raises(Invalid, match="no field"):
        assert form.value


def test_a_rule_may_refuse_at_a_field() -> None:
    form = check_form(AddCheese, sent())

    form.refuse(Conflict("There is a Brie already.", field="title"))

    assert not form.ok
    assert form.errors == {"title": "There is a Brie already."}


def test_an_empty_form_shows_its_defaults() -> None:
    assert Submitted.of(AddCheese).values == {"title": "", "price": "", "wheels": 1, "labels": [], "email": ""}


@given(st.integers(min_value=0, max_value=10**8))
def test_money_survives_being_typed(minor: int) -> None:
    assert parse_money(f"£{minor // 100}.{minor % 100:02}") == minor
