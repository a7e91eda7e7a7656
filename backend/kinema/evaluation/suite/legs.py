"""Prompts about legs and low poses."""

from ..predicates import all_of, any_of, means, none_of
from ..scores import arms, legs, travel

SIDES = ("left", "right")

LEGS = (
    *(
        means(
            f"kick {side}",
            f"a person kicks with the {side} leg",
            f"someone kicks forward with their {side} foot",
            by=legs.kicks(k),
            label=rf"^action: kick{side[0]}front|^{side} leg kick$|kick\w* .*(his|the) {side} leg$",
        )
        for k, side in enumerate(SIDES)
    ),
    *(
        means(
            f"stand on {side}",
            f"a person stands on the {side} leg",
            by=legs.stands_on_one_leg(k),
            seconds=4,
            label=rf"(balanc|stand)\w* on (his|her|their|the) {side} (leg|foot)",
        )
        for k, side in enumerate(SIDES)
    ),
    *(
        means(
            f"lift {side} knee",
            f"a person lifts the {side} knee",
            by=all_of(legs.lifts_knee(k), none_of(legs.lifts_knee(1 - k))),
        )
        for k, side in enumerate(SIDES)
    ),
    means(
        "squat",
        "a person squats down and stands up",
        "someone does a squat",
        by=legs.squats,
        label=r"^action: squat|^squats$",
    ),
    means(
        "crouch",
        "a person crouches down and stays low",
        by=legs.crouches,
        seconds=4,
        label=r"^action: crouch_idle",
    ),
    means(
        "kneel",
        "a person kneels down",
        "someone goes down on one knee",
        by=legs.kneels,
        seconds=4,
        label=r"kneeling|\bkneels\b",
    ),
    means(
        "sit",
        "a person sits down",
        "someone is sitting on a chair",
        by=legs.sits,
        seconds=4,
        label=r"sit_chair_idle$|^action: sitting_.*loop$|^sit on (high |step)stool",
    ),
    means(
        "lie down",
        "a person lies down on the floor",
        by=legs.lies,
        seconds=5,
        label=r"^action: liedown|sleeping$",
    ),
    means("crawl", "a person crawls on hands and knees", by=legs.crawls, seconds=5, label=r"^action: .*crawl"),
    means("lunge", "a person lunges forward", by=legs.lunges),
    means(
        "jumping jacks",
        "a person does jumping jacks",
        by=all_of(arms.raises_both, travel.stays(0.6), any_of(travel.jumps(2, 0.03), legs.feet_apart_repeatedly)),
        seconds=4,
        label=r"^(action: )?jump(ing)? ?jacks",
    ),
)
