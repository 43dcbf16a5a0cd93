"""Files beside the database: named by what is in them, whole from the moment they have their name."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

import pytest

from storage.files import FileStore, beside

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "event.db.files")


def test_the_folder_is_beside_the_database_and_made_when_it_is_needed(
    tmp_path: Path, store: FileStore
) -> None:
    assert store.folder == beside(tmp_path / "event.db")
    assert not store.folder.exists()
    store.keep(b"one", "jpg")
    assert 0o700 == stat.S_IMODE(store.folder.stat().st_mode)


def test_a_file_is_named_by_its_content_and_comes_back_as_it_was(store: FileStore) -> None:
    name = store.keep(b"one", "jpg")
    assert f"{hashlib.sha256(b'one').hexdigest()}.jpg" == name
    assert b"one" == store.read(name)
    assert store.sound(name)
    assert 0o600 == stat.S_IMODE((store.folder / name).stat().st_mode)


def test_the_same_file_twice_is_one(store: FileStore) -> None:
    assert store.keep(b"one", "jpg") == store.keep(b"one", "jpg")
    assert 1 == len(list(store.folder.iterdir()))


def test_a_damaged_one_is_noticed_and_mended_when_it_is_kept_again(store: FileStore) -> None:
    name = store.keep(b"one", "jpg")
    (store.folder / name).write_bytes(b"on")
    assert not store.sound(name)
    store.keep(b"one", "jpg")
    assert store.sound(name)


def test_a_missing_one_is_not_sound(store: FileStore) -> None:
    name = store.keep(b"one", "jpg")
    (store.folder / name).unlink()
    assert not store.sound(name)


@pytest.mark.parametrize("breaks", ["fsync", "write"])
def test_what_cannot_be_written_leaves_nothing_behind(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    store.keep(b"one", "jpg")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync" if breaks == "fsync" else "fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        store.keep(b"two", "jpg")
    monkeypatch.undo()
    assert [b"one"] == [path.read_bytes() for path in store.folder.iterdir()]
    store.keep(b"two", "jpg")


def test_what_is_half_written_is_swept_away_and_nothing_else(store: FileStore) -> None:
    name = store.keep(b"one", "jpg")
    (store.folder / ".0011223344556677.partial").write_bytes(b"tw")
    store.sweep()
    assert [name] == [path.name for path in store.folder.iterdir()]
    FileStore(store.folder / "nowhere").sweep()


def test_what_is_removed_is_gone_and_may_be_removed_again(store: FileStore) -> None:
    one, two = store.keep(b"one", "jpg"), store.keep(b"two", "jpg")
    store.remove(one)
    store.remove(one)
    assert [two] == [path.name for path in store.folder.iterdir()]


@pytest.mark.parametrize("name", ["../event.db", "a.jpg", "", f"{'0' * 64}.jpg/../x", "0" * 64])
def test_no_other_name_is_read_or_removed(store: FileStore, name: str) -> None:
    with pytest.raises(AssertionError):
        store.read(name)
    with pytest.raises(AssertionError):
        store.remove(name)
