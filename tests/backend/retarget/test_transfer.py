"""Figures that are SMPL's body under another description give SMPL's motion back."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from kinema.contacts import foot_contacts
from kinema.errors import SkeletonError
from kinema.geometry import angle_between, quaternion_from_rotation_vector
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY
from kinema.retarget import map_joints, retarget, to_smpl

from .figures import INDEX, MIXAMO, NAMES, Figure, marching

SMPL_NAMES = {name: name for name in NAMES}


def degrees_off(a: Motion, b: Motion) -> np.ndarray:
    """(T, 22) angle between local rotations."""
    return np.degrees(angle_between(a.rotations, b.rotations))


def assert_same_motion(result: Motion, expected: Motion, degrees: float, metres: float) -> None:
    """Same rotations and places, the ground apart."""
    assert result.skeleton is SMPL_BODY
    assert result.fps == expected.fps
    assert degrees_off(result, expected).max() < degrees
    raised = result.root_translation - expected.root_translation
    assert_allclose(raised - raised[0] * [0.0, 1.0, 0.0], 0.0, atol=metres)


def test_a_motion_on_the_smpl_body_comes_back_as_it_is():
    motion = marching()
    result = to_smpl(motion)
    assert_allclose(result.rotations, motion.rotations, atol=1e-6)
    assert_allclose(result.root_translation, motion.root_translation, atol=1e-6)


@pytest.mark.parametrize("rest", ["T", "A", "I"])
@pytest.mark.parametrize("prefix", ["", "mixamorig:", "Armature|"])
def test_rest_poses_with_arms_out_or_down_give_the_same_rotations(rest, prefix):
    motion = marching(airborne=True)
    result = to_smpl(Figure(MIXAMO, rest=rest, prefix=prefix).source(motion))
    assert_same_motion(result, motion, degrees=1e-3, metres=1e-6)


@pytest.mark.parametrize("scale", [0.01, 0.5, 100.0])
def test_size_does_not_matter(scale):
    motion = marching(airborne=True)
    result = to_smpl(Figure(MIXAMO, rest="A", scale=scale).source(motion))
    assert_same_motion(result, motion, degrees=1e-3, metres=1e-6)


def test_heading_and_place_of_a_z_up_figure_are_its_own():
    motion = marching(airborne=True)
    report = retarget(Figure(MIXAMO, world=(np.pi / 2, 0.0, 0.0)).source(motion))
    assert report.report.turned
    assert_same_motion(report.motion, motion, degrees=1e-3, metres=1e-6)


def test_a_figure_upside_down_is_set_on_its_feet():
    motion = marching(airborne=True)
    source = Figure(MIXAMO).source(motion)
    over = np.array([0.0, 0.0, 0.0, 1.0])  # half a turn about Z; the rest pose stays
    rotations = np.array(source.rotations)
    rotations[:, 0] = quaternion.multiply(over, rotations[:, 0])
    result = to_smpl(Motion(rotations, quaternion.rotate(over, source.root_translation), source.fps, source.skeleton))
    assert degrees_off(result, motion)[:, 1:].max() < 1e-3
    assert np.all(result.positions()[:, INDEX["Head"], 1] > result.positions()[:, INDEX["Pelvis"], 1])


def test_a_body_that_lies_on_the_ground_is_not_set_upright():
    motion = marching(airborne=True)
    flat = np.array([np.sqrt(0.5), -np.sqrt(0.5), 0.0, 0.0])
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quaternion.multiply(flat, rotations[:, 0])
    lying = Motion(rotations, np.tile([0.0, 0.2, 0.0], (len(motion), 1)), motion.fps, SMPL_BODY)
    result = to_smpl(Figure(MIXAMO).source(lying)).positions()
    assert np.ptp(result[..., 1], axis=1).max() < 1.0
    assert result[..., 1].min() > -0.1


def random_frames(seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return quaternion.normalize(generator.normal(size=(len(NAMES), 4)))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_joints_whose_frames_lie_anyhow_are_aligned_by_the_motion(seed):
    """At identity such a figure is a tangle, so its rest pose says nothing; trunk and twist come from the clip."""
    motion = marching(seconds=4.0)
    result = retarget(Figure(MIXAMO, frames=random_frames(seed)).source(motion))
    assert not result.report.human_rest
    relative = result.motion.positions() - result.motion.root_translation[:, None]
    expected = motion.positions() - motion.root_translation[:, None]
    assert np.linalg.norm(relative - expected, axis=-1).mean() < 0.03
    assert np.median(degrees_off(result.motion, motion)) < 6.0
    again = retarget(Figure(MIXAMO, frames=random_frames(seed + 10)).source(motion))
    assert degrees_off(again.motion, result.motion).max() < 1e-3


def test_rolled_frames_along_the_axes_give_exact_trunk_and_limbs_for_a_one_sided_clip():
    """Rigs like Bandai's: frames along the body's axes, so a bowed clip gets the constants of an upright one."""
    motion = marching()
    rotations = np.array(motion.rotations)
    bow = quaternion_from_rotation_vector(np.array([0.3, 0.0, 0.0]))
    rotations[:, INDEX["Spine1"]] = quaternion.multiply(bow, rotations[:, INDEX["Spine1"]])
    quarter = np.pi / 2 * np.eye(3)
    frames = quaternion_from_rotation_vector(quarter[np.arange(len(NAMES)) % 3])
    straight = np.array(SMPL_BODY.offsets)
    for joint in range(1, len(NAMES)):  # a body whose bones lie exactly along the axes
        best = int(np.argmax(np.abs(straight[joint])))
        if NAMES[joint] not in ("L_Hip", "R_Hip", "L_Collar", "R_Collar", "L_Foot", "R_Foot"):
            straight[joint] = np.eye(3)[best] * straight[joint][best]
    body = Skeleton(SMPL_BODY.names, SMPL_BODY.parents, straight)
    bowed = Motion(rotations, motion.root_translation, motion.fps, body)
    source = rolled(bowed, frames)
    result = retarget(source)
    assert not result.report.human_rest
    trunk = [INDEX[name] for name in ("Pelvis", "Spine1", "Spine2", "Spine3", "Neck", "Head", "L_Collar")]
    found, expected = result.motion.global_rotations(), bowed.global_rotations()
    assert np.degrees(angle_between(found[:, trunk], expected[:, trunk])).max() < 0.1


def rolled(motion: Motion, frames: np.ndarray) -> Motion:
    """The motion with each joint's frame turned by `frames` (J, 4), under Mixamo's names."""
    skeleton = motion.skeleton
    world = quaternion.multiply(motion.global_rotations(), frames)
    offsets = np.array(skeleton.offsets)
    local = world.copy()
    for joint in range(1, len(skeleton)):
        parent = skeleton.parents[joint]
        offsets[joint] = quaternion.rotate(quaternion.conjugate(frames[parent]), offsets[joint])
        local[:, joint] = quaternion.multiply(quaternion.conjugate(world[:, parent]), world[:, joint])
    named = Skeleton(tuple(MIXAMO[name] for name in skeleton.names), skeleton.parents, offsets)
    return Motion(local, motion.root_translation, motion.fps, named)


@pytest.mark.parametrize(
    "without",
    [
        ("L_Foot", "R_Foot"),
        ("L_Collar", "R_Collar"),
        ("Neck",),
        ("Head",),
        ("Spine2",),
        ("Spine1", "Spine2"),
        ("L_Foot", "R_Foot", "L_Collar", "R_Collar", "Neck", "Spine1", "Spine2"),
    ],
    ids="/".join,
)
def test_joints_that_a_source_does_not_have_are_filled_in(without):
    motion = marching()
    source = Figure(MIXAMO, rest="A", without=without).source(motion)
    assert not set(without) & set(map_joints(source.skeleton)) - {"Spine1", "Spine2"}
    result = to_smpl(source)
    kept = [INDEX[f"{side}_{part}"] for side in "LR" for part in ("Knee", "Ankle", "Elbow", "Wrist")]
    error = (result.positions() - result.root_translation[:, None]) - (
        motion.positions() - motion.root_translation[:, None]
    )
    assert np.linalg.norm(error[:, kept], axis=-1).mean() < 0.02


def test_a_spine_of_one_joint_is_spread_over_three():
    motion = marching()
    result = to_smpl(Figure(MIXAMO, without=("Spine1", "Spine2")).source(motion))
    shares = [angle_between(result.rotations[:, INDEX[f"Spine{k}"]], [1.0, 0, 0, 0]).mean() for k in (1, 2, 3)]
    assert_allclose(shares, np.mean(shares), rtol=0.05)
    assert shares[0] > 0.01


def test_standing_feet_stand_on_the_ground_and_do_not_slide():
    """Wider hips, longer shins and a foot raised by 0.3 m of world: the source's contacts are the result's."""
    t = np.linspace(0.0, 2.0 * np.pi, 120)
    vectors = np.zeros((120, len(NAMES), 3))
    bend = 0.5 - 0.5 * np.cos(t)
    for side in "LR":
        vectors[:, INDEX[f"{side}_Hip"], 0] = -bend
        vectors[:, INDEX[f"{side}_Knee"], 0] = 2.0 * bend
        vectors[:, INDEX[f"{side}_Ankle"], 0] = -bend
    squat = Motion(quaternion_from_rotation_vector(vectors), np.zeros((120, 3)), 60.0, SMPL_BODY)
    offsets = np.array(SMPL_BODY.offsets)
    offsets[[INDEX["L_Hip"], INDEX["R_Hip"]], 0] *= 1.6
    offsets[[INDEX["L_Ankle"], INDEX["R_Ankle"]]] *= 1.1
    figure = Skeleton(tuple(MIXAMO[name] for name in NAMES), SMPL_BODY.parents, offsets)
    source = Motion(squat.rotations, squat.root_translation, 60.0, figure)
    ankle = source.positions()[:, figure.index("LeftFoot")]
    planted = Motion(source.rotations, [0.0, 0.4, 0.0] + (ankle[0] - ankle), 60.0, figure)
    result = retarget(planted)
    positions = result.motion.positions()
    feet = positions[:, [INDEX["L_Ankle"], INDEX["L_Foot"]]]
    assert np.abs(feet - feet[0]).max() < 0.01
    assert abs(feet[0, 1, 1] - 0.02) < 0.01
    assert foot_contacts(positions, 60.0).mean() == 1.0
    assert result.report.skate < result.report.skate_source + 0.02
    assert result.report.errors["Ankle"] < 0.005


def test_feet_are_levelled_where_the_rest_pose_tilts_them():
    """The file's feet point down at rest and are turned up again in every frame in which they stand."""
    standing = np.tile([1.0, 0.0, 0.0, 0.0], (60, len(NAMES), 1))
    source = Figure(MIXAMO).source(Motion(standing, np.tile([0.0, 0.9, 0.0], (60, 1)), 30.0, SMPL_BODY))
    turned = np.array(source.rotations)
    for name in ("LeftFoot", "RightFoot"):
        turned[:, source.skeleton.index(name)] = quaternion_from_rotation_vector(np.array([-0.25, 0.0, 0.0]))
    result = to_smpl(Motion(turned, source.root_translation, 30.0, source.skeleton))
    up = quaternion.rotate(result.global_rotations()[:, INDEX["L_Ankle"]], np.array([0.0, 1.0, 0.0]))
    assert np.degrees(np.arccos(np.clip(up[:, 1], -1.0, 1.0))).max() < 1.0


