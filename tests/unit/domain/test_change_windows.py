"""When an apply may start, by the clock of a place: across midnight, weeks, and clocks that jump."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.domain.change_windows import DAYS, ChangeWindow, describe, next_opening
from chalicelib.domain.zone_rules import ZoneRules

OFFICE = ChangeWindow(
    days=["mon", "tue", "wed", "thu", "fri"], begins="08:00", ends="17:00", time_zone="Europe/Amsterdam"
)
NIGHT = ChangeWindow(days=["fri"], begins="22:00", ends="04:00", time_zone="UTC")
WEEKEND = ChangeWindow(days=["sun", "mon", "sat"], begins="00:00", ends="24:00")
SUNDAYS_AT_TWO = ChangeWindow(days=["sun"], begins="02:00", ends="03:00", time_zone="Europe/Amsterdam")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("windows", "now", "opens"),
    [
        ([], "2026-03-01T12:00", None),
        ([OFFICE], "2026-03-02T07:00", None),  # Monday 08:00 in Amsterdam
        ([OFFICE], "2026-03-02T06:59:59", "2026-03-02T07:00"),
        ([OFFICE], "2026-03-02T15:59:59", None),
        ([OFFICE], "2026-03-02T16:00", "2026-03-03T07:00"),  # its end is outside
        ([OFFICE], "2026-03-06T16:00", "2026-03-09T07:00"),  # Friday evening → Monday
        ([OFFICE], "2026-03-27T16:00", "2026-03-30T06:00"),  # the clock goes forward in between
        ([OFFICE], "2026-10-23T15:00", "2026-10-26T07:00"),  # … and back
        ([NIGHT], "2026-03-06T21:00", "2026-03-06T22:00"),
        ([NIGHT], "2026-03-07T03:59", None),  # the night that began on Friday
        ([NIGHT], "2026-03-07T04:00", "2026-03-13T22:00"),
        ([NIGHT], "2026-03-08T03:00", "2026-03-13T22:00"),  # Sunday's early hours are not Friday's night
        ([OFFICE, NIGHT], "2026-03-06T16:30", "2026-03-06T22:00"),
        # 29 March has no 02:00-03:00 in Amsterdam: the window is not there, and opens a week later.
        ([SUNDAYS_AT_TWO], "2026-03-28T12:00", "2026-04-05T00:00"),
        # 25 October has it twice: open for two hours.
        ([SUNDAYS_AT_TWO], "2026-10-24T12:00", "2026-10-25T00:00"),
        ([SUNDAYS_AT_TWO], "2026-10-25T01:30", None),
        # Its first half hour is skipped: it opens when the clock has jumped into it.
        (
            [SUNDAYS_AT_TWO.model_copy(update={"begins": "02:30", "ends": "04:00"})],
            "2026-03-28T12:00",
            "2026-03-29T01:00",
        ),
        # The clock is put back into a window that was over.
        (
            [SUNDAYS_AT_TWO.model_copy(update={"begins": "01:30", "ends": "02:30"})],
            "2026-10-25T00:40",
            "2026-10-25T01:00",
        ),
    ],
)
def test_when_it_opens(windows: list[ChangeWindow], now: str, opens: str | None) -> None:
    assert next_opening(windows, at(now)) == (at(opens) if opens else None)


PLACES = [
    "UTC",
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
]
hours = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 29, 30, 59]))
windows = st.builds(
    lambda days, hours, place: ChangeWindow(days=days, begins=hours[0], ends=hours[1], time_zone=place),
    st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True),
    st.tuples(hours, hours | st.just("24:00")).filter(lambda pair: pair[0] != pair[1]),
    st.sampled_from(
        [
            "UTC",
            "Europe/Amsterdam",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Pacific/Apia",
        ]
    ),
)
moments = st.builds(
    lambda day, minute: at(day) + timedelta(minutes=minute),
    st.sampled_from(["2026-03-27", "2026-04-04", "2026-10-23", "2026-10-31", "2026-03-07", "2026-06-15"]),
    st.integers(0, 3 * 24 * 60),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(windows, min_size=1, max_size=2), moments)
def test_it_is_the_first_minute_in_which_one_is_open(opening: list[ChangeWindow], now: datetime) -> None:
    found = next_opening(opening, now)
    minutes = (now + timedelta(minutes=n) for n in range(14 * 24 * 60))
    first = next((minute for minute in minutes if any(w.is_open(minute) for w in opening)), None)
    assert first is not None
    assert found == (None if first == now else first)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (OFFICE, "Mon-Fri 08:00-17:00 Europe/Amsterdam"),
        (NIGHT, "Fri 22:00-04:00 (next day) UTC"),
        (
            ChangeWindow(days=["sun", "mon", "sat"], begins="00:00", ends="24:00"),
            "Mon, Sat, Sun 00:00-24:00 UTC",
        ),
        (ChangeWindow(days=list(DAYS), begins="01:00", ends="02:00"), "every day 01:00-02:00 UTC"),
    ],
)
def test_a_window_in_words(window: ChangeWindow, words: str) -> None:
    assert window.describe() == words


def test_the_sentence_names_windows_and_the_next_opening_by_their_own_clock() -> None:
    rules = ZoneRules(change_windows=[OFFICE, NIGHT])
    opens = rules.opens_at(at("2026-03-02T00:00"))
    assert opens is not None
    assert describe([OFFICE, NIGHT]) in rules.waiting_for_window(opens)
    assert "next at Mon 2026-03-02 08:00 Europe/Amsterdam; a zone admin" in rules.waiting_for_window(opens)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"days": []}, "at least 1"),
        ({"days": ["mon", "mon"]}, "each day once"),
        ({"days": ["monday"]}, "pattern"),
        ({"begins": "8:00"}, "pattern"),
        ({"begins": "24:00"}, "pattern"),
        ({"ends": "08:00"}, "never open"),
        ({"time_zone": "Europe/Atlantis"}, "no known time zone"),
        ({"time_zone": "Europe"}, "no known time zone"),
        ({"time_zone": "../../etc/passwd"}, "no time zone"),
        ({"time_zone": "/etc/localtime"}, "no time zone"),
        ({"time_zone": "localtime"}, "no time zone"),
        ({"time_zone": ""}, "no time zone"),
    ],
)
def test_what_is_no_window_says_why(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        ChangeWindow.model_validate(OFFICE.model_dump() | change)
