"""Any chart, now: to the chat of who asks, or to the regia's channel.

The votes are shown when no table votes any more: two pictures, one before and one after a table closes,
would tell that table's votes apart.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from participation import notices, phases, posts
from participation.event import Phase
from participation.posts import Picture, Post
from storage import outbox, tables
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.database import Database
    from storage.people import Person

CHARTS: Final[Mapping[str, tuple[Picture, int | None]]] = {
    "turnout": ("turnout", None),
    "heatmap": ("heatmap", None),
    "ranking": ("ranking", None),
    "priorities": ("priorities", None),
    "contributions1": ("contributions", 1),
    "contributions2": ("contributions", 2),
    "keywords1": ("keywords", 1),
    "keywords2": ("keywords", 2),
}
"""Charts by name, each with its picture and its session."""


def read_command(
    text: str, charts: Mapping[str, str], places: Mapping[str, str]
) -> tuple[str, str] | notices.ChooseChart:
    """`/grafici affluenza canale`: the chart's name and its place ("", "here", "channel")."""
    plain = " ".join(text.casefold().split())
    place = ""
    for word in sorted(places, key=len, reverse=True):
        if plain == word or plain.endswith(f" {word}"):
            place, plain = places[word], plain.removesuffix(word).strip()
            break
    if plain in charts:
        return charts[plain], place
    nearest = difflib.get_close_matches(plain, list(charts), n=1) if plain else []
    return notices.ChooseChart(misread=plain, nearest=nearest[0] if nearest else None)


async def draw(
    database: Database,
    chart: str,
    place: str,
    person: Person,
    channel: int | None,
    now: datetime,
    act: str,
) -> notices.Notice:
    """Have a chart drawn and sent; asked where when that was not said. `act`: once for each update."""
    if chart not in CHARTS or place not in {"", "here", "channel"}:
        return notices.ButtonOutdated()
    picture, session = CHARTS[chart]
    if place == "channel" and channel is None:
        return notices.ChartRefused(reason="no_channel")
    if not place and channel is not None:
        return notices.ChooseChartPlace(chart=chart)
    async with database.transaction() as tx:
        rows = await tables.all_tables(tx)
        voting = tuple(row.code for row in rows if Phase(row.phase) in phases.VOTING)
        if picture in posts.VOTES and voting:
            return notices.ChartRefused(reason="voting", tables=voting)
        content = posts.dump(Post(post=picture, at=now, session=session))
        key = f"chart:{act}:{chart}:{place}"
        if place == "channel" and channel is not None:
            await outbox.post(tx, key, channel, content, now, urgency=Urgency.POST)
        else:
            await outbox.post(
                tx, key, person.telegram_id, content, now, urgency=Urgency.ANSWER, person=person.id
            )
    return notices.ChartComing(chart=chart, channel=place == "channel")
