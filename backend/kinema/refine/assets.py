"""Finds and reads the lexicon's JSON tables, in a source checkout and in an installed wheel."""

from __future__ import annotations

import json
from typing import Any

from .. import shipped
from ..errors import EnvironmentSetupError


def load_json(name: str) -> dict[str, Any]:
    """The JSON object in the lexicon file `name`. Raises EnvironmentSetupError when it is missing or damaged."""
    source = shipped.folder("lexicon") / name
    try:
        table = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EnvironmentSetupError(f"lexicon table {name} cannot be read ({error}); reinstall kinema") from error
    if not isinstance(table, dict):
        raise EnvironmentSetupError(f"lexicon table {name} is not a JSON object; reinstall kinema")
    return table
