"""The regia's channel over a whole day: each picture when it is due, once, and nothing that is a person's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from participation import agenda
from tests.support.hall import CHANNEL, open_hall

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.telegram import SentMessage
    from tests.support.hall import Hall

NAMES = ("Mariangela", "Gualtiero", "Ludovica", "Ermenegilda", "Fiorenzo")
SENTENCES = (
    "Mancano i treni la sera tra Pinerolo e Torino e gli studenti restano a piedi",
    "Servono treni anche di domenica per chi lavora nei musei della valle",
    "Un biglietto unico per treni e autobus costerebbe meno a tutte le famiglie",
    "I treni di notte farebbero vivere i paesi della montagna",
    "Senza treni puntuali nessuno lascia la macchina a casa",
)
PNG = b"\x89PNG\r\n\x1a\n"


async def play(hall: Hall) -> None:
    """Session 1 at two tables: five people vote and write."""
    people = [
        await hall.somebody(name).registers(table)
        for name, table in zip(NAMES, ["T6"] * 3 + ["T5"] * 2, strict=True)
    ]
    await hall.at("10:10")
    for number, who in enumerate(people):
        await who.says("1.3 5.4" if number % 2 else "1.3 3.2")
        await who.says(SENTENCES[number])
    await people[0].says("fine")


def due(hall: Hall) -> list[tuple[str, str]]:
    """The scheduled posts: time of day in the event's zone, and which picture."""
    moments = agenda.plan(hall.event, channel=True)
    return [
        (f"{moment.due.astimezone(hall.event.zone_info):%H:%M}", moment.key.split(":")[1])
        for moment in sorted(moments, key=lambda moment: (moment.due, moment.key))
        if moment.key.startswith("post:")
    ]


async def test_a_day_of_the_channel(tmp_path: Path) -> None:
    async with open_hall(tmp_path, channel=True) as hall:
        channel = hall.telegram.channel(CHANNEL)
        planned = due(hall)
        assert {
            "turnout",
            "heatmap",
            "ranking",
            "priorities",
            "contributions2",
            "keywords1",
            "keywords2",
        } == {picture for _, picture in planned}
        lara = await hall.facilitator("T6", "Laurenzia")
        await play(hall)
        posted: dict[str, list[SentMessage]] = {}
        for time in sorted({time for time, _ in planned}):
            before = len(channel.posts)
            await hall.at(time)
            posted[time] = channel.posts[before:]
            assert len(posted[time]) == sum(each == time for each, _ in planned), time
            if time == "10:30":
                await lara.says("/discuti 1.3")
                for number, who in enumerate(list(hall.telegram.phones.values())):
                    if who.first_name in NAMES:
                        who.say(SENTENCES[(number + 1) % len(SENTENCES)])
                await lara.says("/nota Al tavolo si parla soprattutto dei treni della sera")
                await hall.quiet()
            if time == "10:45":
                # A restart in the middle of the day posts nothing twice.
                await hall.stops()
                hall.starts()
                await hall.quiet()
        assert len(planned) == len(channel.posts)

        # Each is a picture with a caption that says its figures in words.
        for post in channel.posts:
            assert post.photo is not None
            assert post.photo.startswith(PNG)
            assert 40 < len(post.shown) <= 1024
        assert len({post.photo for post in channel.posts}) == len(channel.posts)
        turnout = posted["10:15"][0].shown
        assert "Hanno già messo bollini 5 persone su 5" in turnout
        priorities = posted["10:30"][0].shown
        assert "1.3" in priorities

        # The words that come back, but nobody's sentence and nobody's name.
        said = "\n".join(post.shown for post in channel.posts)
        assert "treni" in said
        for sentence in SENTENCES:
            for part in re.findall(r"(?:\w+ ){3}\w+", sentence):
                assert part not in said
        for name in (*NAMES, "Laurenzia"):
            assert name not in said
        # A zone with so few ballots that they would tell one person's vote is not broken down.
        rows = await hall.rows("SELECT count(*) AS n FROM outbox WHERE chat_id < 0 AND sent_at IS NOT NULL")
        assert len(planned) == rows[0]["n"]


async def test_without_a_channel_nothing_is_posted(hall: Hall) -> None:
    await play(hall)
    await hall.at("12:15")
    assert [] == hall.telegram.channel(CHANNEL).posts
    assert 0 == await hall.count("outbox", "chat_id < 0")
