"""Dates as days, and the bounds of dated facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heritagekg.dates import OPEN_END, OPEN_START, days_of, time_bounds


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2022-08-25", ("2022-08-25", "2022-08-25")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("1946", ("1946-01-01", "1946-12-31")),
        ("2023-02-29", None),
        ("2022-8", None),
        ("22", None),
        ("0000", None),
        ("2022-08-25Z", None),
        ("-0044", None),
        ("²022", None),
        ("2022-08-25-01", None),
    ],
)
def test_days_of(date: str, days: tuple[str, str] | None) -> None:
    assert days_of(date) == days


def days() -> st.SearchStrategy[tuple[str, str]]:
    return st.dates().map(lambda day: (day.isoformat(), day.isoformat()))


@given(st.lists(days(), max_size=2), st.lists(days(), max_size=2), st.lists(days(), min_size=1))
def test_certain_lies_within_possible(
    begins: list[tuple[str, str]], ends: list[tuple[str, str]], moments: list[tuple[str, str]]
) -> None:
    certain_from, certain_until, possible_from, possible_until = time_bounds(begins, ends, moments)
    assert certain_from <= certain_until, "exact days always leave an interval"
    assert begins or possible_from == OPEN_START
    assert ends or possible_until == OPEN_END


def test_point_is_possible_in_its_own_days_only() -> None:
    assert time_bounds([], [], [("1992-01-01", "1992-12-31")], point=True)[2:] == (
        "1992-01-01",
        "1992-12-31",
    )


@given(st.dates())
def test_month_and_year_end_on_their_last_day(day: object) -> None:
    from calendar import monthrange

    year, month, _ = str(day).split("-")
    last = monthrange(int(year), int(month))[1]
    assert days_of(f"{year}-{month}") == (f"{year}-{month}-01", f"{year}-{month}-{last}")
    assert days_of(year) == (f"{year}-01-01", f"{year}-12-31")
    assert days_of(str(day)) == (str(day), str(day))
