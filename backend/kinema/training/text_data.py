"""The sentences that the text tower learns from, in named groups."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from kinema.text.open_clip_import import import_open_clip
from kinema.text.tokens import tidy
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
                    captions.append(Caption(clip, text, entry["split"] == "train"))
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


def _plural(phrase: str) -> str:
    """`punches forward` -> `punch forward`."""
    verb, _, rest = phrase.partition(" ")
    return f"{verb[: -2 if verb.endswith(('ches', 'shes', 'sses')) else -1]} {rest}".strip()


def part_sentences() -> list[str]:
    """Short sentences about one body part, in the controlled language of the refiner."""
    sides, sentences = ("left ", "right "), []
    arms = (
        "waves,swings forward,swings back,swings beside the body,reaches forward,reaches up,reaches down,"
        "raises up,raises to the side,raises forward,lowers,hangs beside the body,punches forward,throws,pushes forward,"
        "pulls back,rests on the hip,bends at the elbow,stretches out,holds something,moves in a circle,waves beside the "
        "head,waves above the head,points forward,touches the head,crosses the chest,stays still,claps,pumps,salutes"
    ).split(",")
    legs = (
        "kicks forward,kicks back,kicks to the side,steps forward,steps back,steps to the side,lifts,bends at the knee,"
        "stands straight,swings forward,pushes off the ground,jumps,hops,kneels,stretches out,stays still,stands firm,"
        "crosses in front,squats,runs,walks,lands,raises the knee high,drags behind,slides"
    ).split(",")
    torso = (
        "bends forward,leans back,leans to the left,leans to the right,twists to the left,twists to the right,stays "
        "upright,turns around,bows,rises,drops down,leans forward,sways from side to side,lies on the ground,stays still"
    ).split(",")
    head = (
        "looks straight ahead,looks up,looks down,turns to the left,turns to the right,nods,shakes from side to side,"
        "tilts to the left,tilts to the right,follows the motion,stays still"
    ).split(",")
    manner = ("", " slowly", " quickly", " twice", " three times", " repeatedly")
    for names, moves in ((("arm", "hand", "elbow"), arms), (("leg", "foot", "knee"), legs)):
        for side, name, move, how in product(sides, names, moves, manner):
            sentences.append(f"the {side}{name} {move}{how}")
        for name, move in product(names, moves):
            plural = {"foot": "feet"}.get(name, name + "s")
            sentences.append(f"both {plural} {_plural(move)}")
    for name, moves in ((("torso", "upper body"), torso), (("head",), head), (("spine", "hips", "pelvis"), torso)):
        sentences += [f"the {part} {move}{how}" for part, move, how in product(name, moves, manner)]
    return list(dict.fromkeys(sentences))


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


def training_groups(captions: Path, trials: Path, bandai: Path, parts: Iterable[str]) -> dict[str, list[str]]:
    """Sentences by group. `parts` are the refiner's own sentences; validation captions are left out everywhere."""
    everything = read_captions(captions)
    forbidden = {c.text for c in held_out(everything)} | {mirror(c.text) for c in held_out(everything)}
    plain = list(dict.fromkeys(c.text for c in everything if c.train))
    words = vocabulary_words()
    groups = {
        "captions": plain,
        "mirrored": [mirror(text) for text in plain if mirror(text) != text],
        "variants": list(_variants(plain)),
        "labels": trial_descriptions(trials) + bandai_labels(bandai),
        "parts": list(dict.fromkeys([*part_sentences(), *map(tidy, parts)])),
        "words": words,
        "framed": [f"a person is {word}" for word in words],
    }
    return {name: [text for text in texts if text not in forbidden] for name, texts in groups.items()}
