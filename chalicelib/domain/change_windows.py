"""Change windows: hours of the week, by the wall clock of a time zone, in which an approved apply may start.

Whether a window is open is read off that clock, and nothing else. Where clocks go forward, hours that the
clock skips are not there to open; where they go back, hours that it shows twice open twice.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator, model_validator

from .model import Model

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = timedelta(days=22)
"""A weekly window can miss one week, where the clock skips its hours; never two in a row."""

IANA_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
NO_PLACES = ("posix/", "right/", "posixrules", "localtime", "Factory")
"""In the time zone database's folder, and not names of time zones that a person means."""

Day = Annotated[str, StringConstraints(pattern="^(mon|tue|wed|thu|fri|sat|sun)$")]
Begins = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Ends = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class ChangeWindow(Model):
    """Hours of some days of the week."""

    days: list[Day] = Field(min_length=1, max_length=7)
    """Those on which the window begins: ``mon`` … ``sun``."""
    begins: Begins
    """``HH:MM``."""
    ends: Ends
    """``HH:MM``, up to ``24:00``; before ``begins``: on the next day."""
    time_zone: str = Field("UTC", max_length=64)
    """IANA name: ``Europe/Amsterdam``."""

    @field_validator("days")
    @classmethod
    def _each_day_once(cls, days: list[str]) -> list[str]:
        if len(set(days)) != len(days):
            raise ValueError("name each day once")
        return sorted(days, key=DAYS.index)

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        if not IANA_NAME.fullmatch(name) or name.startswith(NO_PLACES):
            raise ValueError(f"{name!r} is no time zone; use an IANA name such as Europe/Amsterdam, or UTC")
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"{name!r} is no known time zone; use an IANA name such as Europe/Amsterdam, or UTC"
            ) from None
        return name

    @model_validator(mode="after")
    def _not_empty(self) -> "ChangeWindow":
        if self.begins == self.ends:
            raise ValueError(
                "a window that ends when it begins is never open; for whole days write 00:00 to 24:00"
            )
        return self

    @property
    def clock(self) -> ZoneInfo:
        """The time zone whose clock is read."""
        return ZoneInfo(self.time_zone)

    @property
    def overnight(self) -> bool:
        """Whether it ends on the day after the one on which it began."""
        return self.ends < self.begins

    def is_open(self, at: datetime) -> bool:
        """Whether the clock shows an hour of the window; its end is outside."""
        shown = at.astimezone(self.clock)
        day, hour = DAYS[shown.weekday()], f"{shown:%H:%M}"
        if not self.overnight:
            return day in self.days and self.begins <= hour < self.ends
        yesterday = DAYS[shown.weekday() - 1]
        return (day in self.days and hour >= self.begins) or (yesterday in self.days and hour < self.ends)

    def describe(self) -> str:
        """``Mon-Fri 08:00-17:00 Europe/Amsterdam``."""
        hours = f"{self.begins}-{self.ends}{' (next day)' if self.overnight else ''}"
        return f"{_in_words(self.days)} {hours} {self.time_zone}"

    def _moments(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Every moment in between at which it may open: where it begins, and where its clock jumps."""
        clock, begins = self.clock, time.fromisoformat(self.begins)
        day: date = after.astimezone(clock).date() - timedelta(days=1)
        while (midnight := datetime.combine(day, time(), UTC)) < until + timedelta(days=2):
            if DAYS[day.weekday()] in self.days:
                yield from {
                    datetime.combine(day, begins.replace(fold=fold), clock).astimezone(UTC) for fold in (0, 1)
                }
            yield from _jumps(clock, midnight, midnight + timedelta(days=1))
            day += timedelta(days=1)


def next_opening(windows: Sequence[ChangeWindow], now: datetime) -> datetime | None:
    """When the next of `windows` opens; ``None`` while one is open, or when there are none."""
    if not windows or any(window.is_open(now) for window in windows):
        return None
    until = now + LOOK_AHEAD
    moments = {moment for window in windows for moment in window._moments(now, until) if moment > now}
    for moment in sorted(moments):
        if any(window.is_open(moment) for window in windows):
            return moment
    return until  # no clock that we know skips a weekly hour for weeks: look again then


def describe(windows: Iterable[ChangeWindow]) -> str:
    """All of them, in words."""
    return " or ".join(window.describe() for window in windows)


def show(windows: Sequence[ChangeWindow], opens: datetime) -> str:
    """A moment by the clock of the window that opens then: ``Mon 2026-03-02 08:00 Europe/Amsterdam``."""
    opening = next((window for window in windows if window.is_open(opens)), None)
    clock = opening.clock if opening else UTC
    return f"{opens.astimezone(clock):%a %Y-%m-%d %H:%M} {opening.time_zone if opening else 'UTC'}"


def _jumps(clock: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The moment between `begin` and `end` at which the clock is put forward or back, if there is one."""
    before = begin.astimezone(clock).utcoffset()
    if end.astimezone(clock).utcoffset() == before:
        return
    while end - begin > timedelta(seconds=1):
        middle = begin + (end - begin) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(clock).utcoffset() == before:
            begin = middle
        else:
            end = middle
    yield end


def _in_words(days: Sequence[str]) -> str:
    """``Mon-Fri``, ``Sat, Sun``, ``every day``; `days` are in the order of the week."""
    if len(days) == len(DAYS):
        return "every day"
    runs: list[list[str]] = []
    for day in days:
        if runs and DAYS.index(day) == DAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        f"{run[0].title()}-{run[-1].title()}" if len(run) > 2 else ", ".join(d.title() for d in run)
        for run in runs
    )
