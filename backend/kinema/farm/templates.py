"""The farm's templates out of an installed Kinema: `python -m kinema.farm.templates FOLDER` copies them there.

flamenco/kinema_shots.js goes into the `scripts` folder of a Flamenco Manager, openjd/template.yaml to any scheduler of
Open Job Description, such as `openjd run`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .. import shipped
from ..errors import KinemaError
from ..faults import explain


def copy(target: Path) -> list[Path]:
    """Copy every template into `target`, which is made; returns the files. Raises EnvironmentSetupError or OSError."""
    source = shipped.folder("farm")
    made = []
    for path in sorted(source.rglob("*.*")):
        there = target / path.relative_to(source)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, there)
        made.append(there)
    return made


def main(words: list[str]) -> int:
    if len(words) != 1 or words[0].startswith("-"):
        print("usage: python -m kinema.farm.templates FOLDER", file=sys.stderr)
        return 2
    try:
        print(*copy(Path(words[0])), sep="\n")
    except (KinemaError, OSError) as error:
        print(f"kinema: {explain(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
