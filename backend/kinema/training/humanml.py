"""`kinema data prepare-humanml FOLDER OUT`: your own licensed motion in HumanML3D's layout, into a packed set.

    FOLDER/texts/ID.txt           lines "caption#tagged words#start#end"; seconds, both 0: the whole clip
    FOLDER/new_joint_vecs/ID.npy  (frames, 263) at 20 fps, or instead AMASS .npz files anywhere below FOLDER: ID.npz
    FOLDER/train.txt, val.txt, test.txt   IDs, one a line; without these files 5 % are held out for validation

`kinema train STAGE SHIPPED OUT RUN` then learns from both sets, `kinema train STAGE OUT RUN` from yours alone.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import formats, retarget
from ..errors import InputError, KinemaError
from ..features import layout
from ..formats import humanml
from ..protocol.motion import Motion
from . import packed
from .licences import LICENCES, Licence
from .prepare import FASTEST
from .sources import Caption, held_out

SHORTEST = 8
"""Frames at 30 fps."""


@dataclass(frozen=True)
class Entry:
    """One clip to read: its name in the layout, its motion file, its texts and its split."""

    name: str
    path: Path
    texts: Path
    split: str


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code. OUT/skipped.jsonl lists the clips that cannot be used, with the reason."""
    parser = argparse.ArgumentParser(prog="kinema data prepare-humanml", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the packed set")
    parser.add_argument("--licence", required=True, metavar="TEXT", help="the terms under which you may use this data")
    parser.add_argument("--commercial", action="store_true", help="these terms let a model be used commercially")
    parser.add_argument(
        "--share-alike", action="store_true", help="what is made from it may be published under the same terms alone"
    )
    parser.add_argument("--attribution", default="", metavar="TEXT", help="what every model made from it has to say")
    parser.add_argument("--name", help="what to call the source (default: the folder's name)")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(argv)
    name = options.name or re.sub(r"\W+", "-", options.folder.resolve().name).strip("-").lower()
    if name in LICENCES or not name:
        raise InputError(f"the source cannot be called {name!r}, whose terms are known; choose another --name")
    if not options.licence.strip():
        raise InputError("--licence is empty; state the terms under which you may use this data")
    licence = Licence(options.licence.strip(), True, options.commercial, options.attribution, options.share_alike)
    skipped: list[dict[str, str]] = []
    entries = list(_entries(options.folder, name, skipped))
    clips = list(_read_all(entries, name, licence, options.workers, skipped))
    if not clips:
        reason = f"; the first reason: {skipped[0]['id']} {skipped[0]['reason']}" if skipped else ""
        raise InputError(f"no clip of {options.folder} can be used{reason}")
    frames = packed.write(options.out, clips, {name: asdict(licence)})
    (options.out / "skipped.jsonl").write_text("".join(json.dumps(row) + "\n" for row in skipped), encoding="utf-8")
    print(f"{len(clips)} clips of {name}, {frames / layout.FPS / 3600:.2f} h, {len(skipped)} skipped")
    return 0


def _entries(folder: Path, name: str, skipped: list[dict[str, str]]) -> Iterator[Entry]:
    """Every text file with its motion. Mirrored copies (M...) are left out: training mirrors each clip itself."""
    texts = sorted((folder / "texts").glob("*.txt"))
    if not texts:
        raise InputError(f"{folder / 'texts'} holds no .txt file; FOLDER must have HumanML3D's layout (see --help)")
    motions = {path.stem: path for path in sorted(folder.rglob("*.npz"))}
    motions |= {path.stem: path for path in sorted((folder / "new_joint_vecs").glob("*.npy"))}
    splits = _splits(folder)
    for text in texts:
        split = splits.get(text.stem, "") if splits else held_out(f"{name}/{text.stem}")
        if text.stem[0] == "M" and text.stem[1:] in motions:
            reason = "a mirrored copy, which training makes itself"
        elif text.stem not in motions:
            reason = "no new_joint_vecs/ID.npy and no ID.npz"
        elif not split:
            reason = "in none of train.txt, val.txt and test.txt"
        else:
            yield Entry(text.stem, motions[text.stem], text, split)
            continue
        skipped.append({"id": text.stem, "reason": reason})


def _splits(folder: Path) -> dict[str, str]:
    """ID -> split; an ID in several files is held out the more strictly."""
    found: dict[str, str] = {}
    for split in ("train", "val", "test"):
        path = folder / f"{split}.txt"
        if path.is_file():
            found |= dict.fromkeys(path.read_text(encoding="utf-8").split(), split)
    return found


def _read_all(
    entries: list[Entry], name: str, licence: Licence, workers: int, skipped: list[dict[str, str]]
) -> Iterator[tuple[dict[str, Any], Motion]]:
    with ProcessPoolExecutor(max_workers=workers) as pool:
        for entry, result in zip(entries, pool.map(read_motion, entries, chunksize=8), strict=True):
            captions = [] if isinstance(result, str) else read_captions(entry, name, len(result) / layout.FPS)
            if isinstance(result, str) or not captions:
                reason = result if isinstance(result, str) else "no usable caption"
                skipped.append({"id": entry.name, "reason": reason})
                continue
            yield _row(entry, name, licence, captions), result


def _row(entry: Entry, name: str, licence: Licence, captions: list[Caption]) -> dict[str, Any]:
    return {
        "id": f"{name}/{entry.name}",
        "source": name,
        "split": entry.split,
        "action": "",
        "style": "",
        "keyed": False,
        "exact_feet": True,
        "licence": licence.sentence,
        "captions": packed.caption_rows(captions),
    }


def read_motion(entry: Entry) -> Motion | str:
    """The clip on the SMPL body at 30 fps, or the reason why it is left out."""
    try:
        if entry.path.suffix == ".npy":
            motion = retarget.from_positions(humanml.read_positions(entry.path), humanml.FPS)
        else:
            motion = retarget.to_smpl(formats.read_clip(entry.path))
        motion = motion.resample(layout.FPS)
    except KinemaError as error:
        return f"{type(error).__name__}: {error}"
    if len(motion) < SHORTEST:
        return f"only {len(motion)} frames at 30 fps"
    speed = np.linalg.norm(np.diff(motion.root_translation, axis=0), axis=-1).max() * layout.FPS
    return f"root jumps: {speed:.0f} m/s" if speed > FASTEST else motion


def read_captions(entry: Entry, name: str, seconds: float) -> list[Caption]:
    """The captions of a text file, each with its span inside the clip; lines of another form are left out."""
    captions = []
    for line in entry.texts.read_text(encoding="utf-8", errors="replace").splitlines():
        text, *rest = line.strip().split("#")
        try:
            start, end = (float(number) for number in rest[1:3])
        except ValueError:
            continue
        start, end = (0.0 if math.isnan(number) else number for number in (start, end))
        if start == end == 0.0:
            end = seconds
        start, end = max(start, 0.0), min(end, seconds)
        if text.strip() and end > start:
            captions.append(Caption(text.strip(), start, end, name, entry.split))
    return captions


if __name__ == "__main__":
    sys.exit(main())
