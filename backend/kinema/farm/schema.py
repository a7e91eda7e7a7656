"""The published JSON Schema of a job, and its faults as sentences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import EnvironmentSetupError, RequestError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

FILE = "job.schema.json"


def load() -> dict[str, Any]:
    """The schema. Raises EnvironmentSetupError when it is missing or damaged.

    A wheel carries it in kinema/assets/schemas, a source checkout in assets/schemas beside backend/.
    """
    installed = resources.files("kinema").joinpath("assets", "schemas", FILE)
    checkout = Path(__file__).resolve().parents[3] / "assets" / "schemas" / FILE
    try:
        content: dict[str, Any] = json.loads((installed if installed.is_file() else checkout).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EnvironmentSetupError(f"the schema {FILE} cannot be read ({error}); reinstall kinema") from error
    return content


def check(fields: Mapping[str, Any]) -> None:
    """Raises RequestError with the first fault of a job's fields, in the order of the schema."""
    order = list(cast(dict[str, Any], _validator().schema)["properties"])

    def place(error: ValidationError) -> int:
        first = next(iter(error.absolute_path), None)
        return order.index(first) if first in order else -1

    faults = sorted(_validator().iter_errors(fields), key=place)
    if faults:
        raise RequestError(_sentence(faults[0]))


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(load())


def _sentence(error: ValidationError) -> str:
    where = ".".join(str(step) for step in error.absolute_path)
    wanted, given = cast(Any, error.validator_value), repr(error.instance)[:60]
    rule = cast(dict[str, Any], error.schema)
    match error.validator:
        case "additionalProperties" if not where and isinstance(error.instance, dict):
            unknown = sorted(set(error.instance) - set(rule["properties"]))
            return f"a job has no field {unknown[0][:40]!r}; it has {', '.join(rule['properties'])}"
        case "required":
            missing = next(name for name in wanted if name not in cast(dict[str, Any], error.instance))
            if where:
                return f"{where} needs its {missing}"
            return f"{missing} is missing; it becomes the files' names"
        case "not":
            return "object and rig exclude each other; an object has its rig already"
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"{where} must be of type {' or '.join(kinds)}, not {given}"
        case "minimum" | "maximum":
            low, high = rule.get("minimum", "-"), rule.get("maximum", "-")
            return f"{where} must be a number from {low} to {high}, not {given}"
        case "enum":
            return f"{where}: {given} is unknown; use one of {', '.join(map(str, wanted))}"
        case "maxLength":
            return f"{where} has {len(cast(str, error.instance))} characters; shorten it to {wanted}"
    # The library's sentences begin with the value, which may be as long as the line.
    return f"{where}: {error.message if len(error.message) <= 160 else '...' + error.message[-100:]}"
