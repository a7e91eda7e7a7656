"""Captions for clips that carry labels instead of sentences: file names become plain English."""

_BANDAI_CONTENTS: dict[str, tuple[str, ...]] = {
    "raise-up-left-hand": (
        "{who} raises the left hand",
        "{who} lifts the left arm up high",
        "{who} puts up {his} left hand{how}",
    ),
    "raise-up-right-hand": (
        "{who} raises the right hand",
        "{who} lifts the right arm up high",
        "{who} puts up {his} right hand{how}",
    ),
    "raise-up-both-hands": (
        "{who} raises both hands",
        "{who} lifts both arms above the head{how}",
        "{who} puts {his} hands up",
    ),
    "wave-left-hand": (
        "{who} waves with the left hand{how}",
        "{who} waves {his} left hand",
        "{who} waves the left arm in greeting",
    ),
    "wave-right-hand": (
        "{who} waves with the right hand{how}",
        "{who} waves {his} right hand",
        "{who} waves the right arm in greeting",
    ),
    "wave-both-hands": (
        "{who} waves both hands{how}",
        "{who} waves with both arms above the head",
        "{who} waves {his} hands",
    ),
    "walk": ("{who} walks forward{how}", "{who} walks{how}", "{who} is walking straight ahead{how}"),
    "run": ("{who} runs forward{how}", "{who} runs{how}", "{who} is running{how}"),
    "dash": ("{who} dashes forward{how}", "{who} sprints", "{who} runs as fast as possible{how}"),
    "walk-turn-left": (
        "{who} walks forward and turns left{how}",
        "{who} walks, then turns to the left",
        "{who} makes a left turn while walking{how}",
    ),
    "walk-turn-right": (
        "{who} walks forward and turns right{how}",
        "{who} walks, then turns to the right",
        "{who} makes a right turn while walking{how}",
    ),
    "walk-back": ("{who} walks backward{how}", "{who} walks backwards", "{who} steps back{how}"),
    "walk-left": (
        "{who} walks diagonally forward to the left{how}",
        "{who} walks forward and drifts to the left",
        "{who} veers to {his} left while walking{how}",
    ),
    "walk-right": (
        "{who} walks diagonally forward to the right{how}",
        "{who} walks forward and drifts to the right",
        "{who} veers to {his} right while walking{how}",
    ),
    "bow": ("{who} bows{how}", "{who} bends forward in a bow", "{who} takes a bow"),
    "bye": ("{who} waves goodbye{how}", "{who} waves a hand to say bye"),
    "byebye": ("{who} waves goodbye several times{how}", "{who} says bye bye with a waving hand"),
    "guide": ("{who} shows the way with one hand{how}", "{who} points the way for a guest"),
    "call": ("{who} calls somebody over{how}", "{who} beckons with a hand"),
    "punch": ("{who} punches{how}", "{who} throws a punch"),
    "slash": ("{who} slashes with a sword{how}", "{who} swings a sword"),
    "kick": ("{who} kicks{how}", "{who} gives a kick"),
    "respond": ("{who} responds with a gesture{how}",),
    "dance-short": ("{who} dances{how}", "{who} does a short dance"),
}

