"""Events to print: Turin's, and one whose file is as hard on paper as a correct file can be."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import Any

from participation.event import PACKAGED, Event
from participation.event_check import TEXT_BUDGET, coherence_problems

TURIN: dict[str, Any] = tomllib.loads(PACKAGED.read_text(encoding="utf-8"))

SIGNS = """#let x = 1 $a_b$ *b* _c_ @d <e> "f" 'g' `h` \\n // /* [i] {j} ~ -- ... è ù à €"""
HEBREW = "שלום לכולם בשולחן"
ARABIC = "مرحبا بكم جميعا إلى الطاولة"
ENDLESS = "W" * 80
"""A word that no line holds."""


def changed(**changes: Any) -> Event:
    """Turin's event with some keys changed at the top."""
    return Event.model_validate({**deepcopy(TURIN), **changes})


def stacking(dots: int = 6) -> Event:
    """Several dots may go on one strategy."""
    data = deepcopy(TURIN)
    data["session1"].update(stacking="free", dots=dots)
    return Event.model_validate(data)


def hostile() -> Event:
    """60 strategies, one of 400 characters; a table of 12 zones and 20 facilitators; words without end."""
    data = deepcopy(TURIN)
    data["title"] = f"{ENDLESS} {SIGNS} {HEBREW} {'titolo lungo ' * 20}"[:400].strip()
    data["session1"]["question"] = f"{SIGNS} {'una domanda lunga ' * 20}"[:400].strip()
    titles = [f"{ENDLESS} {SIGNS} {ARABIC} {'parole ' * 60}"[:400].strip()]
    titles += [f"Strategia {number}: {(HEBREW, ARABIC, 'x' * 30)[number % 3]}" for number in range(2, 61)]
    assert sum(map(len, titles)) < TEXT_BUDGET
    data["axes"] = [
        {
            "code": str(axis),
            "title": f"Asse {SIGNS} {axis}",
            "strategies": [
                {"code": f"{axis}.{number}", "title": titles.pop(0), "label": "Etichetta"}
                for number in range(1, 21)
            ],
        }
        for axis in range(1, 4)
    ]
    data["zones"] = [{"code": str(number), "name": f"{'Zona lunga ' * 6}{number}"} for number in range(1, 13)]
    data["venues"] = [{"code": "qui", "name": "Sede " * 16}]
    data["tables"] = [
        {
            "code": "T",
            "name": "W" * 28,
            "zones": [zone["code"] for zone in data["zones"]],
            "venue": "qui",
            "room": "stanza " * 11,
            "facilitators": [f"{'Nome ' * 14}{number}" for number in range(1, 20)] + [ENDLESS],
        },
        {"code": "X23456789_12", "name": HEBREW, "zones": ["1"], "venue": "qui", "facilitators": [ARABIC]},
    ]
    data["themes"]["recurring_tables"] = 2
    assert [] == coherence_problems(data)
    assert [] == coherence_problems(data)
    return Event.model_validate(data)


def much(strategies: int) -> Event:
    """Turin's tables with one axis of many strategies, all long: more than a correct file may hold."""
    data = deepcopy(TURIN)
    data["axes"] = [
        {
            "code": "1",
            "title": "Un solo asse",
            "strategies": [
                {"code": f"1.{number}", "title": "Una strategia lunga da dire " * 5, "label": "Etichetta"}
                for number in range(1, strategies + 1)
            ],
        }
    ]
    return Event.model_validate(data)
