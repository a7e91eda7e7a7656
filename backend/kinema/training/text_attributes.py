"""What a motion caption says, as named yes/no attributes found by rules.

A sentence encoder trained on web text gives "raises the left arm" and "raises the right arm" nearly one embedding
(so too forward and backward, counts, body parts, order). A motion model must tell them apart, therefore the text tower
also learns these attributes, whose truth is known exactly from the words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

UPPER = r"(?:hand|arm|elbow|wrist|fist|shoulder|palm|finger|forearm|thumb)s?"
LOWER = r"(?:leg|foot|feet|knee|ankle|heel|toe|thigh|shin)s?"
_OWN = r"(?:the |his |her |their |its |your |my |one's )?"
_TO = r"\b(?:to|towards?|turns?|turning|steps?|stepping|walks?|walking|leans?|leaning|moves?|moving|looks?|looking) "


def _toward(side: str) -> str:
    return rf"{_TO}{_OWN}{side}\b(?!(?: \w+)? (?:{UPPER}|{LOWER})\b)|\b{side}wards?\b"


PATTERNS: dict[str, str] = {
    "left": r"\bleft",
    "right": r"\bright",
    "both": r"\bboth\b|\btwo (?:hands|arms|feet|legs)\b|\beach (?:hand|arm|foot|leg)\b|\bleft and right\b",
    "left upper": rf"\bleft (?:\w+ )?{UPPER}\b",
    "right upper": rf"\bright (?:\w+ )?{UPPER}\b",
    "left lower": rf"\bleft (?:\w+ )?{LOWER}\b",
    "right lower": rf"\bright (?:\w+ )?{LOWER}\b",
    "toward left": _toward("left"),
    "toward right": _toward("right"),
    "left before right": r"\bleft\b.*\bright\b",
    "right before left": r"\bright\b.*\bleft\b",
    "forward": r"\bforwards?\b|\bahead\b|\bto the front\b|\bin front\b",
    "backward": r"\bbackwards?\b|\bback\b(?! and forth)",
    "sideways": r"\bsideways?\b|\bside(?:-| )?step\w*|\blaterally\b|\bto the side\b|\bsidewards?\b",
    "back and forth": r"\bback and forth\b|\bside to side\b|\bto and fro\b",
    "up": r"\bup(?:wards?|stairs)?\b|\babove\b|\boverhead\b|\brais\w+|\blift\w*",
    "down": r"\bdown(?:wards?|stairs)?\b|\blower(?:s|ed|ing)?\b|\bbelow\b",
    "circle": r"\bcirc(?:le|les|ling|ular|ularly)\b|\baround and around\b|\bring\b",
    "turn": r"\bturn\w*|\brotat\w+|\bspin\w*|\bpivot\w*|\btwirl\w*",
    "around": r"\baround\b",
    "counterclockwise": r"\b(?:counter|anti)[- ]?clockwise\b",
    "clockwise": r"(?<!counter)(?<!counter[- ])(?<!anti)(?<!anti[- ])\bclockwise\b",
    "straight": r"\bstraight\b",
    "diagonal": r"\bdiagonal\w*|\bzig-?zag\w*",
    "one": r"\bone\b|\bonce\b|\bsingle\b",
    "two": r"\btwo\b|\btwice\b|\bcouple\b|\b2\b",
    "three": r"\bthree\b|\bthrice\b|\b3\b",
    "four or more": r"\bfour\b|\bfive\b|\bsix\b|\bseven\b|\beight\b|\bnine\b|\bten\b|\b(?:[4-9]|\d\d+)\b",
    "repeated": r"\brepeat\w*|\bagain\b|\bmultiple\b|\bseveral\b|\bmany times\b|\bfew times\b|\bcontinu\w+|\bkeeps?\b",
    "slow": r"\bslow\w*|\bgent(?:le|ly)\b|\bcalm\w*|\bcareful\w*",
    "fast": r"\bfast\w*|\bquick\w*|\brapid\w*|\bsudden\w*|\bbrisk\w*|\bhurr\w+|\bspeed\w*",
    "hand": r"\bhands?\b|\bfists?\b|\bpalms?\b|\bfingers?\b|\bwrists?\b",
    "arm": r"\barms?\b|\bforearms?\b",
    "elbow": r"\belbows?\b",
    "shoulder": r"\bshoulders?\b",
    "leg": r"\blegs?\b|\bthighs?\b",
    "foot": r"\bfoot\b|\bfeet\b|\bheels?\b|\btoes?\b",
    "knee": r"\bknees?\b",
    "head": r"\bheads?\b|\bface\b|\bneck\b|\bchin\b",
    "torso": r"\btorso\b|\bbody\b|\bchest\b|\bwaist\b|\bspine\b|\bupper body\b|\bback\b(?= (?:bends|leans|is))",
    "hip": r"\bhips?\b|\bpelvis\b|\bwaist\b",
    "negation": r"\bnot\b|\bn't\b|\bwithout\b|\bno\b|\bnever\b|\bdoes ?n[o']?t\b|\bstill\b|\bstays?\b",
    "then": r"\bthen\b|\bafterwards?\b|\bafter that\b|\bfollowed by\b|\bfinally\b|\bbefore\b|\bnext,",
    "while": r"\bwhile\b|\bas (?:he|she|they|it|if)\b|\bsimultaneously\b|\bat the same time\b",
    "ground": r"\bground\b|\bfloor\b",
    "stairs": r"\bstairs?\b|\bsteps\b(?= up| down)|\bladder\b|\bstaircase\b|\bupstairs\b|\bdownstairs\b",
    "person two": r"\b(?:someone|somebody|another|opponent|partner)\b",
    "object": r"\b(?:ball|box|object|something|chair|bottle|cup|rope|sword|bat|club|table|bench|drink|phone)\b",
    "mood": r"\b(?:angr\w+|happ\w+|sad\w*|tired|exhausted|proud\w*|scared|drunk\w*|old|elderly|childish)\b",
    "manner": r"\bin an? [\w-]+ way\b|\blike an? \w+",
}

VERBS: dict[str, str] = {
    "walk": "walk stroll wander march stride strides striding strode pace paces pacing paced",
    "run": "run runs running ran",
    "jog": "jog jogs jogging jogged",
    "jump": "jump leap",
    "hop": "hop hops hopping hopped skip skips skipping skipped",
    "step": "step steps stepping stepped",
    "kick": "kick",
    "punch": "punch box boxes boxing boxed jab jabs jabbing strike strikes hit hits hitting",
    "wave": "wave waves waving waved",
    "clap": "clap claps clapping clapped",
    "raise": "raise raises raising raised lift",
    "lower": "lower lowers lowering lowered",
    "bend": "bend bends bending bent bow bows bowing bowed",
    "lean": "lean",
    "twist": "twist rotate rotates rotating rotated",
    "swing": "swing swings swinging swung",
    "reach": "reach reaches reaching reached extend stretch stretches stretching stretched",
    "throw": "throw throws throwing threw toss tosses tossing tossed pitch pitches",
    "catch": "catch catches catching caught",
    "pick": "pick grab grabs grabbing grabbed grasp",
    "place": "place places placing placed put puts putting",
    "carry": "carry carries carrying carried hold holds holding held",
    "push": "push pushes pushing pushed shove",
    "pull": "pull drag drags dragging dragged",
    "squat": "squat squats squatting squatted crouch crouches crouching crouched duck ducks ducking",
    "kneel": "kneel kneels kneeling kneeled knelt",
    "sit": "sit sits sitting sat seated",
    "stand": "stand stands standing stood",
    "lie": "lie lies lying lay lays laying",
    "crawl": "crawl",
    "climb": "climb",
    "fall": "fall falls falling fell trip trips tripping tripped collapse collapses",
    "stumble": "stumble stumbles stumbling stumbled stagger",
    "balance": "balance balances balancing balanced",
    "dance": "dance dances dancing danced waltz",
    "spin": "spin spins spinning spun twirl",
    "turn": "turn pivot",
    "roll": "roll",
    "cartwheel": "cartwheel flip flips flipping flipped somersault handstand",
    "swim": "swim swims swimming swam",
    "play": "play",
    "drink": "drink drinks drinking drank eat eats eating ate",
    "wash": "wash washes washing washed wipe wipes wiping wiped scrub clean cleans cleaning",
    "look": "look glance watch watches watching watched",
    "nod": "nod nods nodding nodded",
    "shake": "shake shakes shaking shook",
    "point": "point gesture gestures gesturing gestured",
    "salute": "salute salutes saluting saluted",
    "cross": "cross crosses crossing crossed fold",
    "touch": "touch touches touching touched scratch scratches scratching scratched rub rubs rubbing",
    "stop": "stop stops stopping stopped pause pauses pausing halt",
    "limp": "limp hobble hobbles hobbling",
    "sneak": "sneak tiptoe tiptoes tiptoeing creep creeps creeping",
    "stir": "stir stirs stirring stirred mix mixes mixing",
    "open": "open close closes closing closed",
    "talk": "talk phone telephone call calls calling",
    "golf": "golf golfing tennis baseball basketball dribble dribbles dribbling",
    "stretch": "stretch stretches stretching stretched exercise exercises exercising lunge lunges lunging",
    "greet": "greet hug hugs hugging hugged goodbye bye hello",
    "shuffle": "shuffle shuffles shuffling shuffled slide slides sliding slid",
}

ATTRIBUTES: tuple[str, ...] = (
    *PATTERNS,
    "then left",
    "then right",
    *(f"verb {name}" for name in VERBS),
    *(f"then {name}" for name in VERBS),
)
"""Names in the order of the tower's last dimensions."""