def test_hands_that_meet_in_the_source_meet_in_the_result():
    t = np.linspace(0.0, 2.0 * np.pi, 90)
    vectors = np.zeros((90, len(NAMES), 3))
    for side, sign in (("L", 1.0), ("R", -1.0)):
        vectors[:, INDEX[f"{side}_Shoulder"], 1] = -sign * (1.3 + 0.35 * np.sin(t))
        vectors[:, INDEX[f"{side}_Elbow"], 1] = -sign * 0.9
    offsets = np.array(SMPL_BODY.offsets)
    for side in "LR":  # a narrow figure with long arms
        offsets[INDEX[f"{side}_Shoulder"]] *= [0.4, 1.0, 1.0]
        offsets[[INDEX[f"{side}_Elbow"], INDEX[f"{side}_Wrist"]]] *= 1.15
    skeleton = Skeleton(tuple(MIXAMO[name] for name in NAMES), SMPL_BODY.parents, offsets)
    source = Motion(quaternion_from_rotation_vector(vectors), np.tile([0.0, 0.95, 0.0], (90, 1)), 30.0, skeleton)

    def gap(motion: Motion, left: int, right: int) -> np.ndarray:
        """Signed distance sideways: positive while the left hand is on the left."""
        positions = motion.positions()
        return positions[:, left, 0] - positions[:, right, 0]

    before = gap(source, skeleton.index("LeftHand"), skeleton.index("RightHand"))
    after = gap(to_smpl(source), INDEX["L_Wrist"], INDEX["R_Wrist"])
    meeting = np.argmin(np.abs(before))
    assert abs(before[meeting]) < 0.02
    assert abs(after[meeting]) < 0.02


