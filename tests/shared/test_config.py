from pathlib import Path

import pytest

from shared.config import ConfigurationWrong, load_settings

GOOD = {
    "DATABASE_URL": "postgresql+asyncpg://rose@127.0.0.1/rose",
    "SECRET_KEY": "s" * 40,
    "INTERNAL_KEY": "i" * 40,
}


def test_the_site_comes_from_the_file_and_the_environment_goes_over_it() -> None:
    settings = load_settings(GOOD | {"CART_URL": "https://basket.example/"})

    assert settings.site.name == "Rose Ash"
    assert settings.apps.cart == "https://basket.example"
    assert settings.apps.blog == "http://localhost:8000"
    assert settings.hosts >= {"basket.example", "localhost:8000"}


def test_a_missing_value_is_named_with_where_it_belongs() -> None:
    with pytest.raises(ConfigurationWrong, match=r"database_url is missing .*DATABASE_URL in the environment"):
        load_settings({key: value for key, value in GOOD.items() if key != "DATABASE_URL"})


def test_a_wrong_value_says_what_was_expected(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    text = Path("app-config.yaml").read_text()
    file.write_text(text.replace("zone: Europe/London", "zone: Mars/Base").replace("GBP", "SHELLS"))

    with pytest.raises(ConfigurationWrong) as refused:
        load_settings(GOOD | {"ROSE_CONFIG": str(file)})

    assert "site.zone: expected the name of a time zone, like Europe/London" in refused.value.message
    assert "site.currency: expected one of BRL, CHF" in refused.value.message


def test_an_unknown_key_is_a_slip_not_a_wish(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(Path("app-config.yaml").read_text() + "\nfeautres: {}\n")

    with pytest.raises(ConfigurationWrong, match="feautres"):
        load_settings(GOOD | {"ROSE_CONFIG": str(file)})


def test_secrets_may_stand_in_files(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 50 + "\n")
    environment = {key: value for key, value in GOOD.items() if key != "SECRET_KEY"}

    settings = load_settings(environment | {"SECRET_KEY_FILE": str(file)})

    assert settings.secret_key == "k" * 50


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings(GOOD).site.name = "Other"  # type: ignore[misc]