STRONG = 0.45
WEAK = 0.3
AMPLITUDES = np.array([STRONG if name in PATTERNS or name.startswith("then ") else WEAK for name in ATTRIBUTES])
"""(A,) what an attribute that holds adds to the target; the sentence embedding beside it has length 1. Verbs get less
because the sentence embedding names them already."""

ORDER_WEIGHTS = np.array([8.0 if name.startswith("then ") or " before " in name else 1.0 for name in ATTRIBUTES])
"""(A,) weights in the loss. Order asks the tower to look at positions, which it does not start with, and is rare: at
equal weights a short training ends with a bag of words."""

_THEN = re.compile(r"\bthen\b|\bafterwards?\b|\bafter that\b|\bfollowed by\b|\bfinally\b|\bbefore\b|\bnext,|;")


def _forms(words: str) -> list[str]:
    """A lone regular verb stands for its four forms; lists that give their forms keep them."""
    given = words.split()
    forms = list(given)
    for word in given:
        if not word.endswith(("s", "ing", "ed", "y", "e")):
            forms += [word + "s", word + "ing", word + "ed"]
    return forms


@cache
def _compiled() -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
    plain = [re.compile(pattern) for pattern in PATTERNS.values()]
    verbs = [re.compile(r"\b(?:" + "|".join(sorted(_forms(words))) + r")\b") for words in VERBS.values()]
    return plain, verbs


