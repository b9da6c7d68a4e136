"""What no linter can say. A rule without a check decays."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.glued import glued

ROOT = Path(__file__).parents[1]
PACKAGES = ("shared", "blog", "market", "cart", "events", "rose")
APPS = ("blog", "market", "cart", "events")


def tracked(*patterns: str) -> list[Path]:
    """Files of the project: those in git, and those about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def python_files() -> list[Path]:
    return [
        path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES and "versions" not in path.parts
    ]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def uses(pattern: str, files: list[Path]) -> Iterator[str]:
    for path in files:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(pattern, line):
                yield f"{name(path)}:{number}"


def outside(found: Iterator[str], *allowed: str) -> list[str]:
    return [place for place in found if not place.startswith(allowed)]


def test_only_the_session_and_the_request_middleware_commit() -> None:
    found = uses(r"\.commit\(", python_files())

    assert (
        outside(
            found, "shared/db/session.py", "shared/browser/app/middleware.py", "shared/infrastructure/migrations.py"
        )
        == []
    )


def test_only_htmx_py_reads_htmx_headers() -> None:
    found = uses(r"""["']HX-""", python_files())

    assert outside(found, "shared/browser/app/utils/htmx.py") == []


def test_only_the_configuration_and_the_command_line_read_the_environment() -> None:
    found = uses(r"os\.environ|os\.getenv|getenv\(", python_files())

    assert outside(found, "shared/config.py", "shared/alembic/env.py", "rose/") == []


def test_unescaped_html_goes_out_only_where_it_was_cleaned() -> None:
    """`|safe` is for stored HTML that services cleaned on write: each place is listed here."""
    found = uses(r"\|\s*safe\b|Markup\(", [*python_files(), *tracked("*.html")])

    assert outside(found, *SAFE_PLACES) == []


SAFE_PLACES = (
    "blog/templates/blog/posts/_body.html",
    "events/templates/events/entries/show.html",
    "market/templates/market/products/_description.html",
    "shared/browser/app/filters/",
)


def test_unescaped_html_stands_where_htmx_and_the_tests_know_it_for_peoples() -> None:
    marked = re.compile(r"""\{% call prose\([^%]*%\}\{\{|class="[^"]*\buser-html\b[^"]*" hx-ignore>.*\{\{""")
    lines = [line for path in tracked("*.html") for line in path.read_text("utf-8").splitlines() if "|safe" in line]

    assert len(lines) >= 3
    assert [line for line in lines if not marked.search(line)] == []


def test_absolute_addresses_come_from_the_configuration() -> None:
    assert list(uses(r"_external\s*=\s*True|request\.(host|host_url|url_root|base_url)\b", route_files())) == []


def route_files() -> list[Path]:
    return [path for path in python_files() if "routes" in path.parts]


def test_templates_are_never_made_from_text() -> None:
    assert list(uses(r"from_string\(|render_template_string", python_files())) == []


def test_pages_have_no_inline_style_or_script() -> None:
    pages = [path for path in tracked("*.html") if "mails" not in path.parts and "standins" not in path.parts]
    found = uses(r"""\sstyle=|\son[a-z]+=["']|<script(?![^>]*(?:\ssrc=|type="application/))|hx-on|js:""", pages)

    assert list(found) == []


def test_the_server_says_what_is_wrong_with_a_form_and_a_button_pressed_twice_sends_once() -> None:
    """A browser's own bubble would keep people from the sentence above the field."""
    pages = [path for path in tracked("*.html") if "standins" not in path.parts]

    assert list(uses(r'<form class="form\b(?![^>]*novalidate)(?=[^>]*"post")', pages)) == []
    assert list(uses(r"<form(?=[^>]*hx-(?:post|put|delete))(?![^>]*hx-disable)", pages)) == []


def test_sql_is_not_glued_together() -> None:
    files = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]
    found = {name(path): places for path in files if (places := list(glued(path.read_text("utf-8"))))}

    assert {file: places for file, places in found.items() if file not in GLUED} == {}, "use parameters, or say why not"
    assert GLUED.keys() - found.keys() == set(), "these are gone"


