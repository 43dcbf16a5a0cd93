"""What the commands of the command line find set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the commands are told that the database is, and no event file but the packaged one."""
    path = tmp_path / "event.db"
    monkeypatch.setenv("BOLLINI_DATABASE", str(path))
    monkeypatch.delenv("BOLLINI_EVENT", raising=False)
    return path