def attributes(text: str) -> np.ndarray:
    """(A,) float32 of 0 and 1, in the order of ATTRIBUTES."""
    plain, verbs = _compiled()
    text = " ".join(text.lower().split())
    separator = _THEN.search(text)
    later = text[separator.end() :] if separator else ""
    held = [pattern.search(text) is not None for pattern in plain]
    held += ["left" in later, "right" in later]
    held += [pattern.search(text) is not None for pattern in verbs]
    held += [pattern.search(later) is not None for pattern in verbs]
    return np.array(held, dtype=np.float32)


def attribute_table(texts: Sequence[str]) -> np.ndarray:
    """(N, A) uint8."""
    return np.stack([attributes(text) for text in texts]).astype(np.uint8)


_SWAP = {"left": "right", "right": "left", "counterclockwise": "clockwise", "clockwise": "counterclockwise"}
_SIDES = re.compile(r"counter-?clockwise|anti-?clockwise|clockwise|\bleft|\bright", re.IGNORECASE)


def mirror(text: str) -> str:
    """The caption of the mirrored motion: left and right, clockwise and counterclockwise change places."""

    def swapped(match: re.Match[str]) -> str:
        word = match.group(0).lower().replace("-", "").replace("anti", "counter")
        return _SWAP[word]

    return _SIDES.sub(swapped, text)
