"""The keywords of many contributions: which words and phrases come back, and at how many tables.

The method promises a bird's-eye view "through keywords" in plenary. What counts is not how often a word is
written but at how many tables, then by how many people: one person who insists does not fill the screen.

Words are grouped by lemma (simplemma's dictionary of the event's language) and shown in the form people used
most. Two neighbouring words that mostly stand together are one phrase ("banda larga"). Words without content
of their own (stopwordsiso's lists, also those of the other languages that people write in, and the words of
the questions themselves) are left out.

Personal data is never shown: addresses, numbers of every kind and names after a title are dropped; a proper
name, or a word that no dictionary knows, is a keyword only when at least two people or tables used it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from participation.aggregates import Keyword

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TOGETHER = 0.5
"""The share of a word's uses from which on it is a part of a phrase and not a word of its own."""
PHRASE_VOICES = 2
"""How many people or tables must have used a phrase: a single use does not tell a phrase from two words."""
SURE_VOICES = 3
"""So many make it a phrase even if its words stand elsewhere too ("trasporto pubblico")."""

# What a list of function words has, and a plan for a territory is about.
_MEANT_HERE = {
    "it": "attesa citta città consiglio futuro gruppo luogo mezzo paese persone piedi posto tempo terzo vita",
    "en": "area areas home house room rooms sea side town work works working young younger youngest",
}
# The languages that people write in, whatever the event's: "the" is no keyword of an Italian event.
_WRITTEN = ("it", "en")
# What the dictionary of a language has, and is yet a function word of another.
_FOREIGN = {
    "it": "alone and general man men more move none once page pages que the unto upon",
    "en": "che chi della nostra ora per quale quanta quasi questa sara sempre sulla",
}
# What stands in the list of another language, and is said in this one: "smart working", "help desk".
_BORROWED = {
    "it": """
        back big bill call copy fire first free front full group help high home homepage index
        information inside line low mill net network new next off old open order out over part place
        plus point press problem research ring room run second self shell show side sub system test
        text tip top turn web webpage website welcome work working works world year young
    """,
}
# What such a list lacks, by lemma: what every proposal needs, and the words of the questions themselves.
_EMPTY_HERE = {
    "it": """
        accorrere aiutare alto andare aumentare avere avviare basso bello bisogna bisognare bisogno brutto
        capire cercare chiedere concreto consentire continuare coprire cosare creare credere dare decidere
        dedicare difficile diverso dovere essere esistere esserci facile fare favorire finire forte garantire
        giusto grande importante incentivare incrementare iniziare intero lasciare legare maggiore mancare
        mancanza mantenere mettere migliorare minore necessario necessità necessitare nuovo occorrere
        parlare passare pensare permettere piacere piccolo porre portare possibile possibilità potere
        potenziare precedere prendere presente prevedere privo promuovere proporre proposta proprio prossimo
        pure puntare rafforzare realizzare rendere ricevere rimanere risolvere riuscire rivedere sapere scarso
        sembrare semplice sentire servire singolo sperare stare sviluppare tenere tornare troppo trovare usare
        utile utilizzare valorizzare valere vario vedere venire vero vicino volere idea buono ok okay etc vs
        ciao grazie salve buongiorno qui lì là ci poi anzi specie specialmente almeno attualmente magari molto
        cambiare fermare fermo funzionare pagare restare unico pronto dieci venti cinquanta serie minuto
        territorio territoriale metropolitano progetto programma strategia asse azione zona tavolo bollino
        contributo priorità prioritario domanda risposta sessione precisazione pausa confronto intenso
        discussione gruppo voce interesse preoccupazione limitato emergere segnalare ricordare accordo
        partecipante facilitatore facilitatrice chiamo chiama chiamano
        quindici sedici ventisette trenta quaranta cento
    """,
    "en": """
        add allow ask be become begin bring create develop do encourage ensure get give go good great have
        help idea important improve increase introduce keep lack large let look make more need new offer
        please promote propose proposal provide put set should show small strengthen support suggest take
        think use want action axis dot priority question strategy table territory zone
    """,
}
# Where simplemma's dictionary goes astray on words that people write at such tables.
_LEMMAS = {
    "it": {"lavori": "lavoro", "bande": "banda", "stalli": "stallo", "cer": "cer", "its": "its"},
}
# Nouns that look like verbs to the dictionary; verbs say little of what a proposal is about.
_NOUNS = {
    "it": """
        abitare camminata camminate comodato fermata fermate formato impiegato mini passeggiata passeggiate
        richiesta richieste raccolta raccolte scritta sindaca spesa vista
    """,
}
# Between the two words of a phrase: "consumo di suolo", "accesso al credito", "scuola-lavoro".
_LINKS = {
    "it": "di d del dello della dell dei degli delle a ad al allo alla all ai agli alle da in",
    "fr": "de d du des à au aux en",
    "en": "of",
}
# Languages in which the piece before an apostrophe is a function word ("l'acqua"); elsewhere it is the word.
_ELIDING = frozenset({"it", "fr", "ca"})

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'"))
_BOUNDARY = " | "
_CHUNK = re.compile(r"\S+")
_DOMAIN = re.compile(r"\W*(?:[\w-]+\.)+(?:it|eu|com|org|net|gov|edu|info|tv)(?:[/:?#].*)?\W*", re.IGNORECASE)
_COMMAND = re.compile(r"/[a-z_]\w*\W*", re.IGNORECASE)
_TITLED = re.compile(
    r"""\b(?i:sig(?:\.ra|\.|nora?|ra)?|dott(?:\.ssa|\.|ore?|oressa|ssa)?|prof(?:\.ssa|\.|essor|essoressa)?
    |avv\.?|ing\.?|arch\.?|geom\.?|don|sindac[oa]|assessor[ea]?|consiglier[ea]|presidente
    |mr\.?|mrs\.?|ms\.?|dr\.?)
    \s+(?P<name>[A-ZÀ-Þ][\w']+(?:\s+[A-ZÀ-Þ][\w']+){0,2})""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;…\n|•]")
_ACCENTED = {"a": "à", "e": "èé", "i": "ì", "o": "ò", "u": "ù"}
_INFINITIVE = re.compile(r".{2,}(?:[aei]re|rre)(?<!iere)")
_PARTICIPLE = re.compile(r".*(?:ato|uto|ito|uso|eso|iso|rso|otto|osto)")
_WITH_PRONOUN = re.compile(r"(?P<verb>.{3,}[aei]r)(?:[lm][oaie]|[cstv]i|ne)")
_SHORTEST = 3
_SHORTEST_WITH_PRONOUN = 8
_LONGEST = 40
_MOSTLY = 0.7


class _Token(NamedTuple):
    """A word with content.

    `form` is how it is written, `key` how it is compared; `initial` when its capital says nothing; `joined`
    is what stands between the word before and this one, None when they are no neighbours.
    """

    key: str
    form: str
    initial: bool
    joined: str | None


@dataclass(slots=True)
class _Uses:
    """All uses of one word or phrase."""

    tables: set[object] = field(default_factory=set)
    people: set[object] = field(default_factory=set)
    voices: set[object] = field(default_factory=set)
    contributions: set[int] = field(default_factory=set)
    total: int = 0
    forms: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def add(self, where: _Contribution, form: str, initial: bool) -> None:
        self.tables.add(where.table)
        self.voices.add(where.voice)
        if where.person is not None:
            self.people.add(where.person)
        self.contributions.add(where.number)
        self.total += 1
        self.forms[form, initial] += 1


class _Contribution(NamedTuple):
    number: int
    table: object
    person: object | None
    tokens: tuple[_Token, ...]

    @property
    def voice(self) -> object:
        """Who speaks: the person, or the table for a note of its own."""
        return ("table", self.table) if self.person is None else ("person", self.person)


def keywords(
    contributions: Iterable[tuple[object, object | None, str]], most: int = 24, *, language: str = "it"
) -> tuple[Keyword, ...]:
    """The keywords of contributions given as (table, person, text), the most widespread first.

    There are at most `most`. Tables and people are anything hashable; person is None for a table's own
    note. The order is by number of tables, then of people, then of contributions, then by the alphabet: the
    same contributions, in whatever order, give the same keywords. Words of a single person (or of one
    table's notes) are there only when all of them have room: any choice among them would be by the alphabet.
    Words of a `language` that the dictionaries don't know are taken as they are written.
    """
    if most < 1:
        return ()
    reader = _Reader(language)
    read = [
        _Contribution(number, table, person, reader.tokens(text))
        for number, (table, person, text) in enumerate(contributions)
    ]
    phrases = _phrases(read)
    found = _uses(read, phrases)
    shown = [
        (uses, Keyword(_shown(uses, reader), len(uses.tables), len(uses.people)))
        for key, uses in found.items()
        if _public(uses, reader, key)
    ]
    shown.sort(
        key=lambda pair: (
            -pair[1].tables,
            -pair[1].people,
            -len(pair[0].contributions),
            _plain_letters(pair[1].text.casefold()),
            pair[1].text,
        )
    )
    if len(shown) > most:
        shown = [pair for pair in shown if len(pair[0].voices) > 1]
    return tuple(word for _, word in shown[:most])


class Term(NamedTuple):
    """A word, or two neighbours with what links them; `key` is how it is compared, `text` how it is shown."""

    key: tuple[str, ...]
    text: str


def terms(
    contributions: Iterable[tuple[object, object | None, str]], *, language: str = "it"
) -> list[tuple[Term, ...]]:
    """The words and pairs of neighbours that each contribution may be shown by, in the order of its text.

    Contributions are given as for `keywords`; there is one entry for each. A pair is there beside its first
    word ("banda larga" and "banda"), in the surface form used most. Personal data is left out as there, and
    so is a name or an unknown word that a single voice used.
    """
    reader = _Reader(language)
    read = [
        _Contribution(number, table, person, reader.tokens(text))
        for number, (table, person, text) in enumerate(contributions)
    ]
    found: defaultdict[tuple[str, ...], _Uses] = defaultdict(_Uses)
    for contribution in read:
        for key, form, initial in _candidates(contribution):
            found[key].add(contribution, form, initial)
    words: defaultdict[str, _Uses] = defaultdict(_Uses)
    for contribution in read:
        for token in contribution.tokens:
            words[token.key].add(contribution, token.form, token.initial)
    known = {key for key, uses in words.items() if _public(uses, reader, (key,))}
    public = {
        key
        for key, uses in found.items()
        if (len(key) > 1 and len(uses.voices) > 1) or all(word in known for word in key)
    }
    shown = {key: _shown(found[key], reader) for key in public}
    return [
        tuple(dict.fromkeys(Term(key, shown[key]) for key, _, _ in _candidates(contribution) if key in shown))
        for contribution in read
    ]


def _candidates(contribution: _Contribution) -> Iterable[tuple[tuple[str, ...], str, bool]]:
    """Each word, and each pair of neighbours: key, form, and whether its capital says nothing.

    What follows a word directly goes with it and begins nothing of its own: of "case popolari vuote" these
    are "case" and "case popolari", not "popolari vuote".
    """
    before: _Token | None = None
    before_begins = False
    for token in contribution.tokens:
        begins = token.joined is None or bool(token.joined.strip())
        if begins:
            yield (token.key,), token.form, token.initial
        if before is not None and before_begins and token.joined is not None and token.key != before.key:
            yield (before.key, token.key), _joined(before, token), before.initial
        before, before_begins = token, begins


def _joined(first: _Token, second: _Token) -> str:
    """Two neighbours as they are written, with what stands between them."""
    return " ".join(f"{first.form}{second.joined}{second.form}".split())


class _Reader:
    """Splits texts of one language into the words that have content of their own."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._stop_words = _stop_words(language)
        self._empty = frozenset(_plain_letters(word) for word in _EMPTY_HERE.get(language, "").split())
        self._links = frozenset(_LINKS.get(language, "").split())
        self._nouns = frozenset(_NOUNS.get(language, "").split())
        self._italian = language == "it"
        self._elides = language in _ELIDING

    def known(self, word: str) -> bool:
        """Whether a dictionary of the language has this word in small letters."""
        return _is_known(word.lower(), self._language)

    def tokens(self, text: str) -> tuple[_Token, ...]:
        """The words with content of `text`, in its order."""
        prepared = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
        prepared = _CHUNK.sub(_without_address, prepared)
        prepared = _TITLED.sub(lambda found: found[0].replace(found["name"], _BOUNDARY), prepared)
        letters = [character for character in prepared if character.isalpha()]
        shouted = len(letters) > _LONGEST // 2 and sum(map(str.isupper, letters)) > _MOSTLY * len(letters)
        if shouted:
            prepared = prepared.lower()
        return tuple(self._tokens(prepared, shouted=shouted))

    def _tokens(self, text: str, *, shouted: bool) -> Iterable[_Token]:
        # `gap`: what stands between the last word with content and this place; None when they cannot belong
        # together (nothing before, a sentence mark, a word without content that is no link).
        gap: str | None = None
        links = 0
        end = 0
        for match in _WORD.finditer(text):
            between = text[end : match.start()]
            end = match.end()
            initial = not text[: match.start()].strip() or _SENTENCE_END.search(between) is not None
            if between.strip(" '-\u00a0"):
                gap = None
            elif gap is not None:
                gap += between
            word, end, elided = self._restored(text, match)
            low = word.lower()
            if elided or low in self._stop_words:
                links += 1
                joins = gap is not None and low in self._links and links == 1
                gap = gap + word if gap is not None and joins else None
                continue
            # Judged again by its lemma: "servono" is no stop word, but "servire" says nothing of its own.
            key = _plain_letters(_lemma(low, self._language))
            if self._hollow(word, low, key):
                gap = None
                continue
            yield _Token(key, word, initial or shouted, gap)
            gap = ""
            links = 0

    def _restored(self, text: str, match: re.Match[str]) -> tuple[str, int, bool]:
        """The word, where it ends, and whether it is the elided piece before another word ("l" of "l'acqua").

        An apostrophe typed for an accent ("citta'") becomes the accent.
        """
        word, end = match[0], match.end()
        if text[end : end + 1] != "'":
            return word, end, False
        if text[end + 1 : end + 2].isalpha():
            if self._elides:
                return word, end, True
            # "people's", "don't": the word is what stands before.
            rest = _WORD.match(text, end + 1)
            return word, rest.end() if rest else end + 1, False
        for accent in _ACCENTED.get(word[-1].lower(), "") if self._elides else "":
            accented = word[:-1] + (accent.upper() if word[-1].isupper() else accent)
            if accented.lower() in self._stop_words or _is_known(accented.lower(), self._language):
                return accented, end + 1, False
        return word, end, False

    def _hollow(self, word: str, low: str, key: str) -> bool:
        if key in self._empty or _plain_letters(low) in self._empty:
            return True
        # A lemma can be a function word where the form is none ("mila" for "mille").
        if key in self._stop_words or len(word) > _LONGEST or self._is_verb(low):
            return True
        return len(word) < _SHORTEST and not (word.isupper() and len(word) > 1)

    def _is_verb(self, low: str) -> bool:
        """Whether an Italian word is surely a verb, by its lemma; there is no grammar here, only endings."""
        if not self._italian or low in self._nouns:
            return False
        found = _WITH_PRONOUN.fullmatch(low) if len(low) >= _SHORTEST_WITH_PRONOUN else None
        if found and self.known(found["verb"] + "e"):
            return True
        lemma = _lemma(low, self._language)
        if not _INFINITIVE.fullmatch(lemma) or (low == lemma and not self.known(lemma)):
            return False
        # "circolare" has a plural, "costruire" has none; "ascolto" may be a verb, but is a noun here.
        if self.known(lemma[:-1] + "i"):
            return False
        return not low.endswith("o") or _PARTICIPLE.fullmatch(low) is not None


def _phrases(read: Sequence[_Contribution]) -> frozenset[tuple[int, int]]:
    """Where phrases stand: (contribution, place of the phrase's first word).

    Candidates are taken from the most used down; an occurrence of a word serves one phrase only, so that of
    "case popolari vuote" the commoner pair remains.
    """
    words: Counter[str] = Counter(token.key for contribution in read for token in contribution.tokens)
    where: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for contribution in read:
        for place, (first, second) in enumerate(pairwise(contribution.tokens)):
            if second.joined is not None and first.key != second.key:
                where[first.key, second.key].append((contribution.number, place))
    accepted: set[tuple[int, int]] = set()
    taken: set[tuple[int, int]] = set()
    for pair, places in sorted(where.items(), key=lambda item: (-len(item[1]), item[0])):
        free = [
            (number, place)
            for number, place in places
            if (number, place) not in taken and (number, place + 1) not in taken
        ]
        voices = {read[number].voice for number, _ in free}
        mostly = len(free) >= TOGETHER * min(words[pair[0]], words[pair[1]])
        if len(voices) < (PHRASE_VOICES if mostly else SURE_VOICES):
            continue
        accepted.update(free)
        taken.update(free, ((number, place + 1) for number, place in free))
    return frozenset(accepted)


def _uses(read: Sequence[_Contribution], phrases: frozenset[tuple[int, int]]) -> dict[tuple[str, ...], _Uses]:
    """Every word and phrase with its uses; a word that mostly stands in phrases is not one of its own."""
    found: defaultdict[tuple[str, ...], _Uses] = defaultdict(_Uses)
    in_phrases: Counter[str] = Counter()
    for contribution in read:
        for token in contribution.tokens:
            found[(token.key,)].add(contribution, token.form, token.initial)
        for place, (first, second) in enumerate(pairwise(contribution.tokens)):
            if (contribution.number, place) in phrases:
                found[first.key, second.key].add(contribution, _joined(first, second), first.initial)
                in_phrases.update((first.key, second.key))
    return {
        key: uses
        for key, uses in found.items()
        if len(key) > 1 or not in_phrases[key[0]] or in_phrases[key[0]] < TOGETHER * uses.total
    }


def _public(uses: _Uses, reader: _Reader, key: tuple[str, ...]) -> bool:
    """Whether the word may be shown: what a single voice wrote only if it is an ordinary word, not a name."""
    if len(uses.voices) > 1 or len(key) > 1:
        return True
    return all(reader.known(form) and (initial or form.islower()) for form, initial in uses.forms)


def _shown(uses: _Uses, reader: _Reader) -> str:
    """The form that people used most, with its accents; capitals only where they belong to the word."""
    by_letters: Counter[str] = Counter()
    for (form, _), times in uses.forms.items():
        by_letters[_plain_letters(form.lower())] += times
    letters = min(by_letters, key=lambda form: (-by_letters[form], form))
    alike = {pair: times for pair, times in uses.forms.items() if _plain_letters(pair[0].lower()) == letters}
    spellings: Counter[str] = Counter()
    for (form, initial), times in alike.items():
        known = reader.known(form.split()[0])
        if known and form.isupper():
            spellings[form.lower()] += times
        elif known and initial:
            # The capital with which a sentence begins says nothing, if the word exists without it.
            spellings[form[:1].lower() + form[1:]] += times
        else:
            spellings[form] += times
    return min(spellings, key=lambda form: (form.isascii(), -spellings[form], form.swapcase()))


def _without_address(chunk: re.Match[str]) -> str:
    """Nothing for a piece of text that leads to a person: an address, a number of any kind; nor for commands.

    Whatever holds a digit goes: telephone and tax numbers, IBANs, number plates, dates, house numbers.
    """
    text = chunk[0]
    if "@" in text or "://" in text or any(map(str.isdigit, text)):
        return _BOUNDARY
    if _DOMAIN.fullmatch(text) or _COMMAND.fullmatch(text) or text.lower().startswith(("t.me/", "www.")):
        return _BOUNDARY
    return text


def _plain_letters(text: str) -> str:
    """The text without accents: people leave them out on a phone."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=8)
def _stop_words(language: str) -> frozenset[str]:
    # Imported here: the package reads the lists of all its languages when it is imported.
    from stopwordsiso import stopwords  # noqa: PLC0415

    own = frozenset(stopwords(language)) - frozenset(_MEANT_HERE.get(language, "").split())
    kept = frozenset(_BORROWED.get(language, "").split())
    foreign = frozenset(_FOREIGN.get(language, "").split())
    others = {word for other in _WRITTEN if other != language for word in stopwords(other)}
    # A word of the language itself is what it is there ("case"); a short one is left out or an abbreviation.
    return own | {
        word
        for word in others
        if len(word) >= _SHORTEST and word not in kept and (word in foreign or not _is_known(word, language))
    }


@lru_cache(maxsize=20_000)
def _lemma(word: str, language: str) -> str:
    known = _LEMMAS.get(language, {}).get(word)
    if known is not None:
        return known
    # Imported here: it takes a tenth of a second, and its dictionaries are read at the first word.
    from simplemma import lemmatize  # noqa: PLC0415

    try:
        return lemmatize(word, language).lower()
    except ValueError:
        return word


@lru_cache(maxsize=20_000)
def _is_known(word: str, language: str) -> bool:
    from simplemma import is_known  # noqa: PLC0415 - as in _lemma

    # simplemma's Italian dictionary has no words that never change, and most of those end in "-tà".
    if language == "it" and word.endswith(("tà", "tù")):
        return True
    try:
        return all(is_known(piece, language) for piece in word.split("-"))
    except ValueError:
        return False
