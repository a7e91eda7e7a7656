"""Signals and predicates on bodies posed by hand, where what they should say is plain."""

from dataclasses import replace

import numpy as np
import pytest

from kinema.errors import MotionError
from kinema.evaluation.predicates import Predicate
from kinema.evaluation.signals import Signals, oscillation, reversals, unbroken
from kinema.evaluation.suite import SUITE, half
from kinema.evaluation.validation import other_side
from kinema.features.mirroring import mirror
from kinema.geometry import quaternion_from_rotation_vector, yaw_quaternion
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY

FPS = 30.0
J = {name: index for index, name in enumerate(SMPL_BODY.names)}
NAMED = {predicate.name: predicate for predicate in SUITE}


def posed(seconds: float = 3.0, path: np.ndarray | None = None, **turns: np.ndarray) -> Motion:
    """A standing body, arms hanging; `turns` give local rotation vectors (T, 3) or (3,) in degrees of single joints."""
    frames = round(seconds * FPS)
    vectors = np.zeros((frames, 22, 3))
    vectors[:, J["L_Shoulder"]] = (0, 0, -80)
    vectors[:, J["R_Shoulder"]] = (0, 0, 80)
    for joint, turn in turns.items():
        vectors[:, J[joint]] = turn
    root = np.tile((0.0, 0.975, 0.0), (frames, 1)) if path is None else path
    return Motion(quaternion_from_rotation_vector(np.radians(vectors)), root, FPS, SMPL_BODY)


def time(seconds: float = 3.0) -> np.ndarray:
    return np.arange(round(seconds * FPS)) / FPS


def along(direction: tuple[float, float, float], speed: float, seconds: float = 3.0) -> np.ndarray:
    return np.array((0.0, 0.975, 0.0)) + time(seconds)[:, None] * speed * np.array(direction)


def striding(path: np.ndarray, cadence: float = 1.0) -> Motion:
    """Legs swing and knees bend in turn while the root follows `path`, the lower foot always on the ground."""
    t = np.arange(len(path)) / FPS
    swing = np.sin(2 * np.pi * cadence * t)
    x = np.stack([np.ones_like(t), np.zeros_like(t), np.zeros_like(t)], axis=1)
    knees = [np.maximum(np.cos(2 * np.pi * cadence * t + shift), 0)[:, None] * 50 * x for shift in (np.pi, 0)]
    motion = posed(
        len(path) / FPS,
        path,
        L_Hip=(25 * swing)[:, None] * x,
        R_Hip=(-25 * swing)[:, None] * x,
        L_Knee=knees[0],
        R_Knee=knees[1],
    )
    lowest = Signals(motion)._sole_heights.min(axis=1)
    return replace(motion, root_translation=motion.root_translation - lowest[:, None] * (0.0, 1.0, 0.0))


def raised(side: str, degrees: float = 60.0) -> Motion:
    sign = 1 if side == "L" else -1
    lift = np.clip(time() * 2, 0, 1)[:, None] * np.array((0, 0, sign * (80 + degrees)))
    return posed(**{f"{side}_Shoulder": np.array((0, 0, -80 * sign)) + lift})


def waving(side: str) -> Motion:
    sign = 1 if side == "L" else -1
    angle = 60 + 25 * np.sin(2 * np.pi * 1.5 * time())
    return posed(
        **{
            f"{side}_Shoulder": (0, 0, 20 * sign),
            f"{side}_Elbow": np.stack([0 * angle, 0 * angle, sign * angle], axis=1),
        }
    )


def kicking(side: str) -> Motion:
    pulse = np.exp(-(((time() - 1.5) / 0.15) ** 2))
    return posed(**{f"{side}_Hip": pulse[:, None] * np.array((-95.0, 0, 0))})


def turning(degrees: float) -> Motion:
    motion = striding(along((0, 0, 1), 0.0))
    yaw = yaw_quaternion(np.radians(degrees) * np.clip(time() / 2 - 0.2, 0, 1))
    steered = np.array(motion.rotations)
    steered[:, 0] = quaternion.multiply(yaw, steered[:, 0])
    ahead = quaternion.rotate(yaw, np.array((0.0, 0.0, 1.0 / FPS)))
    root = motion.root_translation + np.cumsum(ahead, axis=0)
    return replace(motion, rotations=steered, root_translation=root)


def leaping() -> Motion:
    height = 0.975 + 0.35 * np.maximum(np.sin(np.pi * (time() - 1.0) / 0.6), 0) * ((time() > 1.0) & (time() < 1.6))
    return posed(path=np.stack([0 * height, height, 0 * height], axis=1))


