"""`kinema evaluate --style`: one table and contact sheets of style transfer on validation clips."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from ...checkpoints import find_pack
from ...errors import InputError, KinemaError
from ...networks.autoencoder import Autoencoder, AutoencoderConfig
from ...networks.style import StyleConfig, StyleNetwork
from ...protocol.messages import Stylize
from ...protocol.motion import Motion
from ...styling import Stylist
from ...training import pose_space
from ...training.corpus import Corpus, open_corpus
from .judge import train_judges
from .rows import FIGURES, Row, Table, Trial, travel_speed, trials
from .sheets import read_references, save_sheets, usual_clip

SPEED_CLIP = 6.0
"""Seconds of the clip that the time is taken on."""


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 done, 1 failed, 2 unusable input, with one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="kinema evaluate --style", description=__doc__)
    parser.add_argument("--set", type=Path, required=True, help="packed set with the styled source")
    parser.add_argument("--model", help="name or folder of the model pack (default: the shipped one)")
    parser.add_argument("--run", type=Path, help="run folder of kinema train style, instead of the pack's network")
    parser.add_argument("--autoencoder", type=Path, help="the auto-encoder of that run; default: the pack's")
    parser.add_argument(
        "--ablation", nargs=2, action="append", default=[], metavar=("NAME", "RUN"), help="another run to compare"
    )
    parser.add_argument("--references", type=Path, help="folder of clips from outside the set to take styles from")
    parser.add_argument("--corpus", type=Path, help="folder of the set's features; default: OUT/corpus")
    parser.add_argument("--targets", type=int, default=2, help="styles that each validation clip is put in")
    parser.add_argument("--clips", type=int, help="measure on this many of the trials, evenly picked; default all")
    parser.add_argument("--out", type=Path, default=Path("style_evaluation"))
    try:
        return _run(parser.parse_args(argv))
    except KinemaError as error:
        print(f"kinema evaluate: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1


def open_run(run: Path, autoencoder: Autoencoder, predicts_travel: bool = True) -> Stylist:
    """The style network of a run folder. Raises InputError when the folder holds none."""
    try:
        config = json.loads((run / "style.json").read_text(encoding="utf-8"))
        state = load_file(run / "style.safetensors")
    except (OSError, ValueError) as error:
        raise InputError(f"{run} holds no style network ({error}); train one with kinema train style") from None
    network = StyleNetwork(StyleConfig(**{**config, "labels": tuple(config["labels"])}))
    network.load_state_dict({name: value.float() for name, value in state.items()})
    if network.config.latent == pose_space.WIDTH:
        autoencoder = pose_space.PoseSpace(autoencoder.feature_mean, autoencoder.feature_std)
    return Stylist(network, autoencoder, predicts_travel)


def _open(options: argparse.Namespace) -> Stylist:
    if options.autoencoder:
        from ...training.style import open_autoencoder

        autoencoder = open_autoencoder(options.autoencoder)
    else:
        pack = find_pack(options.model)
        section: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in pack.section("autoencoder").items()
        }
        autoencoder = Autoencoder(AutoencoderConfig(**section))
        state = pack.load("autoencoder.safetensors")
        autoencoder.load_state_dict({name: value.float() for name, value in state.items()})
    if options.run:
        return open_run(options.run, autoencoder)
    stylist = Stylist.open(find_pack(options.model), autoencoder)
    if stylist is None:
        raise InputError("the model pack has no styles; name a run with --run")
    return stylist


def _run(options: argparse.Namespace) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    corpus = open_corpus(options.set, options.corpus or options.out / "corpus")
    stylist = _open(options)
    began = time.perf_counter()
    table = Table(corpus, train_judges(corpus, options.out), _picked(options, corpus))
    print(f"judges ready after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    rows = [table.real_row(), table.reconstructed_row(stylist), table.identity_row()]
    rows += _styled_rows(table, stylist, "")
    rows.append(table.random_row(stylist))
    references = read_references(options.references) if options.references else {}
    if references:
        rows.append(table.outside_row("references from outside", stylist, list(references.values())))
    no_predictor = Stylist(stylist.network, stylist.autoencoder, predicts_travel=False)
    rows += _styled_rows(table, no_predictor, ", no motion predictor", split=False)
    for name, run in options.ablation:
        ablated = open_run(Path(run), stylist.autoencoder)
        rows += _styled_rows(table, ablated, f", {name}", split=False)
        rows.append(table.random_row(ablated, f"random, {name}"))
    report = {
        "rows": [asdict(row) for row in rows],
        "seconds_of_6_s_clip": seconds_of_clip(stylist, usual_clip(table.corpus)),
        "walking speed": speeds(stylist, usual_clip(table.corpus)),
        "running speed": speeds(stylist, usual_clip(table.corpus, "run")),
    }
    (options.out / "style.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    text = (
        to_markdown(rows)
        + "\n"
        + skates_to_markdown(rows)
        + f"\n6 s clip: {report['seconds_of_6_s_clip']:.3f} s\n\n"
        + _speed_lines(report)
    )
    (options.out / "style.md").write_text(text, encoding="utf-8")
    print(text)
    save_sheets(stylist, corpus, options.out, references)
    return 0


def _picked(options: argparse.Namespace, corpus: Corpus) -> list[Trial]:
    """Half of the trials where clips are counted are pairs that training did not see."""
    found = trials(corpus, targets=options.targets)
    if not options.clips:
        return found
    seen, unseen = ([trial for trial in found if trial.seen is kind] for kind in (True, False))
    unseen = unseen[:: max(1, 2 * len(unseen) // options.clips)][: options.clips // 2]
    rest = options.clips - len(unseen)
    return seen[:: max(1, len(seen) // rest)][:rest] + unseen


def _styled_rows(table: Table, stylist: Stylist, suffix: str, split: bool = True) -> list[Row]:
    rows = []
    for kind, make in (("label", _by_label(stylist)), ("reference", _by_reference(stylist, table))):
        if not split:
            rows.append(table.styled_row(f"{kind}{suffix}", make, table.trials, kind == "reference"))
            continue
        for seen in (True, False):
            chosen = [trial for trial in table.trials if trial.seen is seen]
            named = f"{kind}, {'seen' if seen else 'unseen'} pairs{suffix}"
            rows.append(table.styled_row(named, make, chosen, kind == "reference"))
    return rows


def _by_label(stylist: Stylist) -> Callable[[Motion, Trial], Motion]:
    def make(clip: Motion, trial: Trial) -> Motion:
        request = Stylize("", style=trial.style)
        return stylist.stylize(clip, stylist.style(request, None), request, True)

    return make


def _by_reference(stylist: Stylist, table: Table) -> Callable[[Motion, Trial], Motion]:
    def make(clip: Motion, trial: Trial) -> Motion:
        request = Stylize("", style_clip="reference")
        style = stylist.style(request, table.motion(trial.reference))
        return stylist.stylize(clip, style, request, True)

    return make


def to_markdown(rows: list[Row]) -> str:
    """One table, each figure with half of its 95 % interval; a dash where a figure means nothing for a row."""
    lines = ["| row | clips | " + " | ".join(FIGURES.values()) + " |", "|---" * (2 + len(FIGURES)) + "|"]
    for row in rows:
        lines.append(f"| {row.name} | {row.clips} | " + " | ".join(_cell(row, key) for key in FIGURES) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: Row, key: str) -> str:
    if key not in row.figures:
        return "–"
    half = row.halves.get(key, float("nan"))
    return f"{row.figures[key]:.3f}" + (f" ± {half:.3f}" if isfinite(half) else "")


def skates_to_markdown(rows: list[Row]) -> str:
    """Foot skate by content, of rows that have any."""
    rows = [row for row in rows if row.skates]
    contents = sorted({content for row in rows for content in row.skates})
    lines = ["| foot skate | " + " | ".join(contents) + " |", "|---" * (1 + len(contents)) + "|"]
    for row in rows:
        cells = [f"{row.skates[key]:.3f}" if key in row.skates else "–" for key in contents]
        lines.append(f"| {row.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def seconds_of_clip(stylist: Stylist, clip: Motion, repeats: int = 20) -> float:
    """Least processor time for a 6-second clip by label on one thread, which is the time that it takes where nothing
    else runs: features, auto-encoder both ways, style; no clean-up."""
    from ...protocol.motion import concatenate

    frames = round(SPEED_CLIP * clip.fps)
    clip = concatenate([clip] * (1 + frames // len(clip))).crop(0, frames)
    request = Stylize("", style=stylist.labels[0])
    threads, times = torch.get_num_threads(), []
    torch.set_num_threads(1)
    for _ in range(repeats):
        began = time.process_time()
        stylist.stylize(clip, stylist.style(request, None), request, False)
        times.append(time.process_time() - began)
    torch.set_num_threads(threads)
    return min(times)


def speeds(stylist: Stylist, walk: Motion) -> dict[str, float]:
    """How fast one walk travels in every style, m/s."""
    found = {"as it was": travel_speed(walk)}
    for label in stylist.labels:
        request = Stylize("", style=label)
        found[label] = travel_speed(stylist.stylize(walk, stylist.style(request, None), request, True))
    return found


def _speed_lines(report: dict) -> str:
    return "".join(
        f"{what}, m/s: " + ", ".join(f"{k} {v:.2f}" for k, v in report[what].items()) + "\n"
        for what in ("walking speed", "running speed")
    )
