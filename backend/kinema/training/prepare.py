"""`kinema data prepare SOURCE OUT`: every clip of the data bundle, retargeted to SMPL, into one packed set."""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .. import formats, retarget
from ..errors import InputError, KinemaError
from ..features import layout
from ..formats import amc, bvh, deepmimic, expmap, gltf
from ..protocol.motion import Motion
from . import packed
from .licences import LICENCES
from .sources import SOURCES, SourceClip

FASTEST = 14.0
"""A root that moves faster than this, metres a second, is a broken file (a sprinter reaches 12)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code. OUT/skipped.jsonl lists the clips that cannot be used, with the reason."""
    parser = argparse.ArgumentParser(prog="kinema data prepare", description=__doc__)
    parser.add_argument("source", type=Path, help="the data bundle: archives or their unpacked folders, and captions/")
    parser.add_argument("out", type=Path, help="folder of the packed set")
    parser.add_argument("--unpacked", type=Path, help="where archives are (to be) unpacked; default OUT/unpacked")
    parser.add_argument("--only", choices=sorted(SOURCES), action="append", help="prepare these archives only")
    parser.add_argument("--shippable", action="store_true", help="leave out sources that no shipped weights may use")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(argv)
    try:
        clips = list(_list_clips(options.source, options.unpacked or options.out / "unpacked", options.only))
    except (KinemaError, OSError) as error:
        print(f"kinema data prepare: {error}", file=sys.stderr)
        return 2
    if options.shippable:
        clips = [clip for clip in clips if LICENCES[clip.source].shippable]
    skipped: list[dict[str, str]] = []
    frames = packed.write(options.out, _read_all(clips, options.workers, skipped), _licence_rows())
    (options.out / "skipped.jsonl").write_text("".join(json.dumps(row) + "\n" for row in skipped), encoding="utf-8")
    reasons = Counter(row["reason"].split(":")[0][:80] for row in skipped)
    print(f"{len(clips) - len(skipped)} clips, {frames / layout.FPS / 3600:.2f} h, {len(skipped)} skipped")
    for reason, count in reasons.most_common(12):
        print(f"  {count:4d}  {reason}")
    return 0


def _list_clips(source: Path, unpacked: Path, only: Sequence[str] | None) -> Iterator[SourceClip]:
    captions = source / "captions"
    if not captions.is_dir():
        raise InputError(f"{captions} is missing; SOURCE must be the data bundle with its captions folder")
    for name, listing in SOURCES.items():
        if not only or name in only:
            yield from listing(_unpack(source, unpacked, name), captions)


def _unpack(source: Path, unpacked: Path, name: str) -> Path:
    for folder in (source / name, unpacked / name):
        if folder.is_dir():
            return folder
    archive = source / f"{name}.tar.xz"
    if not archive.is_file():
        raise InputError(f"neither {source / name} nor {archive} exists; put the archive there")
    unpacked.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    return unpacked / name


def _read_all(
    clips: list[SourceClip], workers: int, skipped: list[dict[str, str]]
) -> Iterator[tuple[dict[str, Any], Motion]]:
    with ProcessPoolExecutor(max_workers=workers) as pool:
        for number, (clip, result) in enumerate(zip(clips, pool.map(_prepare, clips, chunksize=8), strict=True)):
            if isinstance(result, str):
                skipped.append({"id": clip.id, "reason": result})
                continue
            if number % 250 == 0:
                print(f"{number}/{len(clips)} {clip.id}", file=sys.stderr, flush=True)
            yield _row(clip), result


def _row(clip: SourceClip) -> dict[str, Any]:
    row = {key: getattr(clip, key) for key in ("id", "source", "split", "action", "style", "keyed", "exact_feet")}
    return {**row, "licence": LICENCES[clip.source].sentence, "captions": packed.caption_rows(clip.captions)}


def _prepare(clip: SourceClip) -> Motion | str:
    """The clip on the SMPL body at 30 fps, or the reason why it is left out."""
    try:
        motion = read(clip)
        if len(motion) < 8:
            return f"only {len(motion)} frames"
        result = retarget.to_smpl(motion).resample(layout.FPS)
    except KinemaError as error:
        return f"{type(error).__name__}: {error}"
    if len(result) < 8:
        return f"only {len(result)} frames at 30 fps"
    speed = np.linalg.norm(np.diff(result.root_translation, axis=0), axis=-1).max() * layout.FPS
    return f"root jumps: {speed:.0f} m/s" if speed > FASTEST else result


def read(clip: SourceClip) -> Motion:
    """The clip on its own skeleton with its true frame rate, T-pose row dropped."""
    motion = _read_file(clip)
    if clip.drop_first:
        motion = motion.crop(1, len(motion))
    return replace(motion, fps=clip.fps) if clip.fps else motion


def _read_file(clip: SourceClip) -> Motion:
    if clip.animation is not None:
        return _animations(clip.path)[clip.animation]
    if clip.path.suffix == ".amc":
        return amc.read(clip.path, clip.skeleton)
    if clip.path.suffix == ".bvh":
        return bvh.read(clip.path, metres_per_unit=clip.metres_per_unit)
    if clip.path.parent.name == "deepmimic":
        return deepmimic.read(clip.path)
    if clip.path.suffix == ".txt":
        return expmap.read(clip.path, next(p for p in clip.path.parents if p.name == "expmap") / "skeleton.json")
    return formats.read_clip(clip.path)


@lru_cache(maxsize=2)
def _animations(path: Path) -> dict[str, Motion]:
    return gltf.read_all(path)


def _licence_rows() -> dict[str, Any]:
    return {name: asdict(licence) for name, licence in LICENCES.items()}


if __name__ == "__main__":
    raise SystemExit(main())
