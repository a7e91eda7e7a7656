"""Combinations meant to be shown by no captured training clip: two meanings at once, or one after the other.

The marking is a judgement; the chance column of the report says how often captured clips show each of them. Procedural
clips may join the same parts at random.
"""

from collections.abc import Callable

from ..predicates import Predicate, Score, all_of, means, meanwhile, none_of, then
from ..scores import arms, legs, travel, trunk

SIDES = ("left", "right")


def _sided(name: str, prompt: str, by: Callable[[int], Score], seconds: float = 4.0) -> tuple[Predicate, Predicate]:
    """A meaning and its mirror image. In the texts {a} is the side k and {b} the other one; `by` gets k, 0 is left."""
    left, right = (
        means(name.format(a=a, b=b), prompt.format(a=a, b=b), by=by(k), seconds=seconds, unseen=True)
        for k, (a, b) in enumerate((SIDES, SIDES[::-1]))
    )
    return left, right


def _one(name: str, prompt: str, by: Score, seconds: float = 4.0) -> Predicate:
    return means(name, prompt, by=by, seconds=seconds, unseen=True)


def _knee(k: int) -> Score:
    return all_of(legs.lifts_knee(k), none_of(legs.lifts_knee(1 - k)))


TRAVELLING = (
    *_sided(
        "walk backward, wave {a}",
        "a person walks backward while waving the {a} hand",
        lambda k: all_of(travel.walks_backward, arms.waves(k)),
        5,
    ),
    *_sided(
        "step {a}, wave {b}",
        "a person steps sideways to the {a} while waving the {b} hand",
        lambda k: all_of(travel.travels(0, 1 - 2 * k, 0.4), arms.waves(1 - k)),
    ),
    *_sided(
        "walk, touch head {a}",
        "a person walks forward and touches the head with the {a} hand",
        lambda k: all_of(travel.travels(1), arms.touches_head(k)),
    ),
    _one(
        "walk backward, clap",
        "a person walks backward while clapping",
        all_of(travel.walks_backward, arms.claps),
    ),
    _one(
        "walk, hands on hips",
        "a person walks forward with the hands on the hips",
        all_of(travel.travels(1), arms.hands_on_hips),
    ),
    _one(
        "walk, arms spread",
        "a person walks forward with both arms stretched out to the sides",
        all_of(travel.travels(1), arms.spreads_arms),
    ),
    _one("march, clap", "a person marches in place while clapping", all_of(legs.marches, arms.claps)),
    _one(
        "turn around, raise both",
        "a person turns around with both arms raised",
        all_of(travel.turns_around, arms.raises_both),
    ),
    _one(
        "jump, hands on hips",
        "a person jumps with the hands on the hips",
        all_of(travel.jumps(), arms.hands_on_hips),
        3,
    ),
    _one(
        "tiptoe, raise both",
        "a person walks on tiptoe with both arms raised",
        all_of(legs.tiptoes, travel.travels(1, 0, 0.4), arms.raises_both),
    ),
)

