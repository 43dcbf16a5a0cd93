"""What is told about a table's contributions and its synthesis to who facilitates it and the regia, as data.

See `participation/notices.py`. Contributions are named by their numbers, as text. Nobody is named.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from participation.notices import Notice


class Part(StrEnum):
    """Which of a table's contributions are listed."""

    ALL = "all"
    LOOK = "look"
    PLENARY = "plenary"
    HIDDEN = "hidden"


class GatheredItem(Notice):
    """A contribution in a list. `at`: when it came, or was `edited` last.

    `gaps`: what who reads it does not see of `text` (see `Quote`); `personal`: kinds of personal data that it
    may hold and nobody let pass yet. `note`: the table's own. So many `people` say it, with those `merged`
    into it (numbers); `into`: the number of the one it is merged into, "" if none. `because`: why it is
    hidden, None while it is not.
    """

    number: str
    session: int
    strategy: str | None
    question: str | None
    text: str
    gaps: tuple[tuple[int, str], ...]
    at: datetime
    edited: bool
    note: bool
    people: int
    merged: tuple[str, ...]
    into: str
    plenary: bool
    because: str | None
    personal: tuple[str, ...]


class GatheringScreen(Notice):
    """The contributions of a table, what came last first, in one message that is edited.

    Counts are of the whole table: `contributions` that stand, by so many `people`; those to `look` at for
    personal data, `plenary` marked, `hidden`. `last_at`: when the last one came. `synthesis_at`: when the
    table sent its synthesis last. `writes`: whether who reads it may do something with them; `lets_pass`:
    whether they may say what is no personal data.
    """

    table: str
    part: Part
    items: tuple[GatheredItem, ...]
    page: int
    pages: int
    contributions: int
    people: int
    look: int
    plenary: int
    hidden: int
    last_at: datetime | None
    synthesis_at: datetime | None
    writes: bool
    lets_pass: bool


class GatheredShown(Notice):
    """One contribution in full, with those merged into it. `role`, `hid_at`: who hid it, when."""

    table: str
    item: GatheredItem
    others: tuple[GatheredItem, ...]
    role: str | None
    hid_at: datetime | None
    writes: bool
    lets_pass: bool


class GatheringAsk(Notice):
    """Why is a contribution to be hidden? Some reasons to tap, or any that is typed."""

    table: str
    number: str


class GatheringChoose(Notice):
    """Which contributions say the same as this one? `items` could be merged into it."""

    table: str
    item: GatheredItem
    items: tuple[GatheredItem, ...]
    page: int
    pages: int


class GatheringAct(StrEnum):
    """What can be done with a contribution."""

    HIDE = "hide"
    UNHIDE = "unhide"
    MERGE = "merge"
    SEPARATE = "separate"
    MARK = "mark"
    UNMARK = "unmark"
    PASS = "pass"  # noqa: S105 - a contribution passes


class GatheringDone(Notice):
    """It is so now (`already`: it was before). `number`: what it is about; `numbers`: merged, or separated.

    `people`: so many say it now; `because`: why it is hidden.
    """

    act: GatheringAct
    table: str
    number: str
    numbers: tuple[str, ...] = ()
    people: int = 1
    because: str = ""
    already: bool = False


class GatheringRefused(Notice):
    """Nothing was done.

    `reason`: "unclear", "unknown" (no such contribution), "elsewhere" (another table's), "hidden", "few" (to
    merge), "alone" (nothing merged), "long" (a reason of more than `most` signs), "not_personal".
    """

    reason: str
    misread: str = ""
    table: str = ""
    most: int = 0


class GatheringTable(Notice):
    """What one table gathered. `by_question`: contributions by the code of the question, "" for none."""

    table: str
    contributions: int
    people: int
    by_question: tuple[tuple[str, int], ...]
    look: int
    plenary: int
    hidden: int
    last_at: datetime | None
    synthesis: int


class GatheringOverview(Notice):
    """What all tables gathered until `at`. `synthesis`: how many versions a table sent."""

    at: datetime
    tables: tuple[GatheringTable, ...]


class HiddenCorrected(Notice):
    """To who facilitates: a contribution that is hidden was corrected by who wrote it; it stays hidden."""

    table: str
    number: str


class PersonalDataSeen(Notice):
    """To who wrote it: what they sent seems to hold personal data of these kinds, and how to take them out.

    `note`: it is a note of the table. `number`: it was rewritten by a command, and is to be so again, by its
    number in their list; 0: they edit the message.
    """

    kinds: tuple[str, ...]
    note: bool = False
    number: int = 0


# --- the synthesis -------------------------------------------------------------------------------------


class SynthesisWanted(Notice):
    """What is the table's synthesis? What is typed next is. `version`: the one sent last, 0 if none."""

    table: str
    version: int


class SynthesisAsked(Notice):
    """The synthesis as it was typed, before it goes. `personal`: kinds of personal data it may hold."""

    token: str
    table: str
    version: int
    text: str
    personal: tuple[str, ...]


class SynthesisUnclear(Notice):
    """The synthesis could not be sent: longer (`length`) than `most` signs, or empty (0)."""

    length: int
    most: int


class SynthesisKept(Notice):
    """To who sent it: the regia has it."""

    table: str
    version: int


class SynthesisSent(Notice):
    """A table's synthesis, as somebody in this role sent it at this time."""

    table: str
    version: int
    text: str
    role: str
    at: datetime


class SynthesisList(Notice):
    """Syntheses, of all tables or (`table`) all versions of one; `missing`: tables that sent none."""

    table: str
    items: tuple[SynthesisSent, ...]
    missing: tuple[str, ...]