def bent(degrees: float) -> Motion:
    pulse = np.exp(-(((time() - 1.5) / 0.5) ** 2))
    return posed(Spine1=pulse[:, None] * np.array((degrees, 0, 0)))


CASES: dict[str, Motion] = {
    "walk": striding(along((0, 0, 1), 1.1)),
    "walk backward": striding(along((0, 0, -1), 0.8)),
    "run": striding(along((0, 0, 1), 3.2), 1.5),
    "step left": striding(along((1, 0, 0), 0.5)),
    "step right": striding(along((-1, 0, 0), 0.5)),
    "walk, turn left": turning(90),
    "walk, turn right": turning(-90),
    "turn around": turning(180),
    "stand": posed(),
    "jump": leaping(),
    "raise left": raised("L"),
    "raise right": raised("R"),
    "wave left": waving("L"),
    "wave right": waving("R"),
    "kick left": kicking("L"),
    "kick right": kicking("R"),
    "bow": bent(60),
    "bend forward": bent(75),
    "T pose": posed(L_Shoulder=(0, 0, 0), R_Shoulder=(0, 0, 0)),
    "look left": posed(Neck=(0, 30, 0), Head=(0, 30, 0)),
    "look right": posed(Neck=(0, -30, 0), Head=(0, -30, 0)),
    "look up": posed(Neck=(-25, 0, 0), Head=(-25, 0, 0)),
    "look down": posed(Neck=(35, 0, 0), Head=(25, 0, 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_each_meaning_is_read_off_the_pose_that_shows_it(name):
    assert NAMED[name].margin(CASES[name]) > 0


@pytest.mark.parametrize("name", CASES)
def test_a_body_that_just_stands_means_nothing_else(name):
    assert (NAMED[name].margin(posed()) > 0) == (name == "stand")


@pytest.mark.parametrize("name", [name for name in CASES if other_side(name)])
def test_the_wrong_side_fails_and_mirroring_swaps_the_sides(name):
    other = NAMED[other_side(name)]
    assert not other.holds(CASES[name])
    assert other.holds(mirror(CASES[name]))
    assert not NAMED[name].holds(mirror(CASES[name]))


def test_one_sided_meanings_fail_when_both_sides_do_it():
    both = posed(L_Shoulder=(0, 0, 60), R_Shoulder=(0, 0, -60))
    assert NAMED["raise both"].holds(both)
    assert not NAMED["raise left"].holds(both)
    assert not NAMED["raise right"].holds(both)


def test_turning_the_whole_clip_changes_nothing():
    turn = yaw_quaternion(np.array(2.3))
    for name, motion in CASES.items():
        rotations = np.array(motion.rotations)
        rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
        moved = quaternion.rotate(turn, motion.root_translation) + (4.0, 0.0, -7.0)
        turned = replace(motion, rotations=rotations, root_translation=moved)
        assert NAMED[name].margin(turned) == pytest.approx(NAMED[name].margin(motion), abs=1e-6)


def test_order_matters_to_then():
    first, second = raised("L"), raised("R")
    down = posed(1.0)
    pieces = [first, down, second, down]
    motion = replace(
        first,
        rotations=np.concatenate([m.rotations for m in pieces]),
        root_translation=np.concatenate([m.root_translation for m in pieces]),
    )
    backwards = replace(motion, rotations=np.concatenate([m.rotations for m in (second, down, first, down)]))
    assert NAMED["raise left then right"].holds(motion)
    assert not NAMED["raise left then right"].holds(backwards)


def test_every_predicate_survives_the_shortest_clips():
    for predicate in SUITE:
        for frames in (1, 2, 5):
            assert np.isfinite(predicate.margin(posed(1.0).crop(0, frames))), (predicate.name, frames)


def test_the_suite_is_a_suite():
    assert len(SUITE) >= 100
    assert len({predicate.name for predicate in SUITE}) == len(SUITE)
    prompts = [prompt for predicate in SUITE for prompt in predicate.prompts]
    assert len(set(prompts)) == len(prompts)
    for predicate in SUITE:
        assert isinstance(predicate, Predicate)
        assert 0.5 <= predicate.seconds <= 10.0
        assert other_side(predicate.name) is None or other_side(predicate.name) in NAMED


def test_a_third_of_the_prompts_are_unseen_combinations_and_both_halves_hold_both_kinds():
    prompts = [prompt for predicate in SUITE for prompt in predicate.prompts]
    unseen = [prompt for predicate in SUITE if predicate.unseen for prompt in predicate.prompts]
    assert len(unseen) >= len(prompts) / 3
    parts = {name: {p for predicate in half(SUITE, name) for p in predicate.prompts} for name in ("dev", "held")}
    assert parts["dev"] | parts["held"] == set(prompts)
    assert not parts["dev"] & parts["held"]
    for part in parts.values():
        assert len(part) > 0.4 * len(prompts)
        assert len(part & set(unseen)) > 0.35 * len(unseen)


def joined(legs: Motion, arms: Motion) -> Motion:
    """The arms of one body on the legs and trunk of another."""
    mixed = np.array(legs.rotations)
    upper = [J[f"{side}_{name}"] for side in "LR" for name in ("Collar", "Shoulder", "Elbow", "Wrist")]
    mixed[:, upper] = arms.rotations[: len(mixed), upper]
    return replace(legs, rotations=mixed)


SPREAD = posed(L_Shoulder=(0, 0, 0), R_Shoulder=(0, 0, 0))
OVERHEAD = posed(L_Shoulder=(0, 0, 60), R_Shoulder=(0, 0, -60))
UNSEEN_CASES = {
    "walk, arms spread": joined(CASES["walk"], SPREAD),
    "walk backward, wave left": joined(CASES["walk backward"], waving("L")),
    "step left, wave right": joined(CASES["step left"], waving("R")),
    "turn around, raise both": joined(turning(180), OVERHEAD),
    "kick left, arms spread": joined(kicking("L"), SPREAD),
    "look left, raise right": joined(CASES["look left"], raised("R")),
}


@pytest.mark.parametrize("name", UNSEEN_CASES)
def test_combinations_need_both_of_their_meanings(name):
    motion = UNSEEN_CASES[name]
    hanging = joined(motion, posed())
    standing = joined(posed(), motion)
    assert NAMED[name].unseen
    assert NAMED[name].holds(motion)
    assert not NAMED[name].holds(hanging)
    assert not NAMED[name].holds(standing)
    if other_side(name):
        assert NAMED[other_side(name)].holds(mirror(motion))


def test_signals_know_left_from_right():
    left = Signals.of(turning(90))
    assert left.turned == pytest.approx(90, abs=3)
    sideways = Signals.of(striding(along((1, 0, 0), 0.5)))
    assert sideways.moved == pytest.approx((1.5, 0.0), abs=0.05)
    assert np.median(Signals.of(CASES["look left"]).gaze[:, 0]) == pytest.approx(60, abs=1)


def test_signals_refuse_other_skeletons():
    other = Motion(
        np.array([[[1.0, 0, 0, 0]]]), np.zeros((1, 3)), FPS, Skeleton(("a",), np.array([-1]), np.zeros((1, 3)))
    )
    with pytest.raises(MotionError, match="retarget"):
        Signals.of(other)


def test_a_crop_reads_as_the_whole_does():
    s = Signals.of(CASES["walk"])
    part = s.crop(20, 60)
    np.testing.assert_allclose(part.positions, s.positions[20:60])
    np.testing.assert_allclose(part.local, s.local[20:60], atol=1e-12)
    assert len(part) == 40


def test_counting_turning_points():
    t = np.linspace(0, 4 * np.pi, 200)
    assert reversals(np.sin(t), 0.5) == 4
    assert reversals(np.sin(t), 3.0) == 0
    assert reversals(np.linspace(0, 1, 50), 0.1) == 0
    assert oscillation(np.sin(2 * np.pi * np.arange(300) / 30), 0.5, 1.5) == 3
    assert unbroken(np.array([0, 1, 1, 0, 2, 0], dtype=float), 2 / FPS) == 1


def raised_arm(side: str) -> Motion:
    return posed(**{f"{side}_Shoulder": (0, 0, 80 if side == "L" else -80)})


@pytest.mark.parametrize("name", ["raise left", "wave left", "reach up with left"])
def test_a_raised_right_arm_leaves_no_edit_of_the_left_one_that_would_do(name):
    assert NAMED[name].allowed(posed())
    assert not NAMED[name].allowed(raised_arm("R"))
    assert NAMED[name].allowed(raised_arm("L"))


def test_arms_alone_pick_nothing_up_from_the_floor_under_an_upright_body():
    assert not NAMED["pick up"].allowed(posed())
    assert NAMED["pick up"].allowed(posed(Pelvis=(110.0, 0, 0), L_Hip=(-110.0, 0, 0), R_Hip=(-110.0, 0, 0)))


def test_whatever_shows_a_meaning_is_allowed_to():
    rng = np.random.default_rng(5)
    shown = 0
    for predicate in SUITE:
        if predicate.rest is not None:
            for _ in range(12):
                turns = {f"{s}_{j}": rng.uniform(-90, 90, 3) for s in "LR" for j in ("Shoulder", "Elbow")}
                motion = posed(Spine1=(rng.uniform(0, 90), 0, 0), **turns)
                if predicate.holds(motion):
                    shown += 1
                    assert predicate.allowed(motion)
    assert shown > 3