def test_every_frame_is_kept_and_single_frames_work():
    motion = marching(seconds=1.0, fps=24.0)
    source = Figure(MIXAMO).source(motion)
    assert len(to_smpl(source)) == len(motion)
    assert len(to_smpl(source.crop(3, 4))) == 1


def test_neighbouring_quaternions_lie_in_one_hemisphere():
    result = to_smpl(Figure(MIXAMO).source(marching()))
    assert np.all(np.sum(result.rotations[1:] * result.rotations[:-1], axis=-1) > 0)


def test_a_figure_without_bone_lengths_is_refused():
    source = Figure(MIXAMO).source(marching())
    flat = Skeleton(source.skeleton.names, source.skeleton.parents, np.zeros((len(source.skeleton), 3)))
    with pytest.raises(SkeletonError, match="no length"):
        to_smpl(Motion(source.rotations, source.root_translation, source.fps, flat))


def test_the_report_measures_what_was_done():
    motion = marching()
    report = retarget(Figure(MIXAMO, scale=2.0).source(motion)).report
    assert report.human_rest
    assert not report.turned
    assert report.frames == len(motion)
    assert report.scale == pytest.approx(0.5)
    assert report.mean_error < 1e-3
    assert report.direction < 0.1
    assert set(report.errors) == {"Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist"}
