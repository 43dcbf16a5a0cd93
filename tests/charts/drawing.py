"""All charts together, so that what holds for each is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from charts import contributions, heatmap, keywords, priorities, ranking, turnout
from locales.translator import Translator, load_translators

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from charts.picture import Picture
    from locales.translator import Html
    from participation.event import Event
    from tests.charts.samples import Sample


class Chart(NamedTuple):
    """The three functions of a chart and the part of a sample that it shows."""

    compose: Callable[[Any, Event, Translator], Figure]
    caption: Callable[[Any, Event, Translator], Html]
    draw: Callable[[Any, Event, Translator], Picture]
    part: str

    def figure(self, sample: Sample, words: Translator) -> Figure:
        return self.compose(getattr(sample, self.part), sample.event, words)

    def words(self, sample: Sample, words: Translator) -> Html:
        return self.caption(getattr(sample, self.part), sample.event, words)

    def picture(self, sample: Sample, words: Translator) -> Picture:
        return self.draw(getattr(sample, self.part), sample.event, words)


CHARTS = {
    "turnout": Chart(turnout.compose, turnout.caption, turnout.draw, "turnout"),
    "heatmap": Chart(heatmap.compose, heatmap.caption, heatmap.draw, "votes"),
    "ranking": Chart(ranking.compose, ranking.caption, ranking.draw, "votes"),
    "priorities": Chart(priorities.compose, priorities.caption, priorities.draw, "priorities"),
    "contributions": Chart(contributions.compose, contributions.caption, contributions.draw, "contributions"),
    "keywords": Chart(keywords.compose, keywords.caption, keywords.draw, "keywords"),
}
ITALIAN = load_translators(ZoneInfo("Europe/Rome")).of("it")
ENGLISH = load_translators(ZoneInfo("Europe/Rome")).of("en")