_BANDAI_STYLES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "normal": (("a person", "their", ""), ("a man", "his", ""), ("someone", "their", ""), ("a woman", "her", "")),
    "active": (
        ("an energetic person", "their", ""),
        ("a person", "their", " energetically"),
        ("a lively man", "his", " with energy"),
    ),
    "angry": (("an angry person", "their", ""), ("a person", "their", " angrily"), ("a furious man", "his", "")),
    "childish": (("a child", "their", ""), ("a person", "their", " like a child"), ("a childish person", "their", "")),
    "chimpira": (("a thug", "his", ""), ("a swaggering person", "their", ""), ("a man", "his", " like a gangster")),
    "feminine": (
        ("a feminine woman", "her", ""),
        ("a woman", "her", " elegantly"),
        ("a person", "their", " in a feminine way"),
    ),
    "giant": (("a giant", "his", ""), ("a person", "their", " heavily like a giant"), ("a heavy man", "his", "")),
    "happy": (("a happy person", "their", ""), ("a person", "their", " happily"), ("a cheerful woman", "her", "")),
    "masculinity": (
        ("a masculine man", "his", ""),
        ("a person", "their", " in a masculine way"),
        ("a strong man", "his", ""),
    ),
    "masculine": (
        ("a masculine man", "his", ""),
        ("a person", "their", " in a masculine way"),
        ("a strong man", "his", ""),
    ),
    "musical": (
        ("a person in a musical", "their", ""),
        ("a person", "their", " like in a musical"),
        ("a theatrical person", "their", ""),
    ),
    "not-confident": (
        ("a shy person", "their", ""),
        ("a person", "their", " without confidence"),
        ("an insecure man", "his", ""),
    ),
    "old": (("an old man", "his", ""), ("an old person", "their", ""), ("a person", "their", " like an old man")),
    "elderly": (
        ("an elderly person", "their", ""),
        ("an old man", "his", ""),
        ("an old woman", "her", " like an elderly person"),
    ),
    "proud": (("a proud person", "their", ""), ("a person", "their", " proudly"), ("a proud man", "his", "")),
    "sad": (("a sad person", "their", ""), ("a person", "their", " sadly"), ("a depressed man", "his", "")),
    "tired": (("a tired person", "their", ""), ("a person", "their", " tiredly"), ("a weary man", "his", "")),
    "exhausted": (
        ("an exhausted person", "their", ""),
        ("an exhausted man", "his", ""),
        ("a person", "their", " exhaustedly"),
    ),
    "youthful": (
        ("a young person", "their", ""),
        ("a youthful person", "their", ""),
        ("a teenager", "their", " with youth"),
    ),
}


def bandai_captions(content: str, style: str) -> tuple[str, ...]:
    """Every wording of a Bandai clip's content in its style. Raises KeyError for labels the data set does not have."""
    return tuple(
        template.format(who=who, his=his, how=how)
        for template in _BANDAI_CONTENTS[content]
        for who, his, how in _BANDAI_STYLES[style]
    )


HDM05_CAPTIONS: dict[str, tuple[str, ...]] = {
    "depositFloorR": (
        "a person puts something down on the floor with the right hand",
        "a person bends down and places an object on the ground with {his} right hand",
    ),
    "squat1Reps": ("a person squats once", "a person squats down and stands up again", "someone does one squat"),
    "throwBasketball": ("a person throws a basketball", "someone shoots a basketball with both hands"),
    "elbowToKnee1RepsLelbowStart": (
        "a person touches the right knee with the left elbow, then the left knee with the right elbow",
        "someone does an elbow to knee exercise",
    ),
    "grabHighR": (
        "a person reaches up high and grabs something with the right hand",
        "someone grabs an object above with {his} right hand",
    ),
    "hopBothLegs1hops": (
        "a person hops forward once with both legs",
        "a person jumps once",
        "someone makes a jump with both feet",
    ),
    "jogLeftCircle4StepsRstart": (
        "a person jogs in a circle to the left",
        "someone jogs a few steps while curving left",
    ),
    "kickLFront1Reps": (
        "a person kicks forward with the left leg",
        "someone kicks with {his} left foot",
        "a front kick with the left leg",
    ),
    "lieDownFloor": ("a person lies down on the floor", "someone gets down and lies on the ground"),
    "rotateArmsBothBackward1Reps": (
        "a person rotates both arms backward",
        "someone swings both arms in a backward circle",
    ),
    "sneak2StepsLStart": (
        "a person sneaks forward",
        "someone takes two sneaking steps",
        "a person tiptoes forward quietly",
    ),
}
"""HDM05's class folders as sentences."""
HDM05_CAPTIONS = {label: tuple(text.format(his="their") for text in texts) for label, texts in HDM05_CAPTIONS.items()}


def keyed_caption(label: str) -> str:
    """A keyed clip's name as words: "Rig_Medium|Walking_A" -> "walking, game animation"."""
    words = label.split("|")[-1].replace("_", " ").replace("-", " ").split()
    kept = [
        word.lower() for word in words if len(word) > 1 and word not in {"RM", "Loop", "Full"} and not word.isdigit()
    ]
    return " ".join(kept) + ", game animation"
