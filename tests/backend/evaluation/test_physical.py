"""Physical figures on motion whose figures are known."""

from dataclasses import replace

import numpy as np
import pytest

from kinema.cleanup.soles import sole_heights
from kinema.errors import InputError
from kinema.evaluation.physical import foot_skate, jerk, measure, physical_report
from kinema.geometry import quaternion_from_rotation_vector
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

FPS = 30.0
STAND = 0.976


def standing(path: np.ndarray | None = None, frames: int = 60, **turns: tuple[float, float, float]) -> Motion:
    vectors = np.zeros((frames, 22, 3))
    for joint, degrees in turns.items():
        vectors[:, SMPL_BODY.index(joint)] = np.radians(degrees)
    root = np.tile((0.0, STAND, 0.0), (frames, 1)) if path is None else path
    return Motion(quaternion_from_rotation_vector(vectors), root, FPS, SMPL_BODY)


def test_a_still_body_has_no_faults():
    figures = measure(standing())
    assert figures.foot_skate == figures.jerk == figures.slide == figures.floating == figures.knees_backward == 0
    assert figures.penetration < 0.3
    assert np.isnan(figures.facing_off_travel)


@pytest.mark.parametrize(("speed", "share"), [(0.4, 0.0), (0.7, 1.0)])
def test_skating_begins_at_half_a_metre_a_second(speed, share):
    path = np.array((0.0, STAND, 0.0)) + np.arange(60)[:, None] / FPS * (0.0, 0.0, speed)
    assert foot_skate(standing(path)) == share


def test_a_foot_in_the_air_does_not_skate():
    path = np.array((0.0, STAND + 0.1, 0.0)) + np.arange(60)[:, None] / FPS * (0.0, 0.0, 1.0)
    assert foot_skate(standing(path)) == 0


def test_slide_is_the_speed_of_standing_feet():
    path = np.array((0.0, STAND, 0.0)) + np.arange(60)[:, None] / FPS * (0.1, 0.0, 0.0)
    assert measure(standing(path)).slide == pytest.approx(10.0, rel=1e-6)


def test_penetration_in_centimetres():
    sunk = standing(np.tile((0.0, STAND - 0.05, 0.0), (60, 1)))
    expected = -100 * sole_heights(sunk).min()
    assert measure(sunk).penetration == pytest.approx(expected, abs=1e-9)
    assert measure(sunk).penetration_max == pytest.approx(expected, abs=1e-9)


def test_hovering_floats_and_a_ballistic_jump_does_not():
    assert measure(standing(np.tile((0.0, STAND + 0.2, 0.0), (60, 1)))).floating == 1.0
    t = np.arange(60) / FPS - 1.0
    height = STAND + np.maximum(0.4 - 0.5 * 9.81 * t**2, 0.0)
    assert measure(standing(np.stack([0 * t, height, 0 * t], axis=1))).floating == 0.0


def test_jerk_of_a_cubic_is_its_third_derivative():
    t = np.arange(40) / FPS
    positions = np.zeros((40, 3, 3))
    positions[..., 0] = (2.0 * t**3)[:, None]
    assert jerk(positions, FPS) == pytest.approx(12.0, rel=1e-6)


def test_knees_and_elbows_the_wrong_way():
    good = measure(standing(L_Knee=(40, 0, 0), L_Elbow=(0, -60, 0), R_Elbow=(0, 60, 0)))
    assert (good.knees_backward, good.elbows_backward) == (0, 0)
    assert measure(standing(R_Knee=(-30, 0, 0))).knees_backward == 1.0
    assert measure(standing(L_Elbow=(0, 45, 0))).elbows_backward == 1.0


@pytest.mark.parametrize(("direction", "degrees"), [((0, 0, 1), 0), ((1, 0, 0), 90), ((0, 0, -1), 180)])
def test_facing_against_travel(direction, degrees):
    path = np.array((0.0, STAND, 0.0)) + np.arange(60)[:, None] / FPS * np.array(direction, dtype=float)
    assert measure(standing(path)).facing_off_travel == pytest.approx(degrees, abs=2)


def test_the_report_weights_clips_by_time():
    short, long = standing(frames=30), standing(np.tile((0.0, STAND - 0.05, 0.0), (90, 1)), frames=90)
    report = physical_report([short, long])
    assert report["clips"] == 2
    assert report["seconds"] == pytest.approx(4.0)
    expected = 0.25 * measure(short).penetration + 0.75 * measure(long).penetration
    assert report["penetration"] == pytest.approx(expected)
    with pytest.raises(InputError, match="at least one motion"):
        physical_report([])


def test_other_rates_are_brought_to_thirty():
    path = np.array((0.0, STAND, 0.0)) + np.arange(240)[:, None] / 120 * (0.0, 0.0, 0.7)
    fast = replace(standing(path, frames=240), fps=120.0)
    assert measure(fast).foot_skate == pytest.approx(1.0)


def test_single_frames_can_be_measured():
    assert measure(standing(frames=1)).jerk == 0
