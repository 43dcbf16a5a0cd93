"""Personal data in what people type: telephone numbers, addresses, tax codes, bank accounts, names.

Found by form, where possible by the check digits as well; nothing is looked up, nothing leaves the machine.
It errs: who facilitates decides, and until then the regia does not see what was found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from participation import spoken_names

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """What was found."""

    PHONE = "phone"
    EMAIL = "email"
    TAX_CODE = "tax_code"
    VAT = "vat"
    IBAN = "iban"
    NAME = "name"


@dataclass(frozen=True)
class Finding:
    """What may be personal data, from `start` to before `end` in the text."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Shown:
    """A text without what was found in it; `gaps`: the places where that was, and what it was."""

    text: str
    gaps: tuple[tuple[int, str], ...] = ()


def prepare() -> None:
    """Import what this needs, which takes a third of a second: beside the event loop, not in it."""
    import phonenumbers  # noqa: F401, PLC0415
    from stdnum import iban  # noqa: F401, PLC0415
    from stdnum.it import codicefiscale, iva  # noqa: F401, PLC0415


@lru_cache(maxsize=10_000)
def found(text: str) -> tuple[Finding, ...]:
    """What may be personal data in a text, in order, nothing twice."""
    taken: list[Finding] = []
    for look in (_emails, _tax_codes, _ibans, _phones, _vat_numbers, _names):
        for each in look(text):
            if all(each.end <= other.start or other.end <= each.start for other in taken):
                taken.append(each)
    return tuple(sorted(taken, key=lambda each: each.start))


def kinds(text: str) -> tuple[str, ...]:
    """What kinds of it there are, each once, in order."""
    return tuple(dict.fromkeys(each.kind.value for each in found(text)))


def shown(text: str, *, let_pass: bool = False) -> Shown:
    """The text as those see it who are not to see what was found; all of it when that was let pass."""
    pieces: list[str] = []
    gaps: list[tuple[int, str]] = []
    behind = length = 0
    for each in () if let_pass else found(text):
        pieces.append(text[behind : each.start])
        length += each.start - behind
        gaps.append((length, each.kind.value))
        behind = each.end
    return Shown("".join((*pieces, text[behind:])), tuple(gaps))


def blanked(text: str) -> str:
    """The text with "[…]" in place of what was found, whatever it is."""
    pieces, behind = [], 0
    for each in found(text):
        pieces += [text[behind : each.start], "[…]"]
        behind = each.end
    return "".join((*pieces, text[behind:]))


# ---------------------------------------------------------------------------------------- addresses and codes

_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")

# Six letters, and in place of digits also the letters that tell apart people with the same code.
_TAX_CODE = re.compile(
    r"(?<!\w)[A-Z]{3}[ .-]?[A-Z]{3}[ .-]?[0-9LMNP-V]{2}[ .-]?[A-EHLMPRST][ .-]?[0-9LMNP-V]{2}[ .-]?"
    r"[A-Z][ .-]?[0-9LMNP-V]{3}[ .-]?[A-Z](?!\w)",
    re.IGNORECASE,
)
_IBAN_START = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?=[ .-]?[A-Z0-9])", re.IGNORECASE)
_IBAN_SIGNS: Final = range(15, 35)
_VAT = re.compile(r"(?<![\w.,])(?:IT ?)?(\d{11})(?![\w])", re.IGNORECASE)
_SEPARATORS: Final = " .-"


def _emails(text: str) -> Iterator[Finding]:
    if "@" in text:
        for each in _EMAIL.finditer(text):
            yield Finding(Kind.EMAIL, each.start(), each.end())


def _tax_codes(text: str) -> Iterator[Finding]:
    from stdnum.it import codicefiscale  # noqa: PLC0415 - nothing happens at import; see `prepare`

    for each in _TAX_CODE.finditer(text):
        if codicefiscale.is_valid(each[0].replace(".", "")):
            yield Finding(Kind.TAX_CODE, each.start(), each.end())


def _ibans(text: str) -> Iterator[Finding]:
    from stdnum import iban  # noqa: PLC0415 - as above

    for each in _IBAN_START.finditer(text):
        ends: list[int] = []
        signs = ""
        for place in range(each.start(), len(text)):
            sign = text[place]
            if sign.isascii() and sign.isalnum():
                signs += sign
                if len(signs) in _IBAN_SIGNS and iban.is_valid(signs):
                    ends.append(place + 1)
            elif sign not in _SEPARATORS:
                break
            if len(signs) >= _IBAN_SIGNS.stop:
                break
        if ends:
            yield Finding(Kind.IBAN, each.start(), ends[-1])


def _vat_numbers(text: str) -> Iterator[Finding]:
    from stdnum.it import iva  # noqa: PLC0415 - as above

    for each in _VAT.finditer(text):
        if iva.is_valid(each[1]):
            yield Finding(Kind.VAT, each.start(), each.end())


# ------------------------------------------------------------------------------------------ telephone numbers

_DIGITS: Final = 8
"""No fewer digits make a telephone number that is somebody's."""

_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_AMOUNT_BEHIND = re.compile(
    r"\s*(?:€|%|euro\b|mila\b|milion|miliard|abitant|person|metri|ettari|mq\b|km\b)", re.IGNORECASE
)
_AMOUNT_BEFORE = re.compile(r"(?:€|euro)\s*$", re.IGNORECASE)
_TRIES: Final = 200
"""How many beginnings of a text are tried: thousands only where somebody wrote digits and nothing else."""


# What stands between other digits ("ore 10 30 333 1234567") the library takes for one number that is none.
_MOBILE = re.compile(r"(?<!\d)3\d{2}[ ./-]?\d{3}[ .-]?\d{3,4}(?!\d)")


def _phones(text: str) -> Iterator[Finding]:
    if sum(map(str.isdecimal, text)) < _DIGITS:
        return
    import phonenumbers as pn  # noqa: PLC0415 - as above

    somebodys = {
        pn.PhoneNumberType.FIXED_LINE,
        pn.PhoneNumberType.MOBILE,
        pn.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        pn.PhoneNumberType.PERSONAL_NUMBER,
        pn.PhoneNumberType.VOIP,
    }
    for each in pn.PhoneNumberMatcher(text, "IT", leniency=pn.Leniency.VALID, max_tries=_TRIES):
        short = sum(map(str.isdecimal, each.raw_string)) < _DIGITS
        if short or pn.number_type(each.number) not in somebodys:
            continue
        if not _is_amount(text, each.start, each.end):
            yield Finding(Kind.PHONE, each.start, each.end)
    for found_ in _MOBILE.finditer(text):
        if not _is_amount(text, *found_.span()) and pn.is_valid_number(pn.parse(found_[0], "IT")):
            yield Finding(Kind.PHONE, *found_.span())


def _is_amount(text: str, start: int, end: int) -> bool:
    """Whether these digits are so much of something: "350.000.0000" is not, "3.500.000.000" is."""
    if "." in text[start:end] and _THOUSANDS.fullmatch(text, start, end):
        return True
    return bool(_AMOUNT_BEHIND.match(text, end) or _AMOUNT_BEFORE.search(text[max(0, start - 9) : start]))


def _names(text: str) -> Iterator[Finding]:
    for start, end in spoken_names.found(text):
        yield Finding(Kind.NAME, start, end)
