"""The captions say the figures in words, whole, and within what Telegram takes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html import escape, unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts import contributions, heatmap, keywords, priorities, ranking, turnout
from charts.picture import CAPTION, clipped, decimal, longest, percent, visible_length
from locales.translator import Html
from participation.aggregates import Keyword, TableContributions, TablePriorities, TableTurnout, ZoneDots
from participation.notices import Dropped, TieTold
from tests.charts import samples
from tests.charts.drawing import CHARTS, ENGLISH, ITALIAN

TURIN = samples.turin()
HUGE = samples.huge()
NASTY = samples.huge(tables=30, axes=6, per_axis=5, zones=20, name="<b>&amp;</i> & 🚆<")


class Balance(HTMLParser):
    """Fails on a tag that Telegram does not know, or that is not closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"b", "i"}
        assert not attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def visible(caption: str) -> str:
    """The text as Telegram would show it; fails where its HTML is broken."""
    reader = Balance()
    reader.feed(caption)
    reader.close()
    assert reader.open == []
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;)", caption)
    return reader.text


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("sample", [TURIN, HUGE, NASTY, samples.empty(), samples.single()])
@pytest.mark.parametrize("words", [ITALIAN, ENGLISH], ids=["it", "en"])
def test_every_caption_is_whole_html_of_a_length_that_telegram_takes(chart: str, sample, words) -> None:  # type: ignore[no-untyped-def]
    caption = CHARTS[chart].words(sample, words)
    text = visible(caption)
    assert 0 < len(text.encode("utf-16-le")) // 2 == visible_length(caption) <= CAPTION
    assert "  " not in text
    assert "\n\n" not in text
    assert text == text.strip()
    assert "{" not in text


@pytest.mark.parametrize("chart", CHARTS)
def test_every_number_of_a_caption_is_whole(chart: str) -> None:
    """What was shortened lost whole items: no number is there that the aggregate does not give."""
    text = visible(CHARTS[chart].words(HUGE, ITALIAN))
    assert not text.endswith("…")
    assert all(re.fullmatch(r"\d{1,3}(\.\d{1,3})*", found) for found in re.findall(r"\d[\d.]*\d|\d", text))


def test_turnout_in_words() -> None:
    assert visible(turnout.caption(TURIN.turnout, TURIN.event, ITALIAN)).splitlines()[:4] == [
        "Sessione 1, affluenza delle 10:20",
        "Hanno già messo bollini 106 persone su 120 (88%). 54 hanno finito. 14 non hanno ancora cominciato.",
        "Voto chiuso al tavolo T3.",
        "T1: 14 su 15, finito 11",
    ]


def test_turnout_says_every_table_and_sums_up_what_has_no_room() -> None:
    text = visible(turnout.caption(TURIN.turnout, TURIN.event, ITALIAN))
    for row in TURIN.turnout.tables:
        assert f"{row.table}: {row.voting} su {row.registered}, finito {row.finished}\n" in text + "\n"
    many = replace(
        TURIN.turnout, tables=tuple(TableTurnout(f"TAVOLO{n}", 1000, 900, 800, False) for n in range(50))
    )
    text = visible(turnout.caption(many, TURIN.event, ITALIAN))
    shown = len(re.findall(r"^TAVOLO\d+: 900 su 1\.000, finito 800$", text, re.MULTILINE))
    rest = 50 - shown
    assert 10 < shown < 50
    assert f"E altri {rest} tavoli: {rest * 900 / 1000:.3f}" in text
    assert "Il voto è chiuso a tutti i tavoli." in text


def test_a_share_of_all_but_one_is_not_everybody() -> None:
    assert [percent(ITALIAN, part, 1000) for part in (0, 5, 999, 1000)] == ["0%", "0%", "99%", "100%"]
    assert percent(ITALIAN, 0, 0) == "0%"
    assert decimal(ITALIAN, 2.5) == "2,5"


def test_the_heatmap_in_words_says_each_zones_first_choice_with_its_number() -> None:
    text = visible(heatmap.caption(TURIN.votes, TURIN.event, ITALIAN))
    assert "111 schede, 609 bollini. Chiusi 9 tavoli su 10." in text
    for zone in TURIN.votes.zones:
        if not zone.ballots:
            continue
        most = max(zone.dots.values())
        line = next(line for line in text.splitlines() if line.startswith(f"Zona {zone.zone} ("))
        assert f"({zone.ballots} schede)" in line
        assert line.endswith(f"({most})")
        first = [code for code, count in zone.dots.items() if count == most]
        assert all(code in line for code in first)
    assert "Nessuna scheda dalla Zona 8." in text


def test_the_most_voted_say_a_tie_at_their_end() -> None:
    totals = {"1.1": 9, "1.2": 7, "1.3": 5, "2.1": 5, "2.2": 5, "2.3": 1}
    assert heatmap.most_voted(totals, TURIN.event, ITALIAN) == (
        "1.1 Digitalizzazione diffusa (9), 1.2 Innovazione delle MPMI (7), "
        "1.3 Nuove filiere produttive (5) e altre 2 con 5"
    )
    assert heatmap.most_voted({}, TURIN.event, ITALIAN) == "nessuna"


