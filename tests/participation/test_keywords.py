"""What comes back in many contributions, and what must never be shown."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.aggregates import Keyword
from participation.keywords import keywords

if TYPE_CHECKING:
    from random import Random

Said = tuple[str, int | None, str]


def texts(said: list[Said], most: int = 24) -> list[str]:
    return [word.text for word in keywords(said, most)]


def everywhere(text: str, tables: int = 3) -> list[Said]:
    """The same sentence from one person at each of some tables."""
    return [(f"T{number}", number, text) for number in range(1, tables + 1)]


def test_nothing_said_gives_no_keywords() -> None:
    assert keywords([]) == ()


def test_a_single_contribution_gives_its_words() -> None:
    assert keywords([("T1", 7, "Più treni la sera")]) == (
        Keyword("sera", tables=1, people=1),
        Keyword("treni", tables=1, people=1),
    )


def test_tables_count_before_people_and_people_before_repetitions() -> None:
    said: list[Said] = [
        *[("T1", person, "biblioteca") for person in range(1, 6)],
        ("T1", 10, "parcheggio"),
        ("T2", 11, "parcheggio"),
        *[("T3", 12, "palestra palestra palestra")] * 4,
        ("T3", 13, "palestra"),
    ]
    assert keywords(said) == (
        Keyword("parcheggio", tables=2, people=2),
        Keyword("biblioteca", tables=1, people=5),
        Keyword("palestra", tables=1, people=2),
    )


def test_notes_of_a_table_count_the_table_and_nobody() -> None:
    said: list[Said] = [("T1", None, "orti urbani"), ("T2", None, "Orti urbani"), ("T2", 3, "orti urbani")]
    assert keywords(said) == (Keyword("orti urbani", tables=2, people=1),)


def test_words_that_mostly_stand_together_are_one_keyword() -> None:
    said: list[Said] = [
        ("T1", 1, "Serve la banda larga nelle borgate"),
        ("T2", 2, "Senza banda larga le imprese se ne vanno"),
        ("T3", 3, "banda larga e telelavoro"),
        ("T4", 4, "la banda del paese suona a Natale"),
    ]
    found = texts(said)
    assert "banda larga" in found
    assert "banda" not in found
    assert "larga" not in found


def test_a_phrase_may_have_a_preposition_in_the_middle() -> None:
    said = everywhere("Fermare il consumo di suolo") + everywhere("Liste d'attesa troppo lunghe")
    assert {"consumo di suolo", "liste d'attesa"} <= set(texts(said))


def test_neighbours_across_a_full_stop_or_a_verb_are_no_phrase() -> None:
    said = everywhere("Più treni. Scuole aperte") + everywhere("Più treni servono scuole")
    assert not any("treni" in text and "scuole" in text for text in texts(said))


def test_a_word_with_a_life_of_its_own_stays_beside_its_phrase() -> None:
    said: list[Said] = [
        *everywhere("trasporto pubblico"),
        *[("T4", 20, f"trasporto {word}") for word in ("merci", "alunni", "disabili", "neve")],
        *[("T4", 21, f"{word} pubblico") for word in ("verde", "teatro", "museo", "lido")],
    ]
    assert {"trasporto", "pubblico", "trasporto pubblico"} <= set(texts(said))


def test_of_three_neighbours_the_commoner_pair_remains() -> None:
    said: list[Said] = [
        ("T1", 1, "case popolari vuote"),
        ("T2", 2, "case popolari vuote"),
        ("T3", 3, "case popolari"),
    ]
    assert texts(said) == ["case popolari", "vuote"]


def test_inflected_forms_are_one_word_in_its_commonest_form() -> None:
    said: list[Said] = [("T1", 1, "una scuola"), ("T2", 2, "le scuole"), ("T3", 3, "scuole aperte")]
    assert keywords(said)[0] == Keyword("scuole", tables=3, people=3)


@pytest.mark.parametrize(
    "text", ["l'acqua", "l’acqua", "L'Acqua", "dell'acqua", "sull’acqua", "ACQUA", "acqua!", "«acqua»"]
)
def test_elisions_capitals_and_marks_do_not_split_a_word(text: str) -> None:
    said: list[Said] = [("T1", 1, "acqua"), ("T2", 2, "acqua"), ("T3", 3, text)]
    assert keywords(said) == (Keyword("acqua", tables=3, people=3),)


def test_what_stands_before_an_apostrophe_is_no_word() -> None:
    assert texts(everywhere("quest'anno all'Agenzia delle imprese d'oltralpe")) == [
        "Agenzia delle imprese",
        "oltralpe",
    ]


@pytest.mark.parametrize("text", ["comunita", "comunita'", "COMUNITA'", "Comunità", "comunita`"])
def test_accents_left_out_or_typed_as_apostrophes_are_understood(text: str) -> None:
    said: list[Said] = [("T1", 1, text), ("T2", 2, text), ("T3", 3, "le comunità")]
    assert keywords(said) == (Keyword("comunità", tables=3, people=3),)


def test_decomposed_and_composed_letters_are_one_word() -> None:
    said: list[Said] = [("T1", 1, "mobilita\u0300"), ("T2", 2, "mobilit\u00e0")]
    assert keywords(said) == (Keyword("mobilità", tables=2, people=2),)


def test_names_keep_their_capital_and_sentences_lend_none() -> None:
    said: list[Said] = [
        ("T1", 1, "Treni per Pinerolo e PNRR"),
        ("T2", 2, "Treni fino a Pinerolo, col PNRR"),
    ]
    assert set(texts(said)) == {"Pinerolo", "PNRR", "treni"}


def test_shouting_tells_nothing_about_names() -> None:
    said: list[Said] = [("T1", 1, "TROPPE CASE CHIUSE NEI PAESI DI MONTAGNA"), ("T2", 2, "case in montagna")]
    assert {"case", "montagna"} <= set(texts(said))


@pytest.mark.parametrize(
    "text",
    [
        "mario.rossi@example.org",
        "scrivete a Mario.Rossi@example.org!",
        "@mariorossi",
        "https://example.org/bianchi?x=1",
        "www.bianchi.example",
        "t.me/bianchi",
        "bianchi.it",
        "cittametropolitana.torino.it/cms/piano",
        "333 1234567",
        "+39 011/861.2345",
        "RSSMRA80A01L219M",
        "IT60X0542811101000000123456",
        "AB123CD",
        "5.12.2023",
        "2026",
        "/priorita",
    ],
)
def test_what_leads_to_a_person_is_never_shown(text: str) -> None:
    said = everywhere(f"biblioteca {text}", tables=5)
    assert texts(said) == ["biblioteca"]


@pytest.mark.parametrize(
    "text",
    [
        "il sig. Bianchi",
        "la dott.ssa Laura Bianchi",
        "il Sindaco Bianchi",
        "dall'Ing. Bianchi",
        "SIG Bianchi",
    ],
)
def test_names_after_a_title_are_dropped_whoever_says_them(text: str) -> None:
    found = " ".join(texts(everywhere(f"biblioteca secondo {text}"))).lower()
    assert "bianchi" not in found
    assert "laura" not in found
    assert "biblioteca" in found


def test_a_name_from_one_person_is_not_shown_but_a_place_that_several_name_is() -> None:
    said: list[Said] = [
        ("T1", 1, "Il cortile di Giuseppe Verdi va sistemato, e la stazione di Oulx pure"),
        ("T2", 2, "stazione di Oulx"),
    ]
    found = texts(said)
    assert any("Oulx" in text for text in found)
    assert not any("Giuseppe" in text or "Verdi" in text for text in found)


def test_words_of_one_person_wait_when_there_is_no_room_for_all_of_them() -> None:
    said: list[Said] = [("T1", 1, "treni"), ("T2", 2, "treni"), ("T3", 3, "asilo bosco cortile diga energia")]
    assert texts(said, most=3) == ["treni"]
    assert texts(said, most=6) == ["treni", "asilo", "bosco", "cortile", "diga", "energia"]


def test_html_is_harmless() -> None:
    shown = " ".join(texts(everywhere("<b>energia</b> & <script>alert('acqua')</script> &lt;i&gt;")))
    assert not set("<>&'\"/") & set(shown)
    assert "energia" in shown


def test_words_of_the_method_and_verbs_say_nothing() -> None:
    said = everywhere("In questa zona bisogna collegare e collegarli meglio, i treni del territorio")
    assert texts(said) == ["treni"]


def test_the_number_of_words_is_bounded() -> None:
    words = "acqua bosco cibo diga energia fiume ghiaia lago museo neve orto parco"
    assert len(texts(everywhere(words.replace(" ", ", ")), most=5)) == 5
    assert texts(everywhere(words), most=0) == []


def test_languages_without_dictionaries_are_taken_as_written() -> None:
    found = keywords(everywhere("wasser, brot"), language="xx")
    assert found == (Keyword("brot", tables=3, people=3), Keyword("wasser", tables=3, people=3))


def test_what_says_nothing_in_english_says_nothing_among_italian_either() -> None:
    said: list[Said] = [
        *everywhere("The trains and the buses should have more places for our bikes"),
        *everywhere("Case vuote, via Roma, smart working, area industriale, una webpage"),
    ]
    found = texts(said)
    assert not {"The", "the", "and", "more", "for", "our", "should", "have"} & set(found)
    assert {"trains", "buses", "bikes", "case vuote", "via Roma", "smart working", "area industriale"} <= set(
        found
    )


def test_english_too() -> None:
    said = [("T1", 1, "We don't have enough buses"), ("T2", 2, "The bus in people's villages")]
    assert keywords(said, language="en")[0].tables == 2
    assert keywords(said, language="en")[0].text in {"bus", "buses"}


PIECES = (
    *("banda", "larga", "acqua", "dell'acqua", "scuola", "scuole", "treni", ".", ",", "di", "Torino", "PNRR"),
    *("città", "citta'", "12", "case", "popolari", "vuote", "a@b.it", "l'Agenzia", "<b>", "&", "è"),
)
SENTENCES = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T2", "T3", "T4"]),
        st.one_of(st.none(), st.integers(1, 9)),
        st.lists(
            st.sampled_from(PIECES),
            max_size=8,
        ).map(" ".join),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(SENTENCES, st.randoms(use_true_random=False))
def test_the_order_of_contributions_changes_nothing(said: list[Said], random: Random) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)
    assert keywords(shuffled) == keywords(said)


@settings(max_examples=150, deadline=None)
@given(SENTENCES)
def test_counts_never_exceed_the_tables_and_people_there_are(said: list[Said]) -> None:
    found = keywords(said)
    tables = {table for table, _, _ in said}
    people = {person for _, person, _ in said if person is not None}
    assert all(1 <= word.tables <= len(tables) and 0 <= word.people <= len(people) for word in found)
    assert [(-word.tables, -word.people) for word in found] == sorted((-w.tables, -w.people) for w in found)
    assert len({word.text for word in found}) == len(found)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_and_no_digit_or_sign_is_shown(text: str) -> None:
    for word in keywords([("T1", 1, text), ("T2", 2, text)]):
        assert word.text.strip() == word.text
        assert not any(character.isdigit() for character in word.text)
        assert not set("<>&@/|") & set(word.text)


def test_a_very_long_word_or_line_costs_no_time() -> None:
    keywords([("T1", 1, "treni")])
    said: list[Said] = [("T1", number, "a" * 2000 + "." * 2000 + "@" * 96) for number in range(100)]
    started = time.perf_counter()
    keywords(said)
    assert time.perf_counter() - started < 2


def test_importing_it_loads_no_dictionary() -> None:
    code = (
        "import sys, participation.keywords;"
        "print([name for name in ('simplemma', 'stopwordsiso') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout.strip() == "[]"
