"""One bot to a database, for as long as its process lives."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from storage.database import DatabaseError
from storage.lock import alone, lock_file
from tests.support.process import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HOLDS = """
import sys, time
from pathlib import Path
from storage.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_another_process_is_kept_off_until_it_is_killed(path: Path, tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", HOLDS, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert "held\n" == holder.stdout.readline()
        alias = tmp_path / "alias.db"
        alias.symlink_to(path)
        for name in (path, alias):
            with (
                pytest.raises(DatabaseError, match=rf"process {holder.pid}\) works on the database"),
                alone(name),
            ):
                pass
        with alone(tmp_path / "another.db"):
            pass
        holder.kill()
        holder.wait()
    with alone(path), pytest.raises(DatabaseError, match="Stop that one first"), alone(path):
        pass
    with alone(path):
        pass


def test_a_folder_in_which_no_lock_can_be_made_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(DatabaseError, match="Check that its folder exists"),
        alone(tmp_path / "nowhere" / "event.db"),
    ):
        pass
    lock_file(tmp_path / "event.db").mkdir()
    with pytest.raises(DatabaseError, match="cannot be made"), alone(tmp_path / "event.db"):
        pass
