"""`kinema evaluate --edit`: in-betweening, body parts and paths in one table, with a contact sheet."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..checkpoints import find_pack
from ..errors import InputError, KinemaError
from ..matching.judge import Judge
from ..pipeline import Pipeline
from ..training.packed import PackedSet
from . import contact_sheet, editing

WHAT = ("between", "parts", "paths")


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    p = argparse.ArgumentParser(prog="kinema evaluate --edit", description=__doc__)
    p.add_argument("--set", type=Path, required=True, help="packed set of real clips")
    p.add_argument("--model", help="name or folder of the model pack (default: the shipped one)")
    p.add_argument("--judge", help="name or folder of the evaluator's pack (default: the shipped one)")
    p.add_argument("--clips", type=int, default=0, metavar="N", help="validation clips at most (default: all)")
    p.add_argument("--what", action="append", choices=WHAT, help="this part alone; repeatable (default: all)")
    p.add_argument("--steps", type=int, help="sampling steps (default: the pack's)")
    p.add_argument("--out", type=Path, default=Path("evaluation"), help="folder for editing.md, .json and .png")
    p.add_argument("--device", default="auto")
    return p


def main(argv: list[str]) -> int:
    """Run the command; 0 done, 1 failed, 2 unusable input, with one sentence on stderr."""
    try:
        return _run(parser().parse_args(argv))
    except KinemaError as error:
        print(f"kinema evaluate: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1


def _run(arguments: argparse.Namespace) -> int:
    if arguments.clips < 0:
        raise InputError("--clips must be at least 1")
    pack = find_pack(arguments.model)
    task = editing.Task.of(
        Pipeline.open(pack, arguments.device),
        Judge.open(arguments.judge),
        PackedSet(arguments.set),
        arguments.clips,
        arguments.steps,
        lambda line: print(line, file=sys.stderr, flush=True),
    )
    made = {
        "between": ("In-betweening", editing.in_betweening),
        "parts": ("Body parts (holds: the changed clip shows the prompt)", editing.part_editing),
        "paths": ("Paths", editing.path_following),
    }
    tables, sheet = {}, []
    for name in arguments.what or WHAT:
        title, measure = made[name]
        tables[title], shown = measure(task)
        sheet += shown
    arguments.out.mkdir(parents=True, exist_ok=True)
    text = f"# Editing by {pack.name} {pack.version} ({pack.sha256[:8]}), {len(task.clips)} validation clips\n"
    text += "".join(f"\n## {title}\n\n{table(rows)}" for title, rows in tables.items())
    (arguments.out / "editing.md").write_text(text, encoding="utf-8")
    (arguments.out / "editing.json").write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    contact_sheet.save(sheet, arguments.out / "editing.png")
    print(text)
    return 0


def table(rows: dict[str, editing.Row]) -> str:
    """Markdown; a figure that a row does not have is a dash."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{row[c]:.3g}" if c in row else "-" for c in columns) + " |")
    return "\n".join(lines) + "\n"
