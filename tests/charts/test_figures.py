"""The numbers on the pictures are those of the aggregates, each in its place."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from matplotlib.patches import Circle, Polygon, Rectangle

from charts import contributions, heatmap, keywords, priorities, ranking, turnout
from charts.picture import number
from participation.aggregates import Keyword, ZoneDots
from tests.charts import samples
from tests.charts.drawing import CHARTS, ENGLISH, ITALIAN
from tests.charts.looking import Seen, seen

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tests.charts.samples import Sample

TURIN = samples.turin()


def the(texts: list[Seen], wanted: str) -> Seen:
    """The only text that reads so."""
    found = [text for text in texts if text.text == wanted]
    assert len(found) == 1, f"{wanted!r} is there {len(found)} times"
    return found[0]


def the_row(texts: list[Seen], middle: float, reach: float = 16) -> list[str]:
    """The texts of one row, from left to right."""
    return [text.text for text in sorted(texts, key=lambda text: text.x) if abs(text.y - middle) < reach]


def at(texts: list[Seen], x: float, y: float) -> str:
    """What is written at a place, "" for nothing."""
    found = [text.text for text in texts if abs(text.x - x) < 16 and abs(text.y - y) < 12]
    assert len(found) <= 1
    return found[0] if found else ""


def discs(figure: Figure) -> list[tuple[float, float, float]]:
    """Middle and radius of every circle, from the upper left corner."""
    found = []
    for circle in figure.findobj(Circle):
        assert isinstance(circle, Circle)
        x, y = circle.center
        found.append((float(x), float(y), float(circle.radius)))
    return found


def test_every_picture_says_what_it_is_of_which_event_and_of_when() -> None:
    for name, (title, moment) in {
        "turnout": ("Sessione 1: chi sta votando", "Dati delle 10:20, 5 dicembre 2023"),
        "heatmap": ("I bollini, Zona per Zona", "Dati delle 10:26, 5 dicembre 2023"),
        "ranking": ("Le strategie più votate, asse per asse", "Dati delle 10:26, 5 dicembre 2023"),
        "priorities": ("Le priorità dei tavoli", "Dati delle 10:31, 5 dicembre 2023"),
        "contributions": ("Sessione 2: i contributi", "Dati delle 11:15, 5 dicembre 2023"),
        "keywords": ("Sessione 2: le parole che tornano", "Dati delle 12:10, 5 dicembre 2023"),
    }.items():
        texts = [text.text for text in seen(CHARTS[name].figure(TURIN, ITALIAN))]
        assert [title, TURIN.event.title, moment] == texts[:3]


def test_turnout_shows_three_numbers_per_table_and_their_sums() -> None:
    texts = seen(turnout.compose(TURIN.turnout, TURIN.event, ITALIAN))
    for row in TURIN.turnout.tables:
        label = the(texts, row.table)
        numbers = [text.text for text in texts if abs(text.y - label.y) < 40 and text.x > 700]
        assert [str(row.registered), str(row.voting), str(row.finished)] == numbers[:3]
    sums = the_row(texts, the(texts, "Tutti i tavoli").y)
    assert sums == ["Tutti i tavoli", "120", "106", "54"]


def test_turnout_bars_are_as_long_as_their_numbers() -> None:
    figure = turnout.compose(TURIN.turnout, TURIN.event, ITALIAN)
    wide = [bar for bar in figure.findobj(Rectangle) if bar.get_height() in {24, 12} and bar.get_width() > 0]
    per_person = max(bar.get_width() for bar in wide) / 15
    lengths = [round(bar.get_width() / per_person, 3) for bar in wide]
    expected = [v for row in TURIN.turnout.tables for v in (row.registered, row.voting, row.finished)]
    assert lengths == expected


def test_turnout_says_where_voting_has_closed() -> None:
    texts = seen(turnout.compose(TURIN.turnout, TURIN.event, ITALIAN))
    assert "voto chiuso" in the_row(texts, the(texts, "T3").y)
    assert [text.text for text in texts if "chiuso" in text.text] == ["voto chiuso"]


def test_the_heatmap_has_each_zones_dots_in_its_cell_and_totals_at_the_end() -> None:
    texts = seen(heatmap.compose(TURIN.votes, TURIN.event, ITALIAN))
    heads = {zone.code: next(text for text in texts if text.text == zone.code) for zone in TURIN.event.zones}
    for strategy in TURIN.event.strategies:
        row = the(texts, strategy.code)
        for zone in TURIN.votes.zones:
            written = at(texts, heads[zone.zone].x, row.y)
            if zone.zone == "8":
                assert written in {"–", "", "nessuna scheda"}
            else:
                assert written == (str(zone.dots[strategy.code]) if strategy.code in zone.dots else "")
        assert the_row(texts, row.y)[-1] == str(TURIN.votes.totals[strategy.code])
        assert the_row(texts, row.y)[:2] == [strategy.code, strategy.label]
    ballots = the_row(texts, the(texts, "Schede").y)
    assert ballots == ["Schede", *(str(zone.ballots) for zone in TURIN.votes.zones), "111"]


def test_a_cell_without_dots_has_a_faint_dot_and_a_zone_without_ballots_has_none() -> None:
    figure = heatmap.compose(TURIN.votes, TURIN.event, ITALIAN)
    texts = seen(figure)
    heads = {zone.code: next(text for text in texts if text.text == zone.code) for zone in TURIN.event.zones}
    faint = [(x, y) for x, y, radius in discs(figure) if radius == 3]
    empty = [z for z in TURIN.votes.zones if z.zone != "8"]
    zeros = sum(strategy.code not in zone.dots for zone in empty for strategy in TURIN.event.strategies)
    assert len(faint) == zeros + 1  # and one in the key
    assert not any(abs(x - heads["8"].x) < 10 for x, _ in faint)
    assert the(texts, "nessuna scheda").x == pytest.approx(heads["8"].x, abs=2)
    assert any(text.text == "Nessuna scheda dalla Zona 8." for text in texts)


def test_a_withheld_zone_shows_no_number_of_dots() -> None:
    zones = tuple(
        replace(zone, ballots=2, dots={}, withheld=True) if zone.zone == "5" else zone
        for zone in TURIN.votes.zones
    )
    texts = seen(heatmap.compose(replace(TURIN.votes, zones=zones), TURIN.event, ITALIAN))
    column = next(text for text in texts if text.text == "5").x
    under = {text.text for text in texts if abs(text.x - column) < 20 and text.y > the(texts, "1.1").y - 5}
    assert {"–", "troppo poche"} <= under
    assert not any(text.isdigit() for text in under - {"5"})
    assert "Zona 5: troppo poche schede per mostrarle senza svelare un voto." in {text.text for text in texts}


def test_zones_that_the_aggregate_leaves_out_have_no_ballots() -> None:
    votes = samples.votes(TURIN.event, (ZoneDots("5", 1, {"3.2": 1}),), tables_closed=1, at=samples.NOON)
    texts = [text.text for text in seen(heatmap.compose(votes, TURIN.event, ITALIAN))]
    assert texts.count("nessuna scheda") == 10


def test_where_dots_stack_the_colour_counts_them_per_ballot() -> None:
    session1 = TURIN.event.session1.model_copy(update={"stacking": "free"})
    event = TURIN.event.model_copy(update={"session1": session1})
    votes = samples.votes(event, (ZoneDots("1", 2, {"1.1": 5}),), tables_closed=10, at=samples.NOON)
    text = " ".join(text.text for text in seen(heatmap.compose(votes, event, ITALIAN)))
    assert "(fino a 2,5)" in text


def test_the_ranking_is_sorted_within_its_axes_with_the_dots_at_the_ends_of_the_bars() -> None:
    figure = ranking.compose(TURIN.votes, TURIN.event, ITALIAN)
    texts = seen(figure)
    codes = {strategy.code for strategy in TURIN.event.strategies}
    rows = sorted((text for text in texts if text.text in codes), key=lambda text: text.y)
    for axis in TURIN.event.axes:
        mine = [row.text for row in rows if row.text.startswith(f"{axis.code}.")]
        order = sorted(
            (strategy.code for strategy in axis.strategies),
            key=lambda code: (-TURIN.votes.totals[code], [s.code for s in axis.strategies].index(code)),
        )
        assert mine == order
    bars = [bar for bar in figure.findobj(Rectangle) if bar.get_height() == pytest.approx(38 * 0.72)]
    longest = max(bar.get_width() for bar in bars)
    most = max(TURIN.votes.totals.values())
    for row in rows:
        count = TURIN.votes.totals[row.text]
        assert the_row(texts, row.y)[-1] == str(count)
        end = next(
            text for text in texts if abs(text.y - row.y) < 12 and text.text == str(count) and text.x > 400
        )
        if count:
            bar = next(bar for bar in bars if abs(bar.get_y() + bar.get_height() / 2 - row.y) < 12)
            assert bar.get_width() / longest == pytest.approx(count / most)
            assert 0 < end.left - (bar.get_x() + bar.get_width()) < 24


def test_the_ranking_sums_up_each_axis() -> None:
    texts = [text.text for text in seen(ranking.compose(TURIN.votes, TURIN.event, ITALIAN))]
    for axis in TURIN.event.axes:
        total = sum(TURIN.votes.totals[strategy.code] for strategy in axis.strategies)
        assert f"{total} bollini" in texts


def marks(figure: Figure) -> dict[str, list[tuple[float, float]]]:
    """Where each of the three marks stands, by shape."""
    return {
        "confirmed": [(x, y) for x, y, radius in discs(figure) if radius == 15],
        "proposed": [
            (box.get_x() + box.get_width() / 2, box.get_y() + box.get_height() / 2)
            for box in figure.findobj(Rectangle)
            if box.get_width() == box.get_height() == 24
        ],
        "tied": [
            (float(shape.get_xy()[0][0]), float(shape.get_xy()[1][1]))
            for shape in figure.findobj(Polygon)
            if len(shape.get_xy()) == 5
        ],
    }


def test_priorities_have_a_mark_of_another_shape_for_each_state() -> None:
    figure = priorities.compose(TURIN.priorities, TURIN.event, ITALIAN)
    texts = seen(figure)
    # The first of each shape is the legend's.
    drawn = {shape: set(places[1:]) for shape, places in marks(figure).items()}
    heads = {
        row.table: min((t for t in texts if t.text == row.table), key=lambda t: t.y).x
        for row in TURIN.priorities.tables
    }
    expected: dict[str, list[tuple[str, str]]] = {"confirmed": [], "proposed": [], "tied": []}
    for row in TURIN.priorities.tables:
        expected[row.state if row.state == "confirmed" else "proposed"] += [
            (row.table, c) for c in row.priorities
        ]
        expected["tied"] += [(row.table, code) for code in row.tied]
    for shape, places in expected.items():
        assert len(drawn[shape]) == len(places)
        for table, code in places:
            y = the(texts, code).y
            assert any(abs(x - heads[table]) < 8 and abs(middle - y) < 8 for x, middle in drawn[shape])


def test_priorities_show_only_strategies_in_use_how_often_and_what_is_contested() -> None:
    texts = seen(priorities.compose(TURIN.priorities, TURIN.event, ITALIAN))
    used = {code for row in TURIN.priorities.tables for code in (*row.priorities, *row.tied)}
    codes = {strategy.code for strategy in TURIN.event.strategies}
    assert {text.text for text in texts} & codes == used
    for code in used:
        times = sum(code in row.priorities for row in TURIN.priorities.tables)
        assert the_row(texts, the(texts, code).y)[-1] == str(times)
    assert the_row(texts, the(texts, "Posti contesi").y) == ["Posti contesi", "2"]
    voters = the_row(texts, the(texts, "Schede").y)
    assert voters == ["Schede", *(str(row.voters) for row in TURIN.priorities.tables)]
    assert any(text.text == "voto aperto" for text in texts)


def test_contributions_have_each_tables_numbers_under_their_questions() -> None:
    texts = seen(contributions.compose(TURIN.contributions, TURIN.event, ITALIAN))
    head = the(texts, "Note").y
    columns = {text.text: text.x for text in texts if abs(text.y - head) < 10}
    assert set(columns) == {"Tavoli", "1", "2", "3", "4", "Note", "Tot.", "Persone"}
    for row in TURIN.contributions.rows:
        middle = the(texts, row.table).y + (17 if row.strategy_on else 0)
        expected = {
            **{code: row.by_question.get(code, 0) for code in "1234"},
            "Note": row.notes,
        }
        for name, value in expected.items():
            assert at(texts, columns[name], middle) == (str(value) if value else "")
        assert at(texts, columns["Tot."], middle) == str(sum(row.by_question.values()) + row.notes)
        assert at(texts, columns["Persone"], middle) == str(row.people)
        if row.strategy_on:
            label = TURIN.event.strategy(row.strategy_on).label
            assert any(text.text == f"ora {row.strategy_on} {label}" for text in texts)
    assert the_row(texts, the(texts, "Tutti i tavoli").y) == [
        *["Tutti i tavoli", "43", "34", "54", "40", "18", "189", "73"]
    ]


def test_contributions_of_session_1_have_no_questions() -> None:
    sample = samples.single()
    texts = [text.text for text in seen(contributions.compose(sample.contributions, sample.event, ITALIAN))]
    assert "Scritti" in texts
    assert "Nel vostro territorio" not in texts


def test_keywords_are_larger_the_more_tables_they_come_from_and_none_is_lost() -> None:
    texts = seen(keywords.compose(TURIN.keywords, TURIN.event, ITALIAN))
    sizes = {word.text: the(texts, word.text).size for word in TURIN.keywords.words}
    by_tables = {word.tables: sizes[word.text] for word in TURIN.keywords.words}
    assert all(sizes[word.text] == by_tables[word.tables] for word in TURIN.keywords.words)
    assert [by_tables[tables] for tables in sorted(by_tables)] == sorted(set(by_tables.values()))
    assert min(sizes.values()) >= keywords.LEAST
    for tables in by_tables:
        assert any(text.text == str(tables) and text.x < 120 for text in texts)
    everything = " ".join(text.text for text in texts)
    assert "Da 337 contributi." in everything
    assert "più sono i tavoli da cui arriva" in everything


def test_words_of_equally_many_tables_stand_in_the_given_order() -> None:
    texts = seen(keywords.compose(TURIN.keywords, TURIN.event, ITALIAN))
    words = [word.text for word in TURIN.keywords.words]
    drawn = sorted((text for text in texts if text.text in words), key=lambda text: (round(text.y), text.x))
    assert [text.text for text in drawn] == words


def test_words_share_a_line_while_there_is_room() -> None:
    words = tuple(Keyword(word, 3, 3) for word in ("treni", "bici", "acqua", "comunità energetiche"))
    texts = seen(keywords.compose(replace(TURIN.keywords, words=words), TURIN.event, ITALIAN))
    places = [the(texts, word.text) for word in words]
    assert places[0].y == pytest.approx(places[1].y, abs=4)
    assert places[0].right < places[1].left
    assert places[3].y > places[2].y + 20


def test_contributions_without_keywords_say_so() -> None:
    texts = seen(keywords.compose(replace(TURIN.keywords, words=()), TURIN.event, ITALIAN))
    assert any(text.text == "Nessuna parola è ancora tornata." for text in texts)


@pytest.mark.parametrize("chart", ["turnout", "priorities", "contributions"])
def test_no_tables_at_all_is_said_in_words(chart: str) -> None:
    bare = replace(
        TURIN,
        turnout=replace(TURIN.turnout, tables=()),
        priorities=replace(TURIN.priorities, tables=()),
        contributions=replace(TURIN.contributions, rows=()),
    )
    texts = [text.text for text in seen(CHARTS[chart].figure(bare, ITALIAN))]
    assert "Non c'è ancora nessun tavolo." in texts
    assert CHARTS[chart].words(bare, ITALIAN)


def test_large_numbers_are_written_as_the_language_writes_them() -> None:
    sample = samples.huge(tables=3, axes=2, per_axis=2, zones=3, most=9876)
    for words, ballots in ((ITALIAN, "9.876"), (ENGLISH, "9,876")):
        texts = [text.text for text in seen(heatmap.compose(sample.votes, sample.event, words))]
        assert ballots in texts
        assert number(words, 1234567) == ballots[1].join(["1", "234", "567"])


@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_yet_is_said_in_words(chart: str) -> None:
    texts = " ".join(text.text for text in seen(CHARTS[chart].figure(samples.empty(), ITALIAN)))
    assert any(word in texts for word in ("Ancora nessun", "Nessuna persona", "Nessun tavolo"))


@pytest.mark.parametrize("chart", CHARTS)
def test_codes_that_the_event_does_not_have_break_nothing(chart: str) -> None:
    """The event file may have been edited between two starts of the bot."""
    stranger = replace(
        TURIN,
        turnout=replace(TURIN.turnout, tables=(replace(TURIN.turnout.tables[0], table="X9"),)),
        votes=replace(
            TURIN.votes, zones=(*TURIN.votes.zones, ZoneDots("77", 3, {"9.9": 3})), totals={"9.9": 3}
        ),
        priorities=replace(
            TURIN.priorities,
            tables=(replace(TURIN.priorities.tables[0], table="X9", priorities=("9.9", "1.1")),),
        ),
        contributions=replace(
            TURIN.contributions,
            rows=(replace(TURIN.contributions.rows[0], table="X9", strategy_on="9.9", by_question={"9": 4}),),
        ),
    )
    assert CHARTS[chart].picture(stranger, ITALIAN).png


@pytest.mark.parametrize("chart", CHARTS)
def test_the_same_figures_give_the_same_bytes_in_any_thread(chart: str) -> None:
    alone = CHARTS[chart].picture(TURIN, ITALIAN)

    def again(_: int) -> Sample | bytes:
        return CHARTS[chart].picture(TURIN, ITALIAN).png

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(again, range(4))) == {alone.png}


def test_pictures_are_named_after_what_they_show_and_their_moment_in_the_events_zone() -> None:
    assert heatmap.draw(TURIN.votes, TURIN.event, ITALIAN).name == "heatmap-20231205-1026.png"
    assert keywords.draw(TURIN.keywords, TURIN.event, ITALIAN).name == "keywords-2-20231205-1210.png"


def test_a_picture_knows_whether_it_goes_as_a_photo() -> None:
    picture = turnout.draw(TURIN.turnout, TURIN.event, ITALIAN)
    assert picture.is_photo
    header = picture.png[:16] + (1080).to_bytes(4) + (9000).to_bytes(4)
    assert not replace(picture, png=header).is_photo


def test_drawing_needs_no_pyplot() -> None:
    code = (
        "import sys\n"
        "from tests.charts import samples\n"
        "from tests.charts.drawing import CHARTS, ITALIAN\n"
        "CHARTS['keywords'].picture(samples.turin(), ITALIAN)\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout.strip() == "False"
