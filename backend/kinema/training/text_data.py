"""The sentences that the text tower learns from, in named groups."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kinema.protocol.messages import PARTS
from kinema.refine import language
from kinema.text.open_clip_import import import_open_clip
from kinema.text.tokens import tidy
from kinema.training.licences import EVERYTHING, Licence, Selection, licence_of
from kinema.training.text_attributes import mirror

CAPTION_FILES = ("captions.jsonl", "kitml.jsonl", "babel_val.jsonl")
_SUBJECT = re.compile(
    r"^(?:a |the |this |an )?(?:person|man|woman|human|figure|guy|someone|individual|character|he|she) (?:is |are )?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Caption:
    """One sentence about one clip."""

    clip: str
    text: str
    train: bool
    dataset: str


def read_captions(folder: Path) -> list[Caption]:
    """All captions of the data folder's `captions/`; `train` is False for validation splits."""
    captions = []
    for name in CAPTION_FILES:
        with (folder / name).open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                text = tidy(entry["text"])
                if text:
                    clip = f"{entry['dataset']}/{entry['id']}/{entry['start_s']}"
                    captions.append(Caption(clip, text, entry["split"] == "train", entry["dataset"]))
    return captions


def held_out(captions: Iterable[Caption]) -> list[Caption]:
    """Validation captions whose sentence no training clip has."""
    captions = list(captions)
    seen = {caption.text for caption in captions if caption.train}
    return [caption for caption in captions if not caption.train and caption.text not in seen]


def trial_descriptions(table: Path) -> list[str]:
    """The CMU index: descriptions, and their comma separated pieces."""
    texts: list[str] = []
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts.append(tidy(row["description"]))
            texts += [tidy(piece) for piece in re.split(r"[,;-]\s", row["description"])]
    return [text for text in dict.fromkeys(texts) if text]


def bandai_labels(table: Path) -> list[str]:
    """Content and style labels of the Bandai-Namco clips as phrases."""
    texts: list[str] = []
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            content, style = row["content"].replace("-", " "), row["style"].replace("-", " ")
            texts += [
                content,
                style,
                f"{content} in a {style} way",
                f"a person does a {content}",
                f"a {style} person does a {content}",
                f"{style} {content}",
            ]
    return list(dict.fromkeys(texts))


def part_sentences(seed: int = 0, spread: int = 6) -> list[str]:
    """Sentences of the refiner's part language, one body part each.

    Every verb of every part with `spread` random fillings of the other slots, paraphrases of them, two actions at once
    and one after another, and every part at rest.
    """
    draw = random.Random(seed)
    sentences: list[str] = []
    for part in PARTS:
        words = language.vocabulary_of(part)
        slots = [name for name in words if name != "verb"]
        weights = [3 if name in ("direction", "target") else 1 for name in slots]
        actions = []
        for verb in words["verb"]:
            actions.append(language.PartAction(part, verb))
            for _ in range(spread):
                chosen = set(draw.choices(slots, weights, k=draw.randint(1, 3)))
                actions.append(
                    replace(actions[-1], verb=verb, **{n: draw.choice(words[n]) if n in chosen else "" for n in slots})
                )
        sentences += [language.sentence(language.rest(part, posture)) for posture in language.POSTURES]
        for action in actions:
            other, third = draw.sample(actions, 2)
            sentences += language.paraphrases(action, 2, draw)
            sentences.append(
                language.script(draw.choice([[[action, other]], [[action], [other]], [[action, other], [third]]]))
            )
    return list(dict.fromkeys(sentences))


_ACTS = """
    walks forward, walks backward, walks in a circle, runs, jogs in place, jumps, hops on one foot, steps to the
    left, steps to the right, turns around, turns to the left, turns to the right, kicks with the right leg, kicks
    with the left leg, punches, waves the right hand, waves the left hand, claps, raises both arms, lowers the
    arms, raises the left arm, raises the right arm, bends down, bows, squats, kneels, sits down, stands up, lies
    down, crawls, throws a ball, catches a ball, picks something up, puts something down, pushes, pulls, spins,
    dances, stretches, looks left, looks right, stops, falls, rolls, reaches forward, leans back, swings the arms,
    stumbles, limps, crosses the arms, points, salutes, nods, shakes the head
"""


