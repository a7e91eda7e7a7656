"""Files as found in the wild: each loads, or is refused with one sentence that says why."""

import csv
import warnings

import numpy as np
import pytest

from kinema.errors import FormatError
from kinema.formats import read_clip

# file: root, joints, frames, frames a second
LOADED = {
    "mixamo_walk_freebvh.bvh": ("mixamorig:Hips", 55, 69, 30.0),
    "classic_biovision_2frames.bvh": ("Hips", 18, 2, 30.0),
    "fair1_zombie_mixed_order_negY.bvh": ("Hips", 27, 779, 30.0),
    "cmu_01_01_120fps.bvh": ("Hips", 31, 2752, 120.0),
    "boxing_toes_100fps_rowmismatch.bvh": ("Hips", 21, 3070, 100.0),
    "pybvh_zup_mixed_orders.bvh": ("Hips", 24, 75, 30.0),
    "cmu_12_01_walk_crlf.bvh": ("Hips", 31, 524, 120.0),
    "one_frame_zup_skeleton.bvh": ("Hips", 24, 1, 120.0),
    "rotation_channels_before_position.bvh": ("Hips", 4, 4, 25.0),
    "fps_23_976.bvh": ("Hips", 2, 3, 23.976),
    "not_a_human_4joints.bvh": ("base", 4, 120, 60.0),
    "cmu_11_01.amc": ("root", 31, 597, 120.0),
    "makehuman_walk_zup_dm_24fps.bvh": ("Root", 75, 14, 24.0),
    "perfume_dance_A_40fps.bvh": ("Hips", 23, 1300, 40.0),
    "xia_old_120fps.bvh": ("Hips", 31, 189, 120.0),
    "bfa_zombie_60fps.bvh": ("Hips", 21, 512, 60.0),
    "cmu_swim_60fps_cm.bvh": ("Hips", 21, 419, 60.0),
    "bandai_walk_old_doubleroot.bvh": ("Hips", 21, 285, 30.0),
    "CesiumMan.glb": ("Skeleton_torso_joint_1", 19, 59, 30.0),
    "secondlife_walk_CR_only.bvh": ("hip", 20, 31, 30.0),
    "secondlife_kneel_scientific.bvh": ("hip", 19, 89, 10.0),
}
REFUSED = {
    "cmu_11.asf": "choose the .amc",
    "mesh2motion_human_male.glb": "holds no animation",
    "ozz_pab_walk.fbx": "through Blender",
    "vrm_animation_test.vrma": "import it in Blender",
    "no_motion_section.bvh": "no MOTION section",
}
NOT_ADULT_SIZED = {"not_a_human_4joints.bvh", "rotation_channels_before_position.bvh", "fps_23_976.bvh"}


def test_every_clip_of_the_manifest_is_covered(testclips):
    with (testclips / "MANIFEST.csv").open(newline="") as file:
        named = {row["file"] for row in csv.DictReader(file)}
    assert named == set(LOADED) | set(REFUSED)


@pytest.mark.parametrize("name", LOADED)
def test_clip_loads(testclips, name):
    root, joints, frames, fps = LOADED[name]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        motion = read_clip(testclips / name)
    assert (motion.skeleton.names[0], len(motion.skeleton), len(motion)) == (root, joints, frames)
    assert motion.fps == pytest.approx(fps, abs=1e-3)
    said = [str(warning.message) for warning in caught]
    assert len(said) == (1 if "rowmismatch" in name else 0), said
    if name not in NOT_ADULT_SIZED:
        spread = np.linalg.norm(np.ptp(motion.positions(), axis=1), axis=-1).max()
        assert 0.9 < spread < 2.8  # an adult in any pose, corner to corner of the box around the joints


@pytest.mark.parametrize("name", REFUSED)
def test_clip_is_refused_in_one_sentence(testclips, name):
    with pytest.raises(FormatError) as caught:
        read_clip(testclips / name)
    assert REFUSED[name] in str(caught.value)
    assert name in str(caught.value)


def test_the_still_root_of_bandai_gives_its_movement_to_the_hips(testclips):
    motion = read_clip(testclips / "bandai_walk_old_doubleroot.bvh")
    travel = np.linalg.norm(motion.root_translation[-1] - motion.root_translation[0])
    assert 1.0 < travel < 10.0
    assert 0.8 < motion.root_translation[:, 1].mean() < 1.0
    toes = motion.positions()[:, [k for k, name in enumerate(motion.skeleton.names) if "Toe" in name], 1]
    assert abs(toes.min()) < 0.1


def test_acclaim_and_bvh_files_of_one_trial_agree(testclips, unpacked):
    """CMU 01_01 as AMC and as converted BVH (which has a T-pose in row 0 and lacks the thorax bone): the same legs."""
    acclaim = read_clip(unpacked / "cmu" / "amc" / "01_01.amc")
    biovision = read_clip(testclips / "cmu_01_01_120fps.bvh").crop(1, 2752)
    pairs = {
        "lfemur": "LeftUpLeg",
        "ltibia": "LeftLeg",
        "lfoot": "LeftFoot",
        "rfoot": "RightFoot",
        "rtoes": "RightToeBase",
    }
    for bone, joint in pairs.items():
        here = acclaim.positions()[:, acclaim.skeleton.index(bone)]
        there = biovision.positions()[:, biovision.skeleton.index(joint)]
        np.testing.assert_allclose(here, there, atol=1e-4)


def test_wraps_of_180_degrees_do_not_tear_the_motion(testclips):
    """Euler angles jump by 360 degrees between rows; positions must not."""
    for name in ("mixamo_walk_freebvh.bvh", "cmu_01_01_120fps.bvh", "xia_old_120fps.bvh"):
        motion = read_clip(testclips / name)
        steps = np.linalg.norm(np.diff(motion.positions()[1:], axis=0), axis=-1)  # row 0 may be a T-pose
        assert steps.max() * motion.fps < 15.0  # metres a second