def test_a_zone_that_is_split_says_how_many_are_level() -> None:
    dots = {f"1.{number}": 1 for number in range(1, 6)} | {"2.1": 1}
    votes = samples.votes(TURIN.event, (ZoneDots("5", 1, dots),), tables_closed=10, at=samples.NOON)
    text = visible(heatmap.caption(votes, TURIN.event, ITALIAN))
    assert "Zona 5 (1 scheda): 6 strategie alla pari (1)" in text
    assert "Nessuna scheda dalle Zone 1, 2, 3, 4, 6, 7 e altre 4." in text
    assert "Chius" not in text


def test_a_withheld_zone_is_named_without_its_choice() -> None:
    zones = (ZoneDots("5", 2, {}, withheld=True), ZoneDots("6", 9, {"3.2": 9}))
    text = visible(
        heatmap.caption(
            samples.votes(TURIN.event, zones, tables_closed=10, at=samples.NOON), TURIN.event, ITALIAN
        )
    )
    assert "Zona 5: troppo poche schede per mostrarle senza svelare un voto." in text
    assert "Zona 5 (" not in text


def test_the_ranking_in_words_sums_up_and_sorts_every_axis() -> None:
    text = visible(ranking.caption(TURIN.votes, TURIN.event, ITALIAN))
    for axis in TURIN.event.axes:
        counts = {s.code: TURIN.votes.totals[s.code] for s in axis.strategies}
        line = next(line for line in text.splitlines() if line.startswith(f"Asse {axis.code},"))
        assert line.startswith(f"Asse {axis.code}, {sum(counts.values())} bollini: ")
        said = [(code, int(count)) for code, count in re.findall(r"(\d\.\d)[^(;]*\((\d+)\)", line)]
        assert said == sorted(
            ((code, count) for code, count in counts.items() if count), key=lambda pair: -pair[1]
        )


def test_the_ranking_says_that_it_was_shortened() -> None:
    text = visible(ranking.caption(HUGE.votes, HUGE.event, ITALIAN))
    assert "le altre sono nell'immagine." in text
    assert len(re.findall(r"^Asse \d+, ", text, re.MULTILINE)) == 10


def test_priorities_in_words() -> None:
    text = visible(priorities.caption(TURIN.priorities, TURIN.event, ITALIAN))
    for row in TURIN.priorities.tables:
        if row.state != "open":
            line = next(line for line in text.splitlines() if line.startswith(f"{row.table}: "))
            assert re.findall(r"\d\.\d", line) == [*row.priorities, *row.tied]
            assert ("(proposte)" in line) == (row.state == "proposed")
    times = Counter(code for row in TURIN.priorities.tables for code in row.priorities)
    code, most = max(times.items(), key=lambda item: item[1])
    assert f"{code} {TURIN.event.strategy(code).label} ({most} tavoli)" in text
    assert "2 posti contesi tra " in text
    assert "Voto ancora aperto al tavolo T10." in text


def test_how_ties_were_settled_and_why_something_was_dropped_in_words() -> None:
    tie = TieTold(
        zone=None,
        strategies=("2.1", "2.2"),
        places=1,
        after_runoff=False,
        how="runoff",
        chosen=("2.2",),
        voters=9,
        counts=(("2.1", 3), ("2.2", 6)),
    )
    drawn = tie.model_copy(
        update={"how": "draw", "counts": (), "commitment": "0" * 64, "secret": "abc", "word": "sole"}
    )
    dropped = (Dropped(strategy="5.4", reason="Non <ci> riguarda"),)

    def said(*ties: TieTold) -> str:
        row = TablePriorities("T6", "confirmed", ("3.2", "2.2"), (), 0, 9, dropped, ties)
        aggregate = replace(samples.single().priorities, tables=(row,))
        return visible(priorities.caption(aggregate, TURIN.event, ITALIAN))

    withheld = tie.model_copy(update={"counts": (), "chosen": (), "voters": 3})
    text = said(tie, drawn, withheld)
    assert "esclusa 5.4 («Non <ci> riguarda»)" in text
    assert "ballottaggio 2.1 3 e 2.2 6: 2.2" in text
    assert "sorteggio 2.1 e 2.2: 2.2 (seme abc/sole)" in text
    assert "ballottaggio 2.1 e 2.2: ancora pari" in text
    for how in ("fewer", "hand"):
        assert "pari merito 2.1 e 2.2: " in said(tie.model_copy(update={"how": how, "counts": ()}))
    brief = said(*[drawn] * 24)
    assert "seme" not in brief
    assert "esclusa 5.4; " in brief


def test_priorities_of_one() -> None:
    rows = (
        TablePriorities("T1", "confirmed", ("3.2",), (), 0, 9),
        TablePriorities("T2", "proposed", ("3.2",), ("1.1", "1.2"), 1, 9),
        TablePriorities("T3", "proposed", (), (), 0, 0),
    )
    lines = visible(
        priorities.caption(replace(TURIN.priorities, tables=rows), TURIN.event, ITALIAN)
    ).splitlines()
    assert lines[1:] == [
        "Ha confermato 1 tavolo su 3. A 1 tavolo c'è un pari merito da sciogliere.",
        "Tornano a più tavoli: 3.2 Ferrovie (2 tavoli).",
        "T1: 3.2",
        "T2: 3.2 (proposta); 1 posto conteso tra 1.1 e 1.2",
        "Nessuna priorità al tavolo T3.",
    ]