PLANTED = (
    *_sided(
        "kick {a}, touch head {b}",
        "a person kicks with the {a} leg while touching the head with the {b} hand",
        lambda k: meanwhile(legs.kicks(k), arms.touches_head(1 - k)),
    ),
    *_sided(
        "kick {a}, arms spread",
        "a person kicks with the {a} leg with both arms stretched out to the sides",
        lambda k: meanwhile(legs.kicks(k), arms.spreads_arms),
    ),
    *_sided(
        "squat, raise {a}",
        "a person squats with the {a} arm raised",
        lambda k: meanwhile(legs.squats, arms.raises(k)),
    ),
    *_sided(
        "sit, wave {a}",
        "a person sits and waves the {a} hand",
        lambda k: meanwhile(legs.sits, arms.waves(k)),
        5,
    ),
    *_sided(
        "sit, look {a}",
        "a person sits and looks to the {a}",
        lambda k: meanwhile(legs.sits, trunk.looks(1 - 2 * k)),
        5,
    ),
    *_sided(
        "crouch, wave {a}",
        "a person crouches and waves the {a} hand",
        lambda k: meanwhile(legs.crouches, arms.waves(k)),
        5,
    ),
    *_sided(
        "stand on {a}, hands on head",
        "a person stands on the {a} leg with both hands on the head",
        lambda k: meanwhile(legs.stands_on_one_leg(k), arms.hands_to_head),
    ),
    *_sided(
        "lift {a} knee, arms forward",
        "a person lifts the {a} knee with both arms stretched forward",
        lambda k: meanwhile(_knee(k), arms.arms_forward),
    ),
    _one("kneel, clap", "a person claps their hands while kneeling", meanwhile(legs.kneels, arms.claps), 5),
    _one("kneel, cross arms", "a person kneels with the arms crossed", meanwhile(legs.kneels, arms.crosses_arms), 5),
    _one(
        "squat, hands on hips",
        "a person squats with the hands on the hips",
        meanwhile(legs.squats, arms.hands_on_hips),
    ),
    _one("sit, hands on head", "a person sits with both hands on the head", meanwhile(legs.sits, arms.hands_to_head)),
    _one(
        "lunge, raise both", "a person lunges forward with both arms raised", meanwhile(legs.lunges, arms.raises_both)
    ),
)

STANDING = (
    *_sided(
        "look {a}, raise {b}",
        "a person looks to the {a} while raising the {b} arm",
        lambda k: meanwhile(trunk.looks(1 - 2 * k), arms.raises(1 - k)),
    ),
    *_sided(
        "lean {a}, raise {b}",
        "a person leans to the {a} with the {b} arm raised",
        lambda k: meanwhile(trunk.leans(1 - 2 * k), arms.raises(1 - k)),
    ),
    *_sided(
        "punch {a}, touch head {b}",
        "a person punches with the {a} hand while holding the {b} hand at the head",
        lambda k: meanwhile(arms.punches(k), arms.touches_head(1 - k)),
    ),
    *_sided(
        "wave {a}, {b} on hip",
        "a person waves the {a} hand with the {b} hand on the hip",
        lambda k: meanwhile(arms.waving(k), arms.hand_on_hip(1 - k)),
    ),
    _one("bow, hands on hips", "a person bows with the hands on the hips", all_of(trunk.bows, arms.hands_on_hips)),
    _one(
        "look up, hands on hips",
        "a person looks up with the hands on the hips",
        meanwhile(trunk.looks_up, arms.hands_on_hips),
    ),
    _one(
        "shake head, cross arms",
        "a person shakes their head with the arms crossed",
        meanwhile(trunk.shakes_head, arms.crosses_arms),
    ),
)

SEQUENCES = (
    *_sided(
        "squat then kick {a}",
        "a person squats and then kicks with the {a} leg",
        lambda k: then(legs.squats, legs.kicks(k)),
        6,
    ),
    *_sided(
        "wave {a} then squat",
        "a person waves the {a} hand and then squats",
        lambda k: then(arms.waves(k), legs.squats),
        6,
    ),
    *_sided(
        "raise {a} then kneel",
        "a person raises the {a} hand and then kneels down",
        lambda k: then(arms.raises(k), legs.kneels),
        6,
    ),
    _one("jump then sit", "a person jumps and then sits down", then(travel.jumps(), legs.sits), 6),
    _one("clap then bow", "a person claps their hands and then bows", then(arms.claps, trunk.bows), 6),
    _one(
        "kneel then raise both",
        "a person kneels down and then raises both hands",
        then(legs.kneels, arms.raises_both),
        6,
    ),
    _one("turn then sit", "a person turns around and then sits down", then(travel.turns_around, legs.sits), 6),
)

UNSEEN = (*TRAVELLING, *PLANTED, *STANDING, *SEQUENCES)
