"""What the documents name is there: links, files, targets of make, commands and options, routes."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from alethia.cli.main import cli
from app import app

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", "templates", "alethia", "chalicelib", "runner_task", "cdk", "scripts", "tests", "events")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "templates").glob("*/*.md")])
SOURCES = [
    ROOT / "Makefile",
    ROOT / "pyproject.toml",
    *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".tf"}),
]

FENCE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.M)
A_FILE = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./-]+")
A_DOCUMENT = re.compile(r"(?<![\w./-])docs/[\w/-]+\.md")
A_TARGET = re.compile(r"(?<![\w-])make ([a-z][a-z-]+)(?![\w-])")
A_ROUTE = re.compile(r"(?:(GET|POST|PUT|DELETE) )?((?:/api|…)/[\w{}./-]+)")

every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix()
)


def anchor(heading: str) -> str:
    """As GitHub names a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def spans(document: Path) -> list[str]:
    return SPAN.findall(FENCE.sub("", document.read_text()))


@every_document
def test_links_lead_somewhere(document: Path) -> None:
    text = FENCE.sub("", document.read_text())
    broken = []
    for link in LINK.findall(text):
        if link.startswith(("https:", "http:", "mailto:")):
            continue
        path, _, named = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (named and named not in map(anchor, HEADING.findall(target.read_text()))):
            broken.append(link)
    assert broken == []


@every_document
def test_files_that_are_named_are_there(document: Path) -> None:
    named = [span for span in spans(document) if A_FILE.fullmatch(span)]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_documents_that_anything_refers_to_are_there() -> None:
    named = {
        (path.relative_to(ROOT).as_posix(), found)
        for path in [*DOCUMENTS, *SOURCES]
        for found in A_DOCUMENT.findall(path.read_text())
    }
    assert [(where, found) for where, found in sorted(named) if not (ROOT / found).exists()] == []


@every_document
def test_targets_of_make_are_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    code = [
        *spans(document),
        *(line for fence in FENCE.findall(document.read_text()) for line in fence.splitlines()),
    ]
    named = {target for text in code if text.startswith("make ") for target in A_TARGET.findall(text)}
    assert named - targets == set()


def invocations(document: Path) -> Iterator[list[str]]:
    """Words of each ``alethia …`` in a span of code or a block of it."""
    lines = [
        line.split("#")[0] for fence in FENCE.findall(document.read_text()) for line in fence.splitlines()
    ]
    for text in [*lines, *spans(document)]:
        for part in re.split(r"&&|·|\||;|\s{4,}", text):
            words = part.split()
            if words[:1] == ["alethia"] and len(words) > 1:
                yield words[1:]


@cache
def options(command: click.Command) -> frozenset[str]:
    return frozenset(
        name
        for one in command.params
        for name in (*one.opts, *one.secondary_opts)
        if isinstance(one, click.Option)
    )


@every_document
def test_commands_are_there_with_their_options(document: Path) -> None:
    unknown = []
    for words in invocations(document):
        command: click.Command = cli
        known = set(options(cli))
        rest = list(words)
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            found = command.commands.get(rest[0])
            if found is None:
                break
            command, rest = found, rest[1:]
            known |= options(command)
        stranger = rest and isinstance(command, click.Group) and re.fullmatch(r"[a-z][a-z-]*", rest[0])
        used = {word.partition("=")[0] for word in rest if word.startswith("--")}
        if stranger or used - known - {"--help"}:
            unknown.append(" ".join(words))
    assert unknown == []


def routes() -> set[tuple[str, str]]:
    """Method and path of every route; whatever a parameter is called."""
    return {
        (method, re.sub(r"{[^}]*}", "{}", path)) for path, methods in app.routes.items() for method in methods
    }


def documented() -> set[tuple[str, str]]:
    """What ``docs/api.md`` names; an ellipsis stands for the beginning that is clear from its row."""
    found, method = set(), "GET"
    for span in spans(ROOT / "docs" / "api.md"):
        for said, path in A_ROUTE.findall(span.partition("?")[0]):
            method = said or method
            found.add((method, re.sub(r"{[^}]*}", "{}", path)))
    return found


def meant(named: tuple[str, str], route: tuple[str, str]) -> bool:
    (method, path), (real, at) = named, route
    return method == real and (at.endswith(path[1:]) if path.startswith("…") else at == path)


def test_routes_that_the_api_page_names_are_there() -> None:
    assert [named for named in sorted(documented()) if not any(meant(named, one) for one in routes())] == []


def test_every_route_of_people_is_on_the_api_page() -> None:
    of_runners = re.compile(r"/api/jobs/{}/(claim|heartbeat|report|uploads|downloads|data-keys|state)(/\w+)?")
    silent = [
        route
        for route in sorted(routes())
        if not of_runners.fullmatch(route[1]) and not any(meant(named, route) for named in documented())
    ]
    assert silent == []
