"""Notices rest in the outbox and come back as they were."""

from __future__ import annotations

import inspect
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from participation import notices
from participation.notices import Notice

KINDS = [kind for _, kind in inspect.getmembers(notices, inspect.isclass) if issubclass(kind, Notice)]
ALL = [kind for kind in KINDS if kind is not Notice]


def given_to(annotation: object) -> st.SearchStrategy[object]:
    """Values of a field; moments with a zone, as all of ours are."""
    if annotation in {datetime, datetime | None}:
        return st.datetimes(timezones=st.just(UTC))
    return st.from_type(annotation)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_notice_comes_back_as_it_was(kind: type[Notice], data: st.DataObject) -> None:
    fields = {name: data.draw(given_to(field.annotation)) for name, field in kind.model_fields.items()}
    notice = kind.model_validate(fields)
    assert notice == notices.load(notices.dump(notice))
    assert kind is type(notices.load(notices.dump(notice)))


def test_a_notice_of_a_later_version_is_not_taken_for_another() -> None:
    with pytest.raises(KeyError):
        notices.load(json.dumps({"notice": "FromTomorrow", "data": {}}))


def test_a_notice_is_strict_and_never_changes() -> None:
    with pytest.raises(ValidationError):
        notices.Thanks.model_validate({"table": "T6", "tabel": "T7"})
    thanks = notices.Thanks(table="T6")
    with pytest.raises(ValidationError):
        thanks.table = "T7"  # type: ignore[misc]
