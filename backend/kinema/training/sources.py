"""Where the clips of the data bundle are, what is odd about each, and what texts belong to it.

One function a source, each yielding `SourceClip`s without reading any motion; `prepare` reads them.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import labels


@dataclass(frozen=True)
class Caption:
    """A sentence about the span [start, end] seconds of a clip; `dataset` tells its licence, `split` its use."""

    text: str
    start: float
    end: float
    dataset: str
    split: str


@dataclass(frozen=True)
class SourceClip:
    """One clip to read. `fps` of 0 means the file's own; `animation` names one of several in a glTF file."""

    id: str
    source: str
    path: Path
    captions: tuple[Caption, ...] = ()
    action: str = ""
    style: str = ""
    split: str = "train"
    fps: float = 0.0
    metres_per_unit: float | None = None
    drop_first: bool = False
    skeleton: Path | None = None
    animation: str | None = None
    keyed: bool = False
    exact_feet: bool = True


def held_out(identity: str, share: float = 0.05) -> str:
    """ "val" for a fixed pseudo-random share of identities, "train" for the rest."""
    digest = hashlib.sha256(identity.encode()).digest()
    return "val" if int.from_bytes(digest[:4], "big") / 2**32 < share else "train"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _labelled(texts: tuple[str, ...], seconds: float, split: str) -> tuple[Caption, ...]:
    return tuple(Caption(text, 0.0, seconds, "kinema", split) for text in texts)


def cmu(root: Path, captions: Path) -> Iterator[SourceClip]:
    """CMU trials with their index text and the joined captions, 2-s crops and rotation-vector files."""
    spoken: dict[str, list[Caption]] = defaultdict(list)
    with (captions / "cmu_captions.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["covered"]:
                caption = Caption(row["text"], row["file_start_s"], row["file_end_s"], row["dataset"], row["split"])
                spoken[row["file"]].append(caption)
    seen: set[str] = set()
    for row in _rows(root / "trials.csv"):
        if row["sha256"] in seen:
            continue
        seen.add(row["sha256"])
        texts = spoken[f"cmu/{row['file']}"]
        split = "val" if any(c.split == "val" and c.dataset != "BABEL" for c in texts) else "train"
        index = Caption(row["description"], 0.0, float(row["true_seconds"]), "cmu", split)
        yield SourceClip(
            id=f"cmu/{row['cmu_id']}",
            source="cmu",
            path=root / row["file"],
            captions=(*texts, *([index] if row["description"] else [])),
            split=split,
            fps=float(row["true_fps"]),
            metres_per_unit=float(row["unit_m"]) if row["skeleton"] not in ("deepmimic44",) else None,
            drop_first=row["tpose_first_row"] == "1",
            skeleton=root / "amc" / row["asf"] if row["asf"] else None,
            exact_feet=row["asf_exact"] != "no",
        )
    for row in _rows(root / "crops" / "crops.csv"):
        name = Path(row["file"]).stem
        text = _labelled((row["description"].lower(),), float(row["seconds"]), "train")
        yield SourceClip(
            f"cmu/crop_{name}", "cmu", root / row["file"], text, fps=120.0, metres_per_unit=float(row["unit_m"])
        )
    for row in _rows(root / "expmap" / "actions.csv"):
        if row["file"]:
            text = _labelled((row["action"].replace("_", " "),), float(row["seconds"]), "train")
            yield SourceClip(
                f"cmu/{Path(row['file']).stem}", "cmu", root / row["file"], text, fps=120.0, drop_first=True
            )


def bandai(root: Path, captions: Path) -> Iterator[SourceClip]:
    """Bandai-Namco's styled motion; content and style become sentences."""
    for row in _rows(root / "clips.csv"):
        identity = f"bandai/{Path(row['file']).stem}"
        split = held_out(identity)
        texts = labels.bandai_captions(row["content"], row["style"])
        yield SourceClip(
            id=identity,
            source="bandai",
            path=root / row["file"],
            captions=_labelled(texts, float(row["seconds"]), split),
            action=row["content"],
            style=row["style"],
            split=split,
            fps=30.0,
            metres_per_unit=0.01,
        )


def extra(root: Path, captions: Path) -> Iterator[SourceClip]:
    """The eleven small sources."""
    for folder in sorted(path for path in root.iterdir() if (path / "clips.csv").is_file()):
        for row in _rows(folder / "clips.csv"):
            yield _extra_clip(folder, row)


def _extra_clip(folder: Path, row: dict[str, str]) -> SourceClip:
    source, label = folder.name, row.get("label", "")
    keyed = Path(row["file"]).suffix == ".glb"
    identity = f"{source}/{Path(row['file']).stem}" + (f"/{label}" if keyed else "")
    split = held_out(identity)
    fps = float(row.get("true_fps") or row["fps"] or 0.0)
    seconds = float(row.get("true_seconds") or row["seconds"])
    if source == "hdm05":
        texts = labels.HDM05_CAPTIONS[label]
    elif keyed:
        texts = (labels.keyed_caption(label),)
    else:
        texts = (label.replace("_", " "),) if label else ()
    return SourceClip(
        id=identity,
        source=source,
        path=folder / row["file"],
        captions=_labelled(texts, seconds, split),
        action=label,
        style=label if source in ("aalto_walkstyles", "xia_test") else "",
        split=split,
        fps=fps,
        metres_per_unit=float(row["unit_m"]) if row.get("unit_m") else None,
        drop_first=source == "papagina_cmu_dance",
        skeleton=folder / row["asf"] if row.get("asf") else None,
        animation=label if keyed else None,
        keyed=keyed,
    )


SOURCES: dict[str, Callable[[Path, Path], Iterator[SourceClip]]] = {"cmu": cmu, "bandai": bandai, "extra": extra}
"""Archive name -> its clips, given the unpacked folder and the captions folder."""
