"""Saved styles: one file each, with licence and source inside; damaged and foreign files are left out."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from kinema import geometry
from kinema.errors import MotionError, RequestError
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY
from kinema.stylization import library
from kinema.stylization.library import Preset
from kinema.stylization.references import check_reference


def swaying(seconds: float, fps: float = 30.0, angle: float = 0.4) -> Motion:
    time = np.arange(round(seconds * fps))[:, None, None] / fps
    vectors = angle * np.sin(2 * np.pi * time + np.arange(22)[None, :, None])
    root = np.tile([0.0, 0.95, 0.0], (len(time), 1))
    return Motion(geometry.quaternion_from_rotation_vector(vectors * [1.0, 0.3, 0.1]), root, fps, SMPL_BODY)


@pytest.fixture
def styles(tmp_path, monkeypatch):
    monkeypatch.setenv("KINEMA_STYLES", str(tmp_path / "styles"))
    return tmp_path / "styles"


LIMP = Preset("limp", "limping, careful", "CC0", "made by hand")


def test_a_saved_style_comes_back_with_licence_and_source_and_can_be_shared(styles, tmp_path, monkeypatch):
    path = library.save(LIMP, swaying(14))
    assert path.stat().st_size < 300_000
    preset, motion = library.load("limp")
    assert preset == LIMP
    assert motion.seconds == pytest.approx(10.0)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(path, elsewhere / "their limp.npz")
    monkeypatch.setenv("KINEMA_STYLES", str(elsewhere))
    assert [p.name for p in library.presets()] == ["their limp"]
    assert library.presets()[0].licence == "CC0"


def test_removed_is_gone_and_unknown_is_one_sentence(styles):
    library.save(LIMP, swaying(2))
    library.remove("limp")
    assert library.presets() == ()
    with pytest.raises(RequestError, match="kinema styles"):
        library.remove("limp")
    with pytest.raises(RequestError, match="kinema styles"):
        library.load("limp")


def test_damaged_and_foreign_files_are_left_out(styles):
    library.save(LIMP, swaying(2))
    (styles / "broken.npz").write_bytes(b"PK nothing")
    np.savez(styles / "other.npz", a=np.zeros(3))
    assert [preset.name for preset in library.presets()] == ["limp"]


@pytest.mark.parametrize("name", ["", "../up", "a/b", "random", "auto", "x" * 80])
def test_names_that_could_leave_the_folder_or_mean_something_else_are_refused(styles, name):
    with pytest.raises(RequestError, match="cannot name a style"):
        library.save(Preset(name, "", "CC0", "me"), swaying(2))


def test_a_style_needs_licence_source_and_a_free_name(styles):
    with pytest.raises(RequestError, match="licence"):
        library.save(Preset("limp", "", " ", "me"), swaying(2))
    with pytest.raises(RequestError, match="comes with the model"):
        library.save(LIMP, swaying(2), taken=("limp",))


def test_short_and_still_references_get_one_sentence():
    check_reference(swaying(1.0))
    check_reference(swaying(1.0, fps=24.0))
    with pytest.raises(MotionError, match=r"lasts 0\.9 s; choose a clip of at least 1 s"):
        check_reference(swaying(0.9))
    with pytest.raises(MotionError, match="nothing moves"):
        check_reference(swaying(3.0, angle=0.0))
    still = swaying(3.0, angle=0.0)
    rotations = np.array(still.rotations)
    rotations[0, SMPL_BODY.index("L_Shoulder")] = [0.8, 0.0, 0.0, 0.6]
    with pytest.raises(MotionError, match="nothing moves"):
        check_reference(replace(still, rotations=rotations))