@pytest.mark.parametrize(
    "code",
    [
        'text(f"SELECT {x}")',
        'text(\n    f"SELECT {x}"\n)',
        'query = "SELECT " + x\ntext(query)',
        'query = "SELECT %s" % x\nsession.execute(query)',
        'text("SELECT {}".format(x))',
        'query = "SELECT 1"\nquery += x\ntext(query)',
        "text(x)",
        "text(table.name)",
        'def f():\n    connection.fetchval(\n        "SELECT " "1" + x)',
        'connection.execute("a" if y else f"{x}")',
    ],
)
def test_glue_is_seen_wherever_it_is(code: str) -> None:
    assert list(glued(f"from sqlalchemy import text\n{code}"))


@pytest.mark.parametrize(
    "code", ['text("SELECT 1")', 'Q = "SELECT 1"\ndef f():\n    text(Q)', "session.execute(select(X))"]
)
def test_what_is_whole_is_not_taken_for_glue(code: str) -> None:
    assert not list(glued(f"from sqlalchemy import text\n{code}"))


# Where something is put together all the same. Nothing of it comes from a request.
GLUED = {
    "cart/services/baskets.py": "the condition of an index, which stands beside it in the model",
    "rose/standins/sumup/history.py": "the stand-in's own conditions; values are parameters",
    "shared/alembic/versions/0006_event_log.py": "names of tables that the migration lists",
    "shared/db/last_words.py": "whole statements, as SQLAlchemy compiled them",
    "shared/events/forgetting.py": "names of the log's own tables and columns",
    "shared/events/inbox_pieces.py": "names of tables made of a day",
    "shared/events/keeper.py": "two questions that its neighbours state",
    "shared/events/partitions.py": "names of tables made of a number",
    "shared/events/wakeup.py": "names of events, as the code declares them",
}


def test_routes_hold_no_sql() -> None:
    assert list(uses(r"from sqlalchemy(?!\.ext\.asyncio import AsyncSession)|import sqlalchemy", route_files())) == []


@pytest.mark.parametrize(
    ("limit", "files"),
    [
        (250, python_files()),
        (120, route_files()),
        (60, [path for path in tracked("*.html") if "standins" not in path.parts]),
    ],
    ids=["python", "routes", "templates"],
)
def test_files_stay_small(limit: int, files: list[Path]) -> None:
    sizes = {name(path): len(path.read_text("utf-8").splitlines()) for path in files}

    assert {file: size for file, size in sizes.items() if size > limit} == {}


def functions() -> Iterator[tuple[str, int]]:
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                last = node.end_lineno or node.lineno
                yield f"{name(path)}:{node.lineno} {node.name}", last - node.body[0].lineno + 1


def test_functions_stay_small() -> None:
    assert {where: size for where, size in functions() if size > FUNCTION_LIMIT} == {}


FUNCTION_LIMIT = 45  # 30, and the nested hooks of a use_…() function


def test_no_app_names_another_apps_tables() -> None:
    """A foreign key may only point into its own app or at shared/models."""
    from importlib import import_module

    from shared.db.base import Base

    owners: dict[str, str] = {}
    for owner in ("shared", *APPS):
        import_module(f"{owner}.models")
        for table in Base.metadata.tables:
            owners.setdefault(table, owner)
    crossing = [
        f"{table.name}.{key.parent.name} -> {key.column.table.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if owners[key.column.table.name] not in {"shared", owners[table.name]}
    ]

    assert crossing == []


def test_relationships_never_load_by_surprise() -> None:
    from importlib import import_module

    from shared.db.base import Base

    for owner in APPS:
        import_module(f"{owner}.models")
    lazy = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.lazy not in {"raise", "raise_on_sql", "write_only"}
    ]

    assert lazy == []


def test_the_tree_names_no_download_addresses_and_no_built_files() -> None:
    locks = [path for path in tracked("*.lock", "package-lock.json", ".npmrc") if path.exists()]

    assert list(uses(r'"resolved": *"http|--(extra-)?index-url|--find-links|https?://[^ "]*/simple', locks)) == []
    assert tracked("*.min.js", "*.min.css", "**/dist/**", "**/node_modules/**") == []


def test_nothing_waits_by_sleeping_in_tests() -> None:
    found = uses(r"\bsleep\(\s*(?!0\s*\))", [path for path in tracked("tests/*.py") if path != Path(__file__)])

    assert list(found) == []