def ordered_sentences(seed: int = 0, pairs: int = 1500) -> list[str]:
    """One act after another, always beside the same acts in the other order: only the order tells them apart."""
    draw = random.Random(seed)
    frames = ("{}{}, then {}", "{}{} then {}", "{}{} and then {}", "{}{} before {}", "{}{}, and finally {}")
    acts = [" ".join(act.split()) for act in _ACTS.split(",")]
    subjects = ("a person ", "a man ", "someone ", "the person ", "")
    sentences: list[str] = []
    for _ in range(pairs):
        frame, subject, (first, second) = draw.choice(frames), draw.choice(subjects), draw.sample(acts, 2)
        if not subject:
            first, second = _imperative(first), _imperative(second)
        sentences += [frame.format(subject, first, second), frame.format(subject, second, first)]
    return list(dict.fromkeys(sentences))


def _imperative(phrase: str) -> str:
    """`punches forward` -> `punch forward`."""
    verb, _, rest = phrase.partition(" ")
    return f"{verb[: -2 if verb.endswith(('ches', 'shes', 'sses')) else -1]} {rest}".strip()


def vocabulary_words() -> list[str]:
    """Whole words of CLIP's byte pair vocabulary, ASCII letters only."""
    encoder: dict[str, int] = import_open_clip().tokenizer.SimpleTokenizer().encoder
    words = [token[:-4] for token in encoder if token.endswith("</w>")]
    return [word for word in words if word.isascii() and word.isalpha() and len(word) > 1]


def _variants(texts: Iterable[str]) -> Iterator[str]:
    """What users type instead of a caption: no subject, another subject."""
    for number, text in enumerate(texts):
        rest = _SUBJECT.sub("", text)
        if rest != text and number % 3 == 0:
            yield rest
        elif rest != text and number % 3 == 1:
            yield f"{('someone', 'the character', 'a woman', 'a man', 'he')[number % 5]} {rest}"


def training_groups(
    captions: Path,
    trials: Path,
    bandai: Path,
    parts: Iterable[str],
    made: Iterable[str] = (),
    selection: Selection = EVERYTHING,
) -> tuple[dict[str, list[str]], dict[str, Licence]]:
    """Sentences by group, of admitted sources alone, and the terms of the sources used. Groups may be empty.

    `parts` are the refiner's own sentences, `made` captions of motion that we make; validation captions are left out
    everywhere.
    """
    everything = read_captions(captions)
    forbidden = {c.text for c in held_out(everything)} | {mirror(c.text) for c in held_out(everything)}
    used: dict[str, Licence] = {}

    def admitted(source: str) -> bool:
        licence = licence_of(source, {})
        if selection.admits(source, licence):
            used[source] = licence
        return source in used

    told = [c.text for c in everything if c.train and admitted(c.dataset)]
    plain = list(dict.fromkeys([*told, *map(tidy, made)]))
    labels = trial_descriptions(trials) if admitted("cmu") else []
    labels += bandai_labels(bandai) if admitted("bandai") else []
    words = vocabulary_words() if admitted("CLIP vocabulary") else []
    groups = {
        "captions": plain,
        "mirrored": [mirror(text) for text in plain if mirror(text) != text],
        "variants": list(_variants(plain)),
        "labels": labels,
        "parts": list(dict.fromkeys([*part_sentences(), *map(tidy, parts)])),
        "ordered": ordered_sentences(),
        "words": words,
        "framed": [f"a person is {word}" for word in words],
    }
    return {name: [text for text in texts if text not in forbidden] for name, texts in groups.items()}, used
