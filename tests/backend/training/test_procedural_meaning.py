"""What the words of procedural primitives mean, read off the joints."""

import numpy as np
import pytest

from kinema.geometry import heading_angle
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_NAMES
from kinema.training.procedural import (
    primitives_arms,
    primitives_jumps,
    primitives_kicks,
    primitives_planted,
    primitives_seats,
    primitives_torso_head,
    primitives_walking,
)
from kinema.training.procedural.action import Action
from kinema.training.procedural.body import FPS, blank, perform

J = {name: k for k, name in enumerate(SMPL_NAMES)}
SIDES = ("left", "right")


def played(action: Action, seed: int = 0) -> Motion:
    rng = np.random.default_rng(seed)
    score = blank(rng, round((action.shortest + 0.5) * FPS))
    action.write(score, 0.1, score.seconds)
    return perform(score, rng)


def drawn(draw, wanted: str, **fixed) -> Action:
    """The first action of that name over the seeds."""
    for seed in range(400):
        action = draw(np.random.default_rng(seed), **fixed)
        if action.name == wanted:
            return action
    raise AssertionError(f"{wanted!r} was never drawn")


def arm(name: str, side: str) -> np.ndarray:
    action = primitives_arms.draw(np.random.default_rng(3), name, side, held=False)
    return played(action).positions()


def wrist(side: str) -> int:
    return J[f"{side[0].upper()}_Wrist"]


@pytest.mark.parametrize("side", SIDES)
def test_raising_overhead_brings_only_the_named_wrist_above_the_head(side: str) -> None:
    positions = arm("raise overhead", side)
    other = SIDES[1 - SIDES.index(side)]
    assert positions[:, wrist(side), 1].max() > positions[0, J["Head"], 1] + 0.1
    assert positions[:, wrist(other), 1].max() < positions[0, J["Spine2"], 1]


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_raising_to_the_side_goes_out_on_the_named_side(side: str, sign: float) -> None:
    positions = arm("raise side", side)
    shoulder = positions[:, J[f"{side[0].upper()}_Shoulder"]]
    away = sign * (positions[:, wrist(side), 0] - shoulder[:, 0])
    assert away.max() > 0.45
    assert abs(positions[away.argmax(), wrist(side), 1] - shoulder[away.argmax(), 1]) < 0.12


def test_stretching_forward_puts_the_wrist_in_front_of_the_shoulder() -> None:
    positions = arm("stretch forward", "left")
    assert (positions[:, J["L_Wrist"], 2] - positions[:, J["L_Shoulder"], 2]).max() > 0.42


