"""What in a text may be personal data is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from participation.personal_data import found, kinds, shown

SENTENCES = Path(__file__).parents[2] / "rehearsal" / "sentences" / "it.tsv"


def seen(text: str) -> list[tuple[str, str]]:
    return [(each.kind.value, text[each.start : each.end]) for each in found(text)]


@pytest.mark.parametrize(
    "number",
    [
        "3331234567",
        "333 1234567",
        "333 12 34 567",
        "333.123.45.67",
        "333-1234567",
        "333/1234567",
        "+39 333 1234567",
        "0039 333 1234567",
        "011 8612345",
        "011-8612345",
        "0121/361111",
        "0121 36.11.11",
        "+39 011 861 2345",
        "+33 6 12 34 56 78",
    ],
)
def test_a_telephone_number_is_found_however_it_is_written(number: str) -> None:
    assert [("phone", number)] == seen(f"Chiamatemi al {number}, grazie")


def test_several_numbers_are_found_and_numbers_before_one_do_not_hide_it() -> None:
    assert ["333 123 4567", "333 123 4568"] == [said for _, said in seen("333 123 4567 333 123 4568")]
    assert [("phone", "333 1234567")] == seen("Tra le ore 10 30 e le 12 chiamate 10 30 333 1234567")
    assert ["3331234567", "011 8612345"] == [said for _, said in seen("3331234567 o 011 8612345")]


@pytest.mark.parametrize(
    "text",
    [
        "Dal 2024 al 2026",
        "10.000 abitanti e 3.500.000 euro",
        "3.500.000.000 euro di fondi",
        "Il bando 2021-2027 vale 350 000 0000 euro",
        "Costa € 350 000 0000",
        "Il 12/12/2023 alle 10:30",
        "1.3 2.1 5.4 6.1 3.2 4.1",
        "Il numero verde 800 123456",
        "Chiamate il 112 o il 1522",
        "Delibera 2023/0001234 del 5/12/2023",
        "10123 10124 10125 Torino",
        "A55, A32, SS23 e SP129 dal km 10+500 al km 12+300",
        "Il codice della pratica è 12345678901",
        "RSSMRA80A01L219X",
        "@mobilita e tavolo@ovunque",
    ],
)
def test_other_numbers_and_signs_are_nobodys(text: str) -> None:
    assert [] == seen(text)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("email", "mario.rossi@gmail.com"),
        ("email", "ufficio+piano@comune.pinerolo.to.it"),
        ("tax_code", "RSSMRA80A01L219M"),
        ("tax_code", "rssmra80a01l219m"),
        ("tax_code", "RSS MRA 80A01 L219M"),
        ("iban", "IT60X0542811101000000123456"),
        ("iban", "IT60 X054 2811 1010 0000 0123 456"),
        ("iban", "FR1420041010050500013M02606"),
        ("vat", "00743110157"),
    ],
)
def test_addresses_and_codes_are_found_where_their_check_digits_are_right(kind: str, said: str) -> None:
    assert [(kind, said)] == seen(f"Eccolo: {said}, grazie")
    assert [(kind, said)] == seen(said)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mi chiamo Mario Rossi e abito a Pinerolo", "Mario Rossi"),
        ("mi chiamo luca", "luca"),
        ("Il mio nome è Ahmed Hassan", "Ahmed Hassan"),
        ("Il mio nome e' Zoë", "Zoë"),
        ("Sono Giulia della Zona 5", "Giulia"),
        ("Io sono Anna Maria De Luca, di Ivrea", "Anna Maria De Luca"),
        ("SONO MARIO ROSSI", "MARIO ROSSI"),
        ("Sono l'ing. Bianchi del Comune", "Bianchi"),
        ("Sono la signora Verdi", "Verdi"),
        ("My name is John Smith", "John Smith"),
        ("I'm Francesca and I live here", "Francesca"),
        ("Sono mario rossi e dico più pullman", "mario rossi"),
        ("Sono Rossi Mario della pro loco", "Rossi Mario"),
        ("sono rossi mario", "rossi mario"),
        ("Sono Beppe Bianchi", "Beppe Bianchi"),
        ("Sono Rosa Bianchi", "Rosa Bianchi"),
        ("Sono Kevin Esposito", "Kevin Esposito"),
        ("Sono Piergiacomo Gastaldi", "Piergiacomo Gastaldi"),
        ("sono chiara rossi", "chiara rossi"),
        ("sono la signora rossi", "rossi"),
        ("mi chiamo ferrero", "ferrero"),
        ("mi chiamo mario rossi", "mario rossi"),
        ("mi chiamo mario rossi e abito qui", "mario rossi"),
        ("mi chiamo anna gastaldi di Ivrea", "anna gastaldi"),
        ("mi chiamo di stefano anna", "di stefano anna"),
        ("mi chiamo maria de filippi", "maria de filippi"),
        ("Mi chiamo Anna d'Este", "Anna d'Este"),
        ("Sono Anna di Pinerolo", "Anna"),
        ("Mi chiamo Mario Rossi\nServono treni", "Mario Rossi"),
        ("MI CHIAMO MARIO ROSSI E ABITO QUI", "MARIO ROSSI"),
        ("my name is john smith", "john smith"),
        ("je m'appelle Jean Dupont", "Jean Dupont"),
        ("Je suis Marie Dupont", "Marie Dupont"),
    ],
)
def test_who_says_their_name_is_heard(text: str, name: str) -> None:
    assert [("name", name)] == seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sono Assessori e sindaci a decidere",
        "Sono Tanti i problemi",
        "Sono d'accordo con chi ha parlato",
        "Sono Torino e Ivrea a decidere",
        "Sono San Mauro e Settimo i comuni",
        "Ci sono Comuni che non hanno il treno",
        "Sono Piemontesi tutti e due",
        "Sono professori Universitari",
        "Sono Sindaco di Susa",
        "Sono chiara: non va bene",
        "SONO TANTI",
        "Mi chiamo fuori da questa scelta",
        "Il mio nome è legato alla valle",
        "Il nome del paese è Alba",
        "I am sure",
        "Sono contento",
        "sono tre anni che aspettiamo",
        "Sono Torino e provincia",
        "Sono troppi conti da pagare",
        "sono rosa e verdi",
        "sono franco: non va bene",
        "sono massimo dieci persone",
        "sono la signora del terzo piano",
        "sono un ingegnere civile",
        "Sono Alba e Bra a volerlo",
        "Sono Santa Maria e San Luca le chiese",
        "SONO ROSSI I SEMAFORI",
        "qui vicino",
        "Je suis contente",
    ],
)
def test_who_does_not_say_a_name_is_left_alone(text: str) -> None:
    assert [] == seen(text)


def test_nothing_is_found_in_hundreds_of_sentences_without_any() -> None:
    rows = SENTENCES.read_text(encoding="utf-8").splitlines()[1:]
    sentences = [row.split("\t")[2] for row in rows]
    assert 200 < len(sentences)
    assert [] == [sentence for sentence in sentences if found(sentence)]


def test_what_is_not_to_be_seen_is_cut_out_and_its_place_is_kept() -> None:
    text = "Sono Giulia, 333 1234567: il treno!"
    assert ("name", "phone") == kinds(text)
    cut = shown(text)
    assert ("Sono , : il treno!", ((5, "name"), (7, "phone"))) == (cut.text, cut.gaps)
    assert (text, ()) == (shown(text, let_pass=True).text, shown(text, let_pass=True).gaps)
    assert ("Il treno", ()) == (shown("Il treno").text, shown("Il treno").gaps)


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "3",
        "+39",
        "333 123 4567 ",
        "a@",
        "IT60",
        "A1",
        "12 34.56-78/",
        "mi chiamo ",
        "(",
        "sono Aa ",
        "sono de ",
        "sono\n",
    ],
)
def test_a_message_full_of_what_nearly_is_something_comes_to_an_end(piece: str) -> None:
    text = (piece * 4096)[:4096]
    ends = [0, *(end for each in found(text) for end in (each.start, each.end)), len(text)]
    assert sorted(ends) == ends