def test_contributions_in_words() -> None:
    text = visible(contributions.caption(TURIN.contributions, TURIN.event, ITALIAN))
    assert "189 contributi, note dei tavoli comprese. Hanno scritto 73 persone." in text
    assert "1. Nel vostro territorio: 43\n2. Progetti e programmi: 34\n" in text
    assert "Note dei tavoli: 18" in text
    for row in TURIN.contributions.rows[:-1]:
        assert re.search(rf"^{row.table}: {sum(row.by_question.values()) + row.notes}\b", text, re.MULTILINE)
    assert text.endswith("Ancora niente dal tavolo T10.")


def test_keywords_in_words() -> None:
    text = visible(keywords.caption(TURIN.keywords, TURIN.event, ITALIAN))
    assert "Da 337 contributi. Più una parola è grande, più sono i tavoli da cui arriva." in text
    assert "Da 7 tavoli: consumo di suolo, banda larga\n" in text
    assert (
        sum(line.count(",") + 1 for line in text.splitlines() if re.match(r"Da \d+ tavol\w+: ", line)) == 24
    )


def test_contributions_without_keywords_in_words() -> None:
    text = visible(keywords.caption(replace(TURIN.keywords, words=()), TURIN.event, ITALIAN))
    assert text.endswith("Da 337 contributi.\nNessuna parola è ancora tornata.")


def test_many_silent_tables_are_counted() -> None:
    rows = tuple(
        TableContributions(
            f"TAVOLO{n}", "1.1" if n % 2 else None, {"1": n % 3, "": 1 if n % 3 else 0}, 0, n % 3
        )
        for n in range(90)
    )
    text = visible(contributions.caption(replace(TURIN.contributions, rows=rows), TURIN.event, ITALIAN))
    assert "Ancora niente da 30 tavoli." in text
    assert "Senza domanda: 60" in text
    rest = re.search(r"Altri (\d+) tavoli: (\d+)", text)
    assert rest is not None
    hidden = rows[-int(rest[1]) :]
    assert int(rest[2]) == sum(sum(row.by_question.values()) for row in hidden)


def test_words_that_people_typed_are_escaped_and_left_out_whole() -> None:
    many = replace(
        TURIN.keywords, words=tuple(Keyword(f"<i>&{'x' * 40}{n}</i>", 9 - n // 6, 9) for n in range(40))
    )
    caption = keywords.caption(many, TURIN.event, ITALIAN)
    text = visible(caption)
    shown = re.findall(r"<i>&x{40}\d+</i>", text)
    assert 0 < len(shown) < 40
    assert f"Altre {40 - len(shown)} parole sono nell'immagine." in text


def test_the_caption_serves_as_plain_text_too() -> None:
    picture = keywords.draw(replace(TURIN.keywords, words=(Keyword("R&D", 3, 3),)), TURIN.event, ITALIAN)
    assert "R&amp;D" in picture.caption
    assert "R&D" in picture.alt
    assert "<b>" not in picture.alt


PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="&<>🚆 \n"), max_size=60
)


@given(st.lists(PLAIN, max_size=30), st.integers(5, 200))
def test_clipped_html_is_balanced_and_short_enough(pieces: list[str], limit: int) -> None:
    text = Html(" ".join(f"<b>{escape(piece, quote=False)}</b>" for piece in pieces))
    short = clipped(text, limit)
    reader = Balance()
    reader.feed(short)
    reader.close()
    assert reader.open == []
    assert visible_length(short) <= limit
    if visible_length(text) <= limit:
        assert short == text


def test_clipping_leaves_words_and_numbers_whole() -> None:
    text = Html("<b>Affluenza</b> 12.345 persone &amp; 1.234 schede")
    assert clipped(text, 20) == "<b>Affluenza</b> 12.345…"
    assert clipped(text, 14) == "<b>Affluenza</b>…"
    assert clipped(Html("<b>Affluenza generale</b>"), 12) == "<b>Affluenza…</b>"
    assert unescape(clipped(text, 28)).endswith("&…")


def test_the_longest_text_that_fits_is_taken_and_the_briefer_way_when_not_all_fits() -> None:
    def write(items: int) -> Html:
        return Html("ab" * items)

    def briefer(items: int) -> Html:
        return Html("a" * items)

    assert longest(write, 10, limit=20) == "ab" * 10
    assert longest(write, 10, limit=7) == "ababab"
    assert longest(write, 10, briefer=briefer, limit=12) == "a" * 10
    assert longest(write, 10, briefer=briefer, limit=3) == "aaa"


def test_the_length_is_counted_as_telegram_counts() -> None:
    assert visible_length("<b>a&amp;🚆</b>") == 4
