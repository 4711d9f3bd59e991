#!/usr/bin/env python3
"""Writes data/*.csv: venues, categories and check-ins with the counts that cases/metabase_sandbox.json speaks of. Python 3, no packages."""

from pathlib import Path

DATA = Path(__file__).parent / "data"
CATEGORIES = {2: "American", 5: "BBQ", 22: "Fast Food", 40: "Japanese", 50: "Mexican", 67: "Steakhouse"}
OF_FIFTY = 10
CHECKINS = 1000
# Check-ins of user 5, by the price of the venue.
OF_FIVE = {1: 10, 2: 36, 3: 4, 4: 5}


def write(name, header, rows):
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    (DATA / name).write_text("\n".join(lines) + "\n")


def venues():
    others = [number for number in CATEGORIES if number != 50]
    for number in range(1, 101):
        category = 50 if number <= OF_FIFTY else others[number % len(others)]
        yield number, f"Venue {number}", category, 1 + number % 4


def checkins():
    of_five = [price for price, count in OF_FIVE.items() for _ in range(count)]
    for number in range(1, CHECKINS + 1):
        price = of_five[number - 1] if number <= len(of_five) else 1 + number % 4
        user = 5 if number <= len(of_five) else 6 + number % 9
        # The venue's price is one more than its number's rest by four.
        yield number, user, price - 1 if price > 1 else 4


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    write("categories.csv", ["id", "name"], CATEGORIES.items())
    write("venues.csv", ["id", "name", "category_id", "price"], venues())
    write("checkins.csv", ["id", "user_id", "venue_id"], checkins())
