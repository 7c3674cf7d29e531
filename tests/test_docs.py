"""The documents keep their word: what they name exists, what they promise to run runs."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from running_instance import ORIGIN, Instance
from test_tidy import core
from written_pages import PAGES, ROOT

from waglan.cli.app import app
from waglan.cli.settings import Settings
from waglan.messages.edifact.cuscar_head import FUNCTIONS
from waglan.messages.edifact.cusres import GIS
from waglan.messages.edifact.errors import SYNTAX_ERROR
from waglan.store import resolve
from waglan.store.embedded.supervisor import Settings as Embedded
from waglan.store.migrate import prepare
from waglan.store.resolve import Wanted, database

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PICTURES = sorted((ROOT / "docs").rglob("*.svg"))
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)|(?:src|srcset)=\"(?P<image>[^\"]+)\"")
RUN_SECONDS_MAX = 300  # of one document, on a machine that is busy with other things
# What one tells to run stands on what those before it did.
FIRST_DAY = (
    "README.md",
    "docs/guide/operator.md",
    "docs/guide/people.md",
    "docs/guide/terminal.md",
    "docs/guide/carrier-edifact.md",
    "docs/guide/forwarder.md",
    "docs/guide/customs-desk.md",
    "docs/guide/verify.md",
    "docs/guide/personal-data.md",
)
# Nouns of type names that any reader knows; every other one stands in the glossary.
PLAIN = """
advice bad bare beyond c characters code content cosigned counted cuscar end entry erased explained
form found given id iftmin information kept kind kinds known ladder less list lists means missing
more move name names no not open options other others outside own path period point private public
reason related replayed run seen service set short signed source taken text thing took unreadable
unwritable vermas walk well where whole whom why
"""
ARCHITECTURE_LINES_MAX = 300
GLOSSARY_ROWS_MIN = 80
TAGS = ROOT / "src/waglan/messages/edifact/tags.py"

# What nobody may say of Waglan or of the real systems, and what is never in a document.
FORBIDDEN = (
    r"100\+|(over|more than) (100|a hundred) (e-lock )?(sites|points)",
    r"(?<!not )connected to",
    r"days saved|saves? \d+ days|400 days",
    r"55 ?% of|27 ?% of",
    r"(endorsed|approved|certified|accredited|recommended) by",
    r"(?<!no )official threshold",
    r"white[- ]list",
    r"exactly[- ]once|tamper[- ]proof|100 ?% secure|unhackable|military[- ]grade",
    r"(?<!not a )(?<!no )(?<!never a )release of cargo",
)
ELSEWHERE = (
    r"pypi\.org|pythonhosted|npmjs|--index-url|--extra-index-url|proxy\.golang",
    r"(?<![\w.])/(work|root|home/\w+|tmp/wt)/",
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def said(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path, kind: str) -> list[str]:
    return [m["text"] for m in FENCE.finditer(said(path)) if m["kind"].strip() == kind]


def cells(path: Path) -> list[list[str]]:
    """Every row of every table of a document."""
    rows = [line for line in said(path).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def anchors(path: Path) -> set[str]:
    text = FENCE.sub("", said(path))
    titles = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", title.lower()) for title in titles]
    return {title.replace(" ", "-") for title in plain}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_link_and_picture_of_a_document_leads_somewhere(path: Path) -> None:
    for match in LINK.finditer(FENCE.sub("", said(path))):
        target = match["target"] or match["image"]
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("path", [*DOCUMENTS, *PICTURES], ids=name)
def test_no_document_claims_what_is_not_so(path: Path) -> None:
    text = " ".join(said(path).split())
    for claim in (*FORBIDDEN, *ELSEWHERE):
        found = re.search(claim, text, re.IGNORECASE)
        assert found is None, text[max(0, found.start() - 60) : found.end() + 60]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_block_says_what_it_is(path: Path) -> None:
    kinds = {match["kind"].strip() for match in FENCE.finditer(said(path))}
    assert kinds <= {"sh", "sh run", "python", "toml", "sql", "text", "json", "nginx", "yaml"}


@pytest.mark.parametrize("page", PAGES)
def test_pages_written_from_the_code_are_written_down_as_they_stand(page: str) -> None:
    now = PAGES[page]()
    if os.environ.get("WAGLAN_WRITE_DOCS"):
        (ROOT / page).write_text(now, encoding="utf-8")
    assert said(ROOT / page) == now, f"{page} is out of date: run `make docs`"


def words_of(path: Path) -> Iterator[list[str]]:
    """The words of every simple command in a document's shell blocks."""
    for kind in ("sh", "sh run"):
        for block in blocks(path, kind):
            for line in block.replace("\\\n", " ").splitlines():
                for part in re.split(r"&&|\|\||[;|]|\$\(|\)", line):
                    if words := _words(part):
                        yield words


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text, comments=True)
    except ValueError:  # a quotation that goes on over several parts holds no command of ours
        words = text.split()
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    return words


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_command_of_a_document_exists_with_its_options(path: Path) -> None:
    targets = set(re.findall(r"^([a-z./]+):", said(ROOT / "Makefile"), re.MULTILINE))
    for words in words_of(path):
        if words[0] == "make":
            assert set(words[1:2]) <= targets, words
        if words[0] in ("waglan", ".venv/bin/waglan"):
            command, rest = typer.main.get_command(app), words[1:]
            while (
                (inside := getattr(command, "commands", None))
                and rest
                and not rest[0].startswith("-")
            ):
                assert rest[0] in inside, words
                command, rest = inside[rest[0]], rest[1:]
            known = {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)}
            used = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
            assert used <= {*known, "--help"}, words


