"""Real clips of many skeletons stand upright, face forward and bend the right way on the SMPL body."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from kinema import formats
from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_NAMES
from kinema.retarget import retarget, to_smpl

INDEX = {name: index for index, name in enumerate(SMPL_NAMES)}

UPRIGHT = [
    "mixamo_walk_freebvh.bvh",
    "classic_biovision_2frames.bvh",
    "fair1_zombie_mixed_order_negY.bvh",
    "cmu_01_01_120fps.bvh",
    "pybvh_zup_mixed_orders.bvh",
    "cmu_12_01_walk_crlf.bvh",
    "one_frame_zup_skeleton.bvh",
    "cmu_11_01.amc",
    "makehuman_walk_zup_dm_24fps.bvh",
    "perfume_dance_A_40fps.bvh",
    "xia_old_120fps.bvh",
    "bfa_zombie_60fps.bvh",
    "cmu_swim_60fps_cm.bvh",
    "bandai_walk_old_doubleroot.bvh",
    "CesiumMan.glb",
    "secondlife_walk_CR_only.bvh",
]

NOT_HUMAN = ["rotation_channels_before_position.bvh", "fps_23_976.bvh", "not_a_human_4joints.bvh"]

ARMS_OF_TRUE_LENGTH = ["mixamo_walk_freebvh.bvh", "cmu_11_01.amc", "bandai_walk_old_doubleroot.bvh"]
"""Skeletons whose forearms were not cut short by a conversion."""


@pytest.fixture(scope="session")
def testclips() -> Path:
    """The real-world clips of KINEMA_DATA."""
    data = os.environ.get("KINEMA_DATA")
    if not data:
        pytest.skip("KINEMA_DATA is not set: the folder of the data bundle, for its testclips/")
    return Path(data) / "testclips"


@pytest.fixture(scope="session")
def unpacked() -> Path:
    """The unpacked archives of KINEMA_DATA."""
    folder = os.environ.get("KINEMA_DATA_UNPACKED") or os.environ.get("KINEMA_DATA")
    if not folder or not (Path(folder) / "cmu").is_dir():
        pytest.skip("KINEMA_DATA_UNPACKED is not set: the folder with the unpacked cmu/ archive")
    return Path(folder)


def read(path: Path) -> Motion:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return formats.read_clip(path)


def axes(motion: Motion, joint: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left, up and forward of a joint's body part in the world, each (T, 3)."""
    rotation = motion.global_rotations()[:, INDEX[joint]]
    left, up, forward = (quaternion.rotate(rotation, axis) for axis in np.eye(3))
    return left, up, forward


@pytest.mark.parametrize("name", UPRIGHT)
def test_figures_stand_upright_and_bend_as_humans_do(testclips, name):
    result = retarget(read(testclips / name))
    motion, positions = result.motion, result.motion.positions()
    left, up, _ = axes(motion, "Pelvis")
    head = positions[:, INDEX["Head"]] - positions[:, INDEX["Pelvis"]]
    assert np.median(head[:, 1]) > 0.4
    assert np.median(up[:, 1]) > 0.8
    for side, sign in (("L", 1.0), ("R", -1.0)):
        hip, knee, ankle, toe = (positions[:, INDEX[f"{side}_{part}"]] for part in ("Hip", "Knee", "Ankle", "Foot"))
        shoulder, elbow, wrist = (positions[:, INDEX[f"{side}_{part}"]] for part in ("Shoulder", "Elbow", "Wrist"))
        assert np.all(sign * np.sum((hip - positions[:, 0]) * left, axis=-1) > 0)
        # The knee lies before the line from hip to ankle, the elbow on no side that a forearm could not bend from.
        _, _, thigh_forward = axes(motion, f"{side}_Hip")
        bend = np.linalg.norm(ankle - hip, axis=-1) < 0.78
        if bend.any():
            middle = hip + 0.48 * (ankle - hip)
            assert np.mean(np.sum((knee - middle) * thigh_forward, axis=-1)[bend] > 0) > 0.95
        _, _, arm_forward = axes(motion, f"{side}_Shoulder")
        bent = np.linalg.norm(wrist - shoulder, axis=-1) < 0.46
        if bent.any():
            folded = np.sum((wrist - elbow) * arm_forward, axis=-1)[bent]
            assert np.mean(folded > 0) > 0.9
        _, _, shin_forward = axes(motion, f"{side}_Knee")
        assert np.median(np.sum((toe - ankle) * shin_forward, axis=-1)) > 0.05
    assert np.percentile(positions[..., 1].min(axis=1), 20) > -0.05
    assert np.percentile(positions[..., 1].min(axis=1), 5) < 0.12
    assert result.report.errors["Ankle"] < 0.015
    assert result.report.mean_error < 0.06


@pytest.mark.parametrize("name", ARMS_OF_TRUE_LENGTH)
def test_wrists_and_joints_keep_to_the_scaled_source(testclips, name):
    report = retarget(read(testclips / name)).report
    assert report.errors["Ankle"] < 0.015
    assert report.arm_errors["Wrist"] < 0.015
    assert report.mean_error < 0.03
    assert report.skate < report.skate_source + 0.005


@pytest.mark.parametrize(
    "name", ["mixamo_walk_freebvh.bvh", "cmu_12_01_walk_crlf.bvh", "bandai_walk_old_doubleroot.bvh"]
)
def test_walkers_walk_forward(testclips, name):
    motion = to_smpl(read(testclips / name))
    _, _, forward = axes(motion, "Pelvis")
    step = np.gradient(motion.root_translation, axis=0)
    assert np.mean(np.sum(step * forward, axis=-1) > 0) > 0.8


def test_a_kneeling_figure_is_on_the_ground(testclips):
    motion = to_smpl(read(testclips / "secondlife_kneel_scientific.bvh"))
    positions = motion.positions()[-1]
    assert 0.0 < positions[INDEX["L_Knee"], 1] < 0.2
    assert 0.0 < positions[INDEX["R_Ankle"], 1] < 0.2
    assert positions[INDEX["Head"], 1] > 0.5


@pytest.mark.parametrize("name", NOT_HUMAN)
def test_what_is_no_human_is_refused(testclips, name):
    with pytest.raises(SkeletonError, match="does not look human"):
        to_smpl(read(testclips / name))


def test_one_trial_from_two_skeletons_is_one_motion(testclips, unpacked):
    """CMU 01_01 as AMC and as the BVH conversion, which lost the thorax' and the wrist's length."""
    bvh = to_smpl(read(testclips / "cmu_01_01_120fps.bvh").crop(1, 2000))
    amc = to_smpl(read(unpacked / "cmu" / "amc" / "01_01.amc").crop(0, 1999))
    places = [motion.positions() - motion.root_translation[:, None] for motion in (bvh, amc)]
    assert np.linalg.norm(places[0] - places[1], axis=-1).mean(axis=0).max() < 0.015
