"""The rows of the style table: real clips, the same clips untouched, and styled by label, reference and surprise."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from ... import cleanup
from ...features import encoding, layout
from ...geometry import angle_between, heading_angle, yaw_quaternion
from ...protocol import quaternion
from ...protocol.messages import Stylize
from ...protocol.motion import Motion
from ...protocol.smpl import SMPL_BODY
from ...styling import Stylist
from ...stylization.parts import JOINTS
from ...training.corpus import Corpus, Item
from ...training.style_data import HELD_OUT, content_of
from ..physical import foot_skate
from .intervals import bootstrap_interval, mean_interval, share_interval
from .judge import MAIN_SET, Judges, data_set, styled

RANDOM_TAKES = 8


@dataclass(frozen=True, eq=False)
class Trial:
    """One transfer: a validation clip, the style it shall take, a reference clip that shows that style."""

    item: Item
    style: str
    reference: Item

    @property
    def seen(self) -> bool:
        """Whether training saw the content in that style."""
        return (content_of(self.item), self.style) not in HELD_OUT


@dataclass(frozen=True)
class Row:
    """Figures of one row, see `FIGURES` for their words; `halves`: half of their 95 % intervals, over content clips;
    `skates`: foot skate by content."""

    name: str
    clips: int
    figures: dict[str, float] = field(default_factory=dict)
    halves: dict[str, float] = field(default_factory=dict)
    skates: dict[str, float] = field(default_factory=dict)


FIGURES = {
    "style": "style accuracy",
    "content": "content accuracy",
    "fid": "style FID",
    "pose": "pose distance (rad)",
    "skate": "foot skate",
    "speed": "speed (m/s)",
    "diversity": "diversity",
    "posture": "posture taken",
    "seconds": "CPU s a clip",
}


def trials(corpus: Corpus, main_set: str = MAIN_SET, targets: int = 3) -> list[Trial]:
    """`targets` other styles for each validation clip of a data set, and for each held-out pair every clip of its
    content; references are validation clips of another content, where there is one."""
    rng = np.random.default_rng(0)
    items = [item for item in styled(corpus, "val", mirrored=False) if data_set(item) == main_set]
    styles = sorted({item.clip.style for item in items})
    wanted = []
    for item in items:
        others = [style for style in styles if style != item.clip.style]
        unseen = [style for content, style in HELD_OUT if content == content_of(item) and style != item.clip.style]
        drawn = [str(style) for style in rng.permutation(others)[:targets]]
        wanted += [(item, style) for style in dict.fromkeys([*unseen, *drawn])]
    found = []
    for item, style in wanted:
        showing = [other for other in items if other.clip.style == style and other.frames >= layout.FPS]
        apart = [other for other in showing if content_of(other) != content_of(item)]
        choice = apart or showing
        found.append(Trial(item, style, choice[int(rng.integers(len(choice)))]))
    return found


class Table:
    """Measures rows over the same trials with the same judges."""

    def __init__(self, corpus: Corpus, judges: Judges, chosen: Sequence[Trial]) -> None:
        self.corpus, self.judges, self.trials = corpus, judges, chosen
        real = styled(corpus, "train", mirrored=False)
        mine = [item for item in real if data_set(item) == data_set(chosen[0].item)][::3]
        embeddings = judges.judge([corpus.view(i) for i in mine], [data_set(i) for i in mine]).embeddings
        shown = np.array([item.clip.style for item in mine])
        self.real = {str(style): embeddings[shown == style] for style in set(shown)}

    def motion(self, item: Item) -> Motion:
        """A clip's motion as its features say it."""
        return encoding.decode(np.array(self.corpus.view(item), dtype=np.float64))

    def real_row(self) -> Row:
        """Validation clips judged by their own labels."""
        items = list({id(trial.item): trial.item for trial in self.trials}.values())
        styles = [item.clip.style for item in items]
        return self._row("ground truth", items, styles, [self.motion(item) for item in items])

    def reconstructed_row(self, stylist: Stylist) -> Row:
        """Validation clips through the auto-encoder and the clean-up, judged by their own labels."""
        items = list({id(trial.item): trial.item for trial in self.trials}.values())
        made = []
        for item in items:
            features = np.array(self.corpus.view(item))
            latents = stylist.encode(torch.from_numpy(features))
            decoded = stylist.decode(latents[None])[0, : len(features)].numpy()
            made.append(cleanup.clean(encoding.decode(decoded), decoded[:, layout.CONTACTS]))
        return self._row("auto-encoder alone", items, [item.clip.style for item in items], made)

    def identity_row(self) -> Row:
        """No transfer: the clip as it is, judged by the style that it should have taken."""
        items = [trial.item for trial in self.trials]
        return self._row("identity", items, [t.style for t in self.trials], [self.motion(item) for item in items])

    def styled_row(
        self, name: str, make: Callable[[Motion, Trial], Motion], chosen: Sequence[Trial], referred: bool = False
    ) -> Row:
        """Trials carried out by `make`; `referred`: their references are what was taken, not the label alone."""
        began = time.process_time()
        made = [make(self.motion(trial.item), trial) for trial in chosen]
        seconds = (time.process_time() - began) / max(1, len(chosen))
        items = [trial.item for trial in chosen]
        row = self._row(name, items, [trial.style for trial in chosen], made)
        row.figures["seconds"] = seconds
        if referred:
            self._add_posture(row, items, made, [self.motion(trial.reference) for trial in chosen])
        return row

    def outside_row(self, name: str, stylist: Stylist, references: Sequence[Motion]) -> Row:
        """Every content of the main data set done as usual, in the style of each reference that no judge knows."""
        real = [i for i in styled(self.corpus, "val", mirrored=False) if data_set(i) == data_set(self.trials[0].item)]
        usual = {content_of(item): item for item in real if item.clip.style == "normal"}
        pairs = [(item, reference) for item in usual.values() for reference in references]
        request = Stylize("", style_clip="reference")
        made = [
            stylist.stylize(self.motion(item), stylist.style(request, reference), request, True)
            for item, reference in pairs
        ]
        items = [item for item, _ in pairs]
        row = self._row(name, items, ["" for _ in pairs], made)
        self._add_posture(row, items, made, [reference for _, reference in pairs])
        del row.figures["style"]
        return row

    def _add_posture(
        self, row: Row, items: Sequence[Item], made: Sequence[Motion], references: Sequence[Motion]
    ) -> None:
        if items:
            taken = [posture_taken(self.motion(i), m, r) for i, m, r in zip(items, made, references, strict=True)]
            row.figures["posture"], row.halves["posture"] = mean_interval(taken, [item.start for item in items])

    def random_row(self, stylist: Stylist, name: str = "random", clips: int = 12) -> Row:
        """Random styles on a few clips: do they differ, and is the content still there?"""
        items = list({id(trial.item): trial.item for trial in self.trials}.values())
        chosen = items[:: max(1, len(items) // clips)][:clips]
        made = []
        for item in chosen:
            clip = self.motion(item)
            for seed in range(1, RANDOM_TAKES + 1):
                request = Stylize("", style="random", style_seed=seed)
                made.append(stylist.stylize(clip, stylist.style(request, None), request, True))
        repeated = [item for item in chosen for _ in range(RANDOM_TAKES)]
        row = self._row(name, repeated, ["" for _ in repeated], made)
        verdicts = self.judges.judge([encoding.encode(m) for m in made], [data_set(i) for i in repeated])
        takes = verdicts.embeddings.reshape(len(chosen), RANDOM_TAKES, -1)
        apart = np.linalg.norm(takes[:, :, None] - takes[:, None], axis=-1).sum(axis=(1, 2))
        apart = apart / (RANDOM_TAKES * (RANDOM_TAKES - 1))
        row.figures["diversity"], row.halves["diversity"] = mean_interval(apart, range(len(chosen)))
        del row.figures["style"]
        return row

    def _row(self, name: str, items: Sequence[Item], styles: Sequence[str], made: Sequence[Motion]) -> Row:
        if not items:
            return Row(name, 0)
        verdicts = self.judges.judge([encoding.encode(motion) for motion in made], [data_set(item) for item in items])
        contents = [content_of(item) for item in items]
        groups = [item.start for item in items]
        frames = [len(motion) for motion in made]
        skates = [foot_skate(motion) for motion in made]
        found = {
            "style": share_interval([a == b for a, b in zip(verdicts.styles, styles, strict=True)], groups),
            "content": share_interval([a == b for a, b in zip(verdicts.contents, contents, strict=True)], groups),
            "pose": mean_interval([self._away(item, m) for item, m in zip(items, made, strict=True)], groups),
            "skate": mean_interval(skates, groups, frames),
            "speed": mean_interval([travel_speed(motion) for motion in made], groups),
        }
        if any(styles):
            shown = np.array(styles)
            found["fid"] = bootstrap_interval(lambda r: self._style_fid(verdicts.embeddings[r], shown[r]), groups)
        row = Row(name, len(items))
        for key, (figure, half) in found.items():
            row.figures[key], row.halves[key] = figure, half
        for content in sorted(set(contents)):
            of = np.array([name == content for name in contents])
            row.skates[content] = float(np.average(np.array(skates)[of], weights=np.array(frames)[of]))
        told = ", ".join(f"{FIGURES[key]} {figure:.3f}" for key, figure in row.figures.items())
        print(f"{name}, {len(items)} clips: {told}", file=sys.stderr, flush=True)
        return row

    def _style_fid(self, embeddings: np.ndarray, styles: np.ndarray) -> float:
        """Mean over the asked styles of the distance to real clips of the style; NaN for too few clips."""
        found = [frechet(self.real[style], embeddings[styles == style]) for style in set(styles)]
        found = [distance for distance in found if np.isfinite(distance)]
        return float(np.mean(found)) if found else float("nan")

    def _away(self, item: Item, made: Motion) -> float:
        own = self.motion(item).rotations[:, 1:]
        return float(angle_between(own, made.rotations[:, 1:]).mean())


def posture_taken(clip: Motion, made: Motion, reference: Motion) -> float:
    """How far the mean posture of the upper body went from the clip's towards the reference's: 0 not, 1 all the way."""
    before, after, wanted = (_posture(motion) for motion in (clip, made, reference))
    way = wanted - before
    return float((after - before) @ way / max(way @ way, 1e-12))


def _posture(motion: Motion) -> np.ndarray:
    """(3 U,) mean places of the upper body's joints about the pelvis, in the heading frame."""
    upper = [SMPL_BODY.index(joint) for part in ("torso", "head", "left_arm", "right_arm") for joint in JOINTS[part]]
    places = motion.positions()[:, upper] - motion.root_translation[:, None]
    facing = yaw_quaternion(heading_angle(motion.rotations[:, 0]))
    return quaternion.rotate(quaternion.conjugate(facing)[:, None], places).mean(axis=0).ravel()


def travel_speed(motion: Motion) -> float:
    """Mean horizontal speed of the root, m/s."""
    if len(motion) < 2:
        return 0.0
    step = np.diff(motion.root_translation[:, [0, 2]], axis=0)
    return float(np.linalg.norm(step, axis=1).mean() * motion.fps)


def frechet(first: np.ndarray, second: np.ndarray) -> float:
    """Fréchet distance between Gaussians of independent dimensions fitted to two sets (N, D): |m - m'|^2 + |s - s'|^2.

    Independent, because a style has fewer clips than a full covariance needs. NaN where a set has one member.
    """
    if min(len(first), len(second)) < 2:
        return float("nan")
    away = first.mean(axis=0) - second.mean(axis=0)
    wider = first.std(axis=0, ddof=1) - second.std(axis=0, ddof=1)
    return float(away @ away + wider @ wider)
