"""The project around the code: what is pinned, what is shipped, what the commands rely on."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import COMMANDS
from bot.settings import Settings
from handlers.render.typing_words import FACILITATOR, NOTES, PAPER, PARTICIPANT, REGIA, ROLES
from participation.notices import Role

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-run.lock")


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=; ]", requirement, maxsplit=1)[0] for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [] == [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_says_what_not_where_from(lock: str) -> None:
    """No addresses and no paths of the machine that made it."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert [] == re.findall(r"https?://\S+|file:\S+|^--\S+|(?<![\w.])/\w+/\S+", text, re.MULTILINE)


def test_the_locks_hold_every_dependency_and_agree() -> None:
    everything, running = pinned("requirements.lock"), pinned("requirements-run.lock")
    dependencies = named(PROJECT["project"]["dependencies"])
    tools = named(PROJECT["project"]["optional-dependencies"]["dev"])
    assert set() == (dependencies | tools) - set(everything)
    assert set() == dependencies - set(running)
    assert set() == {"pytest", "ruff", "mypy"} & set(running)
    assert {} == {name: version for name, version in running.items() if everything[name] != version}


def test_everything_imported_is_declared() -> None:
    """What merely happens to be installed is not there on another machine."""
    distributions = packages_distributions()
    rooms = PROJECT["tool"]["importlinter"]["root_packages"]
    imported = {
        name.split(".")[0]
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported_by(node)
    }
    # pydantic brings exactly the pydantic-core it was made for.
    known = named(PROJECT["project"]["dependencies"]) | {"pydantic-core"}
    foreign = imported - sys.stdlib_module_names - set(rooms)
    undeclared = {
        name
        for name in foreign
        if not known & {each.lower().replace("_", "-") for each in distributions.get(name, [])}
    }
    assert set() == undeclared


def imported_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def test_the_licence_is_the_whole_eupl() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "EUPL-1.2" == PROJECT["project"]["license"]
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    assert [str(number) for number in range(1, 16)] == re.findall(r"^(\d+)\.\w", text, re.MULTILINE)
    assert text.endswith(
        "All other changes or additions to this Appendix require the production of a new EUPL version.\n"
    )


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = (ROOT / "README.md").read_text(encoding="utf-8").split("## ")[0]
    assert "make rehearse" in opening
    assert "make test" in opening


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [] == [name for name in COMMANDS if f"| `bollini {name}" not in readme]


def test_what_is_typed_in_the_chat_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    chat = readme.split("## What is typed in the chat")[1].split("\n## ")[0]
    typed = {*PARTICIPANT, *FACILITATOR, *NOTES, *PAPER, *REGIA, *ROLES}
    assert typed == set(re.findall(r"`/([a-z]+)", chat))


def test_every_command_about_roles_is_in_their_page() -> None:
    page = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
    assert [] == [name for name in ROLES if f"| `/{name}` |" not in page]
    assert [] == [role for role in Role if f"| {role.value.replace('_', ' ')} |" not in page]


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        default = "none" if field.default is None else f"`{field.default}`"
        assert re.search(
            rf"^\| `BOLLINI_{name.upper()}` \| .+ \| {re.escape(default)} \|$", readme, re.MULTILINE
        ), name


def test_every_room_is_shipped_checked_and_walled() -> None:
    rooms = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
    tool = PROJECT["tool"]
    assert rooms == sorted(tool["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert rooms == sorted(set(tool["mypy"]["files"]) - {"tests"})
    assert rooms == sorted(tool["importlinter"]["root_packages"])
    assert rooms == sorted(tool["coverage"]["run"]["source"])
