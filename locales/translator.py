"""From a key and its values to a sentence in one language.

Catalogs are gettext files (`<language>/LC_MESSAGES/<domain>.po`) with symbolic keys ("dots.placed"); they
are read as they are, so there is no compile step to forget. This is the one place where HTML is escaped:
the texts in the catalogs are HTML, every value put into them is text. It is also where values that run from
right to left are kept from turning what stands around them.
"""

from __future__ import annotations

import html
import re
import string
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, tzinfo

    from babel.messages.catalog import Catalog

FOLDER = Path(__file__).parent
DEFAULT_LANGUAGE = "it"


_TURNING = re.compile(
    "[\u0590-\u08ff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""What is written from right to left, or says which way to write."""

_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What opens or ends a direction for all that follows."""

_ISOLATE, _END = "\u2068", "\u2069"


def isolated(text: str) -> str:
    """The text so that its direction stays its own; each line by itself, for none outlasts a line."""
    if not _TURNING.search(text):
        return text
    return "\n".join(
        f"{_ISOLATE}{line}{_END}" if line else line for line in _DIRECTIONS.sub("", text).split("\n")
    )


class Html(str):
    """A piece of text that is HTML already and must not be escaped again."""

    __slots__ = ()


class MissingText(KeyError):
    """A key that no catalog of the language has: a defect of ours, never of the person's input."""


@dataclass(frozen=True)
class _Entry:
    """The forms of one message (one, or one per plural form of the language)."""

    forms: tuple[str, ...]


class _EscapingFormatter(string.Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        formatted = format(value, format_spec)
        return formatted if isinstance(value, Html) else html.escape(isolated(formatted), quote=False)


class Translator:
    """The texts of one language.

    Built by `load_translators`; immutable and cheap to share between tasks.
    """

    def __init__(
        self, language: str, entries: Mapping[str, _Entry], plural_index: Callable[[int], int], zone: tzinfo
    ) -> None:
        self.language = language
        self._entries = entries
        self._plural_index = plural_index
        self._zone = zone
        self._escaping = _EscapingFormatter()
        self._plain = string.Formatter()

    def text(self, key: str, /, **values: object) -> Html:
        """The message as HTML; every value that is not `Html` is escaped.

        A message with plural forms is chosen by the value named `n`.
        Raises `MissingText` when the language has no such key.
        """
        return Html(self._escaping.vformat(self._form(key, values), (), values))

    def plain(self, key: str, /, **values: object) -> str:
        """The message as plain text: buttons, chart labels, the command line."""
        return self._plain.vformat(self._form(key, values), (), values)

    def has(self, key: str) -> bool:
        """Whether the language has a message under this key."""
        return key in self._entries

    def join(self, items: Iterable[str]) -> str:
        """The items as a list in words: "a, b e c". Escaped pieces stay escaped if all of them are."""
        pieces = list(items)
        joined = format_list(pieces, locale=self.language) if pieces else ""
        return Html(joined) if pieces and all(isinstance(piece, Html) for piece in pieces) else joined

    def clock(self, moment: datetime) -> str:
        """The time of day of an aware datetime, in the event's zone: "10:25"."""
        return format_time(moment.astimezone(self._zone), "HH:mm", locale=self.language)

    def day(self, moment: datetime) -> str:
        """The day of an aware datetime, in the event's zone: "5 dicembre 2023"."""
        return format_date(moment.astimezone(self._zone).date(), "long", locale=self.language)

    def _form(self, key: str, values: Mapping[str, object]) -> str:
        try:
            forms = self._entries[key].forms
        except KeyError:
            message = f"{self.language} has no text {key!r}"
            raise MissingText(message) from None
        if len(forms) == 1:
            return forms[0]
        number = values["n"]
        assert isinstance(number, int), f"{key} is chosen by n, a whole number"
        return forms[self._plural_index(number)]


class Translators:
    """The translators of every language there is; an unknown language gets the default one."""

    def __init__(self, by_language: Mapping[str, Translator], default: str = DEFAULT_LANGUAGE) -> None:
        self._by_language = by_language
        self._default = default

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages, the default first."""
        return (self._default, *(code for code in self._by_language if code != self._default))

    def of(self, language: str | None) -> Translator:
        """The translator for a language tag such as "it", "en-GB" or None."""
        primary = (language or self._default).replace("_", "-").split("-")[0].lower()
        return self._by_language.get(primary, self._by_language[self._default])


def load_translators(zone: tzinfo, folder: Path = FOLDER) -> Translators:
    """Read every catalog below `folder`; times of day are shown in `zone`."""
    found: dict[str, Translator] = {}
    for language_folder in sorted(folder.glob("*/LC_MESSAGES")):
        language = language_folder.parent.name
        catalogs = [_read(path, language) for path in sorted(language_folder.glob("*.po"))]
        if catalogs:
            found[language] = Translator(language, _entries(catalogs), _plural_index(catalogs), zone)
    return Translators(found)


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=path.stem)


def _entries(catalogs: Iterable[Catalog]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for catalog in catalogs:
        for message in catalog:
            if not message.id:
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            string_ = message.string
            forms = (string_,) if isinstance(string_, str) else tuple(string_ or ())
            if key in entries:
                error = f"{key} stands in two catalogs of {catalog.locale}"
                raise ValueError(error)
            entries[key] = _Entry(forms)
    return entries


def _plural_index(catalogs: Iterable[Catalog]) -> Callable[[int], int]:
    rules = {catalog.plural_expr for catalog in catalogs}
    # The default expression is used by all our languages but could be another in a language to come.
    expression = rules.pop()
    if rules:
        error = f"catalogs of one language disagree on their plural rule: {expression} and {rules}"
        raise ValueError(error)
    if expression == "(n > 1)":
        return lambda n: int(n > 1)
    if expression == "(n != 1)":
        return lambda n: int(n != 1)
    error = f"a plural rule Bollini does not know yet: {expression}"
    raise ValueError(error)