def test_what_the_documents_tell_to_run_runs_in_the_order_of_a_first_day(
    instance: Instance, tmp_path: Path
) -> None:
    told = {name(path) for path in DOCUMENTS if blocks(path, "sh run")}
    assert told == set(FIRST_DAY)
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine, and the documents use it")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    places = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "WAGLAN_HOME": str(instance.home),
        "WAGLAN_URL": instance.address,
        "WAGLAN_LANG": "en",
        "HOME": str(tmp_path),
        **database_of(instance),
    }
    for document in FIRST_DAY:
        script = "\n".join(blocks(ROOT / document, "sh run"))
        done = subprocess.run(
            ["sh", "-eux", "-c", script.replace("http://127.0.0.1:8080", instance.address)],
            env=os.environ | places,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS_MAX,
            check=False,
        )
        assert done.returncode == 0, document + done.stdout[-2000:] + done.stderr[-3000:]


def database_of(instance: Instance) -> dict[str, str]:
    """What commands on the instance's own machine need to reach its database."""
    place = conninfo_to_dict(instance.dsn.app)
    dsn = make_conninfo("", host=place["host"], dbname=place["dbname"])
    passwords = {
        f"WAGLAN_{role.removeprefix('waglan_').upper()}_PASSWORD": password
        for role, password in instance.dsn.passwords.items()
    }
    return {"WAGLAN_DSN": dsn, "WAGLAN_ORIGIN": ORIGIN} | passwords


def test_every_setting_stands_in_the_operators_guide_with_its_default() -> None:
    rows = {row[0]: row[1] for row in cells(ROOT / "docs/guide/operator.md") if len(row) == 3}
    for setting, field in Settings.model_fields.items():
        wanted = "" if field.default is None or field.default_factory else str(field.default)
        assert f"`WAGLAN_{setting.upper()}`" in rows, setting
        if not field.default_factory:
            assert rows[f"`WAGLAN_{setting.upper()}`"].strip("`") == wanted, setting


def test_the_architecture_says_of_each_package_what_the_package_says_itself() -> None:
    rows = {row[0].strip("`/"): row[1] for row in cells(ROOT / "ARCHITECTURE.md") if len(row) > 1}
    packages = sorted(path.parent for path in (ROOT / "src/waglan").glob("*/__init__.py"))
    for package in packages:
        text = said(package / "__init__.py")
        assert rows[package.name] == text.split('"""')[1].splitlines()[0], package.name
    assert len(said(ROOT / "ARCHITECTURE.md").splitlines()) <= ARCHITECTURE_LINES_MAX


