"""One typesetter and the words, for all sheets."""

from __future__ import annotations

import pytest

from locales.translator import Translators, load_translators
from participation.event import Event, load
from reports.typesetting import Typesetter
from tests.reports import events


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.fixture(scope="session")
def turin() -> Event:
    return load()


@pytest.fixture(scope="session")
def hostile() -> Event:
    return events.hostile()


@pytest.fixture(scope="session")
def languages(turin: Event) -> Translators:
    return load_translators(turin.zone_info)