def test_waving_moves_the_hand_to_and_fro_above_the_shoulder() -> None:
    positions = arm("wave", "right")
    inside = positions[len(positions) // 4 : len(positions) // 2]
    assert np.ptp(inside[:, J["R_Wrist"], 0]) > 0.12
    assert inside[:, J["R_Wrist"], 1].min() > inside[:, J["R_Shoulder"], 1].mean()


def test_clapping_brings_the_wrists_together_again_and_again() -> None:
    positions = arm("clap", "both")
    apart = np.linalg.norm(positions[:, J["L_Wrist"]] - positions[:, J["R_Wrist"]], axis=1)
    near = apart < 0.18
    assert np.sum(near[1:] & ~near[:-1]) >= 2


def test_hands_on_hips_rest_beside_the_pelvis() -> None:
    positions = arm("hands on hips", "both")
    distance = np.linalg.norm(positions[:, J["L_Wrist"]] - positions[:, J["Pelvis"]], axis=1)
    assert distance.min() < 0.3
    assert np.all(np.abs(positions[:, J["L_Wrist"], 0] - positions[:, J["Pelvis"], 0]) > 0.12)


def test_idle_arms_hang_with_bent_elbows_not_in_a_t_pose() -> None:
    positions = arm("raise overhead", "left")
    upper = positions[:, J["R_Elbow"]] - positions[:, J["R_Shoulder"]]
    fore = positions[:, J["R_Wrist"]] - positions[:, J["R_Elbow"]]
    cosine = np.sum(upper * fore, 1) / np.linalg.norm(upper, axis=1) / np.linalg.norm(fore, axis=1)
    assert np.all(positions[:, J["R_Wrist"], 1] < positions[:, J["R_Elbow"], 1])
    assert np.all(np.degrees(np.arccos(cosine)) > 4.0)


@pytest.mark.parametrize("row", [row.name for row in primitives_arms.ROWS])
def test_every_arm_primitive_mirrors(row: str) -> None:
    """Left and right of one primitive: the named arm moves, the other one rests (both move in two-handed ones)."""
    sides = "both" if primitives_arms.BY_NAME[row].sides == "both" else "left"
    positions = arm(row, sides)
    chest = positions[:, J["Spine3"]]
    spread = [np.linalg.norm(np.ptp(positions[:, wrist(side)] - chest, axis=0)) for side in SIDES]
    assert spread[0] > 0.15
    if sides == "both":
        assert spread[1] > 0.15
    else:
        assert spread[1] < 0.8 * spread[0]


def head_turn(motion: Motion) -> np.ndarray:
    world = motion.global_rotations()
    return heading_angle(world[:, J["Head"]]) - heading_angle(world[:, J["Pelvis"]])


@pytest.mark.parametrize(("name", "sign"), [("turn head left", 1.0), ("turn head right", -1.0)])
def test_turning_the_head(name: str, sign: float) -> None:
    motion = played(primitives_torso_head.draw(np.random.default_rng(1), name, held=False))
    assert np.degrees((sign * head_turn(motion)).max()) > 30.0


def test_leaning_left_brings_the_head_over_the_left_foot_side() -> None:
    positions = played(primitives_torso_head.draw(np.random.default_rng(1), "bend left", held=False)).positions()
    assert (positions[:, J["Head"], 0] - positions[:, J["Pelvis"], 0]).max() > 0.15


def test_bowing_lowers_the_head_and_keeps_the_feet() -> None:
    positions = played(primitives_torso_head.draw(np.random.default_rng(1), "bow", held=False)).positions()
    assert np.ptp(positions[:, J["Head"], 1]) > 0.08
    assert feet_slide(positions) < 0.01


def feet_slide(positions: np.ndarray) -> float:
    """Metres by which any ball of a foot moves in the clip."""
    balls = positions[:, [J["L_Foot"], J["R_Foot"]]]
    return float(np.linalg.norm(balls - balls[0], axis=-1).max())


def test_squatting_lowers_the_pelvis_over_planted_feet() -> None:
    positions = played(drawn(primitives_planted.squat, "squat")).positions()
    assert np.ptp(positions[:, J["Pelvis"], 1]) > 0.3
    assert feet_slide(positions) < 0.01


def test_kneeling_brings_the_named_knee_to_the_ground() -> None:
    for name, knee, other in (("kneel left", "L_Knee", "R_Knee"), ("kneel right", "R_Knee", "L_Knee")):
        positions = played(drawn(primitives_seats.kneel, name)).positions()
        assert 0.02 < positions[:, J[knee], 1].min() < 0.13
        assert positions[:, J[other], 1].min() > 0.3


def test_sitting_down_brings_the_pelvis_to_chair_height_behind_the_feet() -> None:
    positions = played(drawn(primitives_seats.sit, "sit down")).positions()
    assert 0.42 < positions[-1, J["Pelvis"], 1] < 0.6
    assert positions[-1, J["Pelvis"], 2] < positions[-1, J["L_Ankle"], 2] - 0.2


@pytest.mark.parametrize("side", [0, 1])
def test_kicks_go_where_they_say(side: int) -> None:
    foot, other = (J["L_Ankle"], J["R_Ankle"]) if side == 0 else (J["R_Ankle"], J["L_Ankle"])
    forward = played(primitives_kicks.draw(np.random.default_rng(2), "kick forward", side)).positions()
    aside = played(primitives_kicks.draw(np.random.default_rng(2), "kick side", side)).positions()
    back = played(primitives_kicks.draw(np.random.default_rng(2), "kick back", side)).positions()
    assert (forward[:, foot, 2] - forward[:, J["Pelvis"], 2]).max() > 0.5
    assert forward[:, foot, 1].max() > 0.4
    assert np.abs(aside[:, foot, 0] - aside[:, J["Pelvis"], 0]).max() > 0.5
    assert (back[:, foot, 2] - back[:, J["Pelvis"], 2]).min() < -0.35
    assert np.ptp(forward[:, other], axis=0).max() < 0.02


def test_jumping_lifts_both_feet_and_lands() -> None:
    positions = played(drawn(primitives_jumps.jump, "jump up")).positions()
    lowest = positions[:, [J["L_Foot"], J["R_Foot"]], 1].min(axis=1)
    assert lowest.max() > 0.1
    assert lowest[-1] < 0.03


def test_hopping_lifts_the_named_foot_while_the_other_stays_up() -> None:
    positions = played(drawn(primitives_jumps.hop, "hop left")).positions()
    assert positions[:, J["L_Foot"], 1].max() > 0.06
    assert positions[len(positions) // 2, J["R_Ankle"], 1] > 0.2


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [("step forward", 2, 1.0), ("step backward", 2, -1.0), ("step left", 0, 1.0), ("step right", 0, -1.0)],
)
def test_steps_go_in_their_direction(name: str, axis: int, sign: float) -> None:
    motion = played(drawn(primitives_walking.step, name))
    moved = motion.root_translation[-1] - motion.root_translation[0]
    assert sign * moved[axis] > 0.15
    assert abs(moved[2 - axis]) < 0.5 * abs(moved[axis])


@pytest.mark.parametrize(("name", "degrees"), [("turn left 90", 90), ("turn right 90", -90), ("turn left 180", 180)])
def test_turning_in_place(name: str, degrees: float) -> None:
    motion = played(drawn(primitives_walking.turn, name))
    heading = np.degrees(np.unwrap(heading_angle(motion.rotations[:, 0])))
    assert heading[-1] - heading[0] == pytest.approx(degrees, rel=0.15)
    assert np.linalg.norm(motion.root_translation[-1, [0, 2]] - motion.root_translation[0, [0, 2]]) < 0.15


def test_walking_goes_forward_with_alternating_feet() -> None:
    motion = played(drawn(primitives_walking.walk, "walk"))
    positions = motion.positions()
    apart = positions[:, J["L_Ankle"], 2] - positions[:, J["R_Ankle"], 2]
    assert motion.root_translation[-1, 2] > 0.8
    assert apart.max() > 0.25
    assert apart.min() < -0.25
    swing = positions[:, J["L_Wrist"], 2] - positions[:, J["R_Wrist"], 2]
    assert np.corrcoef(apart, swing)[0, 1] < -0.5
