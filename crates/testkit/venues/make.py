#!/usr/bin/env python3
"""Writes data/*.csv: venues and check-ins with the counts that cases/metabase.json speaks of. Python 3, no packages."""

from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).parent / "data"
CATEGORIES = {
    1: "African", 2: "American", 3: "Artisan", 4: "Asian", 5: "BBQ", 22: "Fast Food", 29: "Food Truck",
    40: "Japanese", 50: "Mexican", 61: "Seafood", 67: "Steakhouse",
}
IN_FIRST_QUARTER = 107


def write(name, header, rows):
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    (DATA / name).write_text("\n".join(lines) + "\n")


def venues():
    expensive = {40, 67}
    usual = [number for number in CATEGORIES if number not in expensive]
    for number in range(1, 101):
        category = sorted(expensive)[number % 2] if number % 25 in (0, 1) else usual[number % len(usual)]
        price = 4 if category in expensive else 1 + number % 3
        yield number, f"Venue {number}", category, CATEGORIES[category], price


def checkins():
    for number in range(1, 1001):
        quarter = number <= IN_FIRST_QUARTER
        day = date(2014, 1, 1) + timedelta(days=number % 90) if quarter else date(2014, 4, 1) + timedelta(days=number % 270)
        yield number, day, 1 + number % 100


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    write("venues.csv", ["id", "name", "category_id", "category_name", "price"], venues())
    write("checkins.csv", ["id", "date", "venue_id"], checkins())
    write("people.csv", ["id", "name", "large"], ((number, f"Person {number:04}", 2**62) for number in range(1, 1101)))
