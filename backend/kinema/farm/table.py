"""Job files as CSV, as spreadsheets write them: a header of field names, one job a row, empty cells left out.

`part.left_arm` and `placing.start` are fields of parts and placing; outputs are separated by blanks, a size is
800x450. Comma or semicolon separate the cells; with semicolons a number may have a decimal comma.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import KinemaError, RequestError

_WHOLE = ("seed", "samples", "steps")
_NUMBERS = ("seconds", "guidance")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_GROUPS = {"part": "parts", "parts": "parts", "placing": "placing"}


def rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any] | KinemaError]]:
    """(line number, a job's fields or what is wrong with them) of every row that is not empty.

    Raises RequestError when there is no usable header.
    """
    header = text.partition("\n")[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [cell.strip() for cell in next(reader, [])]
        if "name" not in columns or len(set(columns)) != len(columns):
            raise RequestError(f"{name} needs a first line of different column names, one of them name")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, _fields(columns, cells, separator == ";")
    except csv.Error as error:
        raise RequestError(f"{name} is no usable CSV near line {reader.line_num} ({error}); save it again") from None


def _fields(columns: list[str], cells: list[str], decimal_comma: bool) -> Mapping[str, Any] | KinemaError:
    if len(cells) > len(columns):
        return RequestError(f"{len(cells)} cells under {len(columns)} columns; put text with a separator in quotes")
    fields: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=False):
        if not (text := cell.strip()):
            continue
        group, dot, key = column.partition(".")
        if dot and group in _GROUPS:
            inner = fields.setdefault(_GROUPS[group], {})
            inner[key] = text if group != "placing" else _scalar(text)
        else:
            fields[column] = _value(column, text, decimal_comma)
    return fields


def _value(column: str, text: str, decimal_comma: bool) -> Any:
    """The cell as JSON would hold it; text that is no such value is left for the schema to refuse."""
    if column in _WHOLE and re.fullmatch(r"[+-]?\d{1,20}", text, re.ASCII):
        return int(text)
    if column in _NUMBERS:
        plain = text.replace(",", ".") if decimal_comma else text
        return float(plain) if re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,20})?", plain, re.ASCII) else text
    if column == "timeline":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    if column == "path":
        return [[_decimal(value) for value in point.split(",")] for point in text.split(";") if point.strip()]
    if column in ("cleanup", "loop"):
        return _TRUTH.get(text.lower(), text)
    if column == "outputs":
        return text.split()
    if column == "size" and (size := re.fullmatch(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", text, re.ASCII)):
        return [int(size[1]), int(size[2])]
    return text


def _decimal(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _scalar(text: str) -> Any:
    if re.fullmatch(r"[+-]?\d{1,15}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"[+-]?\d{1,15}\.\d{1,15}", text, re.ASCII):
        return float(text)
    return {"true": True, "false": False}.get(text.lower(), text)
