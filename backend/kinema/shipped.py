"""Where what is shipped beside the code lies: kinema/assets in an installed wheel, assets/ of a source checkout."""

from __future__ import annotations

from pathlib import Path

from .errors import EnvironmentSetupError

_PACKAGE = Path(__file__).resolve().parent
PLACES = (_PACKAGE / "assets", _PACKAGE.parents[1] / "assets")
"""An installed wheel's and a checkout's; the first that is there is read."""


def folder(name: str) -> Path:
    """The shipped folder `name`: farm, lexicon, manual, models or schemas.

    Raises EnvironmentSetupError when it is missing.
    """
    for place in PLACES:
        if (place / name).is_dir():
            return place / name
    raise EnvironmentSetupError(f"Kinema's own folder assets/{name} is missing; reinstall kinema")