def test_every_dependency_has_its_reason_in_the_architecture() -> None:
    project = tomllib.loads(said(ROOT / "pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[>=<~ ]", one)[0] for one in wanted}
    told = set(re.findall(r"`([\w.-]+)`", said(ROOT / "ARCHITECTURE.md")))
    assert names <= told, names - told


def test_every_table_of_the_database_stands_in_the_architectures_map() -> None:
    schema = said(ROOT / "src/waglan/store/schema.sql")
    tables = set(re.findall(r"^CREATE TABLE (?:public\.)?(\w+)", schema, re.MULTILINE | re.I))
    tables = {table for table in tables if not re.fullmatch(r"(key_)?event_(\d+|default)", table)}
    told = set(re.findall(r"`(\w+)`", said(ROOT / "ARCHITECTURE.md")))
    assert tables <= told, tables - told


def test_the_index_of_decisions_names_every_decision_and_each_has_four_parts() -> None:
    index = said(ROOT / "docs/decisions/README.md")
    decisions = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        title = said(path).splitlines()[0].removeprefix("# ")
        assert f"[{title}]({path.name})" in index, path.name
        parts = re.findall(r"^## (.+)$", said(path), re.MULTILINE)
        assert parts == ["Context", "Options", "Decision", "What gets worse"], path.name


def test_the_carriers_guide_has_every_status_function_and_syntax_error() -> None:
    guide = ROOT / "docs/guide/carrier-edifact.md"
    rows = [tuple(cell.strip("`") for cell in row) for row in cells(guide)]
    assert {(code, status.value) for status, code in GIS.items()} <= {row[:2] for row in rows}
    assert {(code, what.value) for code, what in FUNCTIONS.items()} <= {row[:2] for row in rows}
    told = {row[0] for row in rows}
    assert {str(code) for code in SYNTAX_ERROR.values()} <= told


def test_every_noun_of_the_cores_types_stands_in_the_glossary() -> None:
    rows = [row for row in cells(ROOT / "GLOSSARY.md") if len(row) == 5]
    known = {word for row in rows for word in re.findall(r"[a-z0-9]+", row[0].lower())}
    known |= {*PLAIN.split()} | segments()
    unknown = {
        f"{noun} ({type_})"
        for type_ in core_types()
        for noun in re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+", type_)
        if not {noun.lower(), noun.lower().removesuffix("s")} & known
    }
    assert unknown == set()
    assert len(rows) >= GLOSSARY_ROWS_MIN
    assert [row for row in rows[2:] if not (row[1] and row[2] and row[3])] == []


def core_types() -> Iterator[str]:
    for path in core():
        for node in ast.parse(said(path)).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name


def segments() -> set[str]:
    """EDIFACT's own names of segments."""
    return {tag.lower() for tag in re.findall(r"^class ([A-Z]{3})\b", said(TAGS), re.MULTILINE)}


async def test_the_operators_sql_makes_an_administrator_who_can_make_the_rest(home: Path) -> None:
    [text] = blocks(ROOT / "docs/guide/operator.md", "sql")
    # The embedded server, which stands in for his own, has a database of that name already.
    statements = text.replace("DATABASE waglan ", "DATABASE port ").split(";")
    [password] = re.findall(r"PASSWORD '([^']+)'", text)
    async with database(Wanted(Embedded(home))) as own:
        dsn = own.dsn.admin or ""
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
            for statement in statements:
                await conn.execute(statement.encode())
        admin = make_conninfo(dsn, user="waglan_admin", password=password, dbname="port")
        his = await resolve.named(Wanted(Embedded(home), admin))
        assert await prepare(his)
        async with await psycopg.AsyncConnection.connect(his.app) as conn:
            assert conn.info.user == "waglan_app"


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    titles = re.findall(r"^## (.+)$", said(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert titles[0] == "Unreleased"
