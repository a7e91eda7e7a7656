"""Prompts about arms and hands."""

from ..predicates import all_of, means
from ..scores import arms

SIDES = ("left", "right")

ARMS = (
    *(
        means(
            f"raise {side}",
            f"a person raises the {side} hand",
            f"someone lifts their {side} arm up",
            by=arms.raises(k),
            rest=arms.lowered(1 - k),
            label=rf"^action: raise-up-{side}-hand$|^raise {side} arm$",
        )
        for k, side in enumerate(SIDES)
    ),
    means(
        "raise both",
        "a person raises both hands",
        "someone lifts both arms above the head",
        by=arms.raises_both,
        label=r"^action: raise-up-both-hands$",
    ),
    *(
        means(
            f"wave {side}",
            f"a person waves the {side} hand",
            f"someone waves with their {side} hand",
            by=arms.waves(k),
            rest=arms.lowered(1 - k),
            seconds=4,
            label=rf"^action: wave-{side}-hand$",
        )
        for k, side in enumerate(SIDES)
    ),
    means("wave both", "a person waves both hands", by=arms.waves_both, seconds=4, label=r"^action: wave-both-hands$"),
    *(
        means(
            f"punch {side}",
            f"a person punches with the {side} hand",
            f"someone throws a {side} punch",
            by=arms.punches(k),
            rest=arms.unused(1 - k),
            label=rf"{side} jab$|punch\w* with (his|her|their|the) {side}",
        )
        for k, side in enumerate(SIDES)
    ),
    means(
        "box",
        "a person boxes, punching with both fists",
        by=arms.punches_both,
        seconds=4,
        label=r"^boxing$|^action: (box-\d|punch)$",
    ),
    means("clap", "a person claps their hands", by=arms.claps, label=r"\bclap(s|ping)?\b"),
    means("throw", "a person throws a ball", by=arms.throws, label=r"^action: throw( object)?$|\|throw$"),
    *(
        means(
            f"touch head with {side}",
            f"a person touches their head with the {side} hand",
            by=arms.touches_head(k),
            rest=arms.off_head(1 - k),
            label=rf"{side} hand (to|on|at) (the |his |her |their )?head",
        )
        for k, side in enumerate(SIDES)
    ),
    means(
        "hands on head",
        "a person puts both hands on the head",
        by=arms.hands_to_head,
        label=r"hands (on|behind) (the |his |her |their )?head",
    ),
    means("drink", "a person drinks from a cup", by=arms.drinks, seconds=4, label=r"\bdrinks?\b|consume item"),
    means("hands on hips", "a person puts their hands on their hips", by=arms.hands_on_hips, label=r"hands on .*hips"),
    means(
        "T pose",
        "a person stretches both arms out to the sides",
        by=arms.spreads_arms,
        label=r"t-?pose$|in a t shape|^hold arms up to the sides$|one leg with arms spread",
    ),
    means(
        "arms forward",
        "a person stretches both arms straight forward",
        by=arms.arms_forward,
        label=r"^extend arms forward$|^action: zombie$|^action: squat1reps$",
    ),
    means(
        "cross arms",
        "a person crosses their arms",
        by=arms.crosses_arms,
        label=r"cross(es)? (the|his|her|their)? ?arms",
    ),
    means(
        "circle arms",
        "a person rotates both arms in big circles",
        by=arms.circles_arms,
        seconds=4,
        label=r"^action: rotatearmsboth",
    ),
    *(
        means(
            f"reach up with {side}",
            f"a person reaches high up with the {side} hand",
            by=all_of(arms.reaches_up(k), arms.lowered(1 - k)),
            rest=arms.lowered(1 - k),
            label=rf"^action: grabhigh{side[0]}$",
        )
        for k, side in enumerate(SIDES)
    ),
    means(
        "pick up",
        "a person picks something up from the floor",
        by=arms.picks_up,
        rest=arms.bends_down,
        seconds=4,
        label=r"^action: (depositfloor|pickup$)|\|pickup$|object from floor",
    ),
)
