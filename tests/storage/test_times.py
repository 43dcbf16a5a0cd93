"""Moments as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.times import from_text, from_text_or_none, to_text

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis wants the bounds naive
    max_value=datetime(2199, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@settings(deadline=None)
@given(MOMENTS)
def test_a_moment_comes_back_as_it_was(moment: datetime) -> None:
    assert moment == from_text(to_text(moment))
    assert UTC == from_text(to_text(moment)).tzinfo


@settings(deadline=None)
@given(MOMENTS, MOMENTS)
def test_texts_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    assert (one < other) == (to_text(one) < to_text(other))
    assert (one == other) == (to_text(one) == to_text(other))


def test_the_form_is_fixed() -> None:
    assert "2023-12-05T09:10:00.000000Z" == to_text(datetime(2023, 12, 5, 9, 10, tzinfo=UTC))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        to_text(datetime(2023, 12, 5, 9, 10))  # noqa: DTZ001 - that is the point


def test_an_empty_column_is_no_moment() -> None:
    assert from_text_or_none(None) is None
    assert datetime(2023, 12, 5, tzinfo=UTC) == from_text_or_none("2023-12-05T00:00:00.000000Z")
