"""A path along the ground as the command line takes it: `--path`."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from .errors import RequestError


def add_path(parser: argparse.ArgumentParser) -> None:
    """The option that `read_path` reads."""
    parser.add_argument(
        "--path", default="", metavar="FILE|POINTS", help='a .csv of t,x,z[,heading], or "0,0,0;2,1,3;..." (s, m, deg)'
    )


def read_path(text: str) -> tuple[tuple[float, ...], ...]:
    """Points of a .csv file (a line of names may come first), or written as "t,x,z;t,x,z". Raises RequestError."""
    if not text:
        return ()
    if text.lower().endswith(".csv"):
        try:
            rows = [row for row in csv.reader(Path(text).read_text(encoding="utf-8-sig").splitlines()) if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RequestError(f"the path {text} cannot be read ({error}); give a .csv of t,x,z[,heading]") from None
        if rows and not _is_number(rows[0][0]):
            rows = rows[1:]
    else:
        rows = [point.split(",") for point in text.split(";") if point.strip()]
    if not rows:
        raise RequestError(f"the path {text[:80]!r} has no points; give lines of t,x,z[,heading]")
    return tuple(tuple(number(value, "--path", ",".join(row)) for value in row) for row in rows)


def number(text: str, option: str, whole: str) -> float:
    """A number of an option's value, `whole`. Raises RequestError."""
    if not _is_number(text):
        raise RequestError(f"{option} {whole[:80]!r} is not usable; {text.strip()[:40]!r} is no number")
    return float(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
