"""Prompts that join meanings; most are shown by no captured clip."""

from ..predicates import all_of, any_of, means, meanwhile, then
from ..scores import arms, legs, travel, trunk

SIDES = ("left", "right")
_WAVES = any_of(arms.waving(0), arms.waving(1))
_ADVANCES = travel.travels(1, 0, 0.5)

COMBINED = (
    *(
        means(
            f"walk, wave {side}",
            f"a person walks forward while waving the {side} hand",
            by=all_of(travel.travels(1), arms.waves(k)),
            seconds=5,
        )
        for k, side in enumerate(SIDES)
    ),
    *(
        means(
            f"kneel, raise {side}",
            f"a person raises the {side} hand while kneeling",
            by=meanwhile(legs.kneels, arms.raises(k)),
            seconds=4,
        )
        for k, side in enumerate(SIDES)
    ),
    means(
        "walk, raise both",
        "a person walks forward with both hands raised",
        by=all_of(travel.travels(1), arms.raises_both),
        seconds=4,
    ),
    means("walk then sit", "a person walks forward and then sits down", by=then(_ADVANCES, legs.sits), seconds=6),
    means("turn then wave", "a person turns around and then waves", by=then(travel.turns_around, _WAVES), seconds=6),
    means("walk then jump", "a person walks forward and then jumps", by=then(_ADVANCES, travel.jumps()), seconds=5),
    means(
        "run then stop",
        "a person runs forward and then stops",
        by=then(travel.runs_forward, travel.still),
        seconds=5,
        label=r"^run/jog, sudden stop$",
    ),
    means("bow then wave", "a person bows and then waves", by=then(trunk.bows, _WAVES), seconds=6),
    means(
        "squat, arms forward",
        "a person squats with both arms stretched forward",
        by=meanwhile(legs.squats, arms.arms_forward),
        seconds=4,
        label=r"^action: squat1reps$",
    ),
    means(
        "raise left then right",
        "a person raises the left hand and then the right hand",
        by=then(arms.raises(0), arms.raises(1)),
        seconds=5,
    ),
    means(
        "kick left then right",
        "a person kicks with the left leg and then with the right leg",
        by=then(legs.kicks(0), legs.kicks(1)),
        seconds=5,
    ),
)
