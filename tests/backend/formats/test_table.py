"""read_clip and write_clip: every line of FORMATS, and files that are none."""

import os

import numpy as np
import pytest

from kinema.errors import FormatError
from kinema.formats import FORMATS, OTHER_WAYS, files, read_clip, write_clip
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY


def _motion():
    rng = np.random.default_rng(1)
    return Motion(rng.normal(size=(12, 22, 4)), rng.normal(size=(12, 3)), 30.0, SMPL_BODY)


@pytest.mark.parametrize("suffix", [suffix for suffix, entry in FORMATS.items() if entry.write])
def test_every_written_format_round_trips_a_smpl_clip(tmp_path, suffix):
    motion = _motion()
    path = tmp_path / f"clip{suffix.upper()}"
    write_clip(path, motion)
    again = read_clip(str(path))
    order = [again.skeleton.index(name) for name in SMPL_BODY.names]
    assert again.fps == motion.fps
    np.testing.assert_allclose(again.positions()[:, order], motion.positions(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("suffix", [*FORMATS, *OTHER_WAYS, ".xyz", ""])
def test_files_that_are_not_what_the_suffix_says_are_refused_in_one_sentence(tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"\x00\x01\x02 nonsense")
    with pytest.raises(FormatError) as caught:
        read_clip(path)
    assert f"clip{suffix}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_suffixes_list_the_known_ones(tmp_path):
    with pytest.raises(FormatError) as caught:
        read_clip(tmp_path / "clip.xyz")
    assert all(suffix in str(caught.value) for suffix in FORMATS)
    with pytest.raises(FormatError, match=r"use one of \.bvh, \.npz"):
        write_clip(tmp_path / "clip.glb", _motion())
    assert not (tmp_path / "clip.glb").exists()


def test_fbx_names_the_way_through_blender(tmp_path):
    with pytest.raises(FormatError, match="through Blender"):
        read_clip(tmp_path / "clip.fbx")


@pytest.mark.parametrize("suffix", FORMATS)
def test_missing_empty_and_folder_are_told_apart(tmp_path, suffix):
    with pytest.raises(FormatError, match="does not exist"):
        read_clip(tmp_path / f"missing{suffix}")
    (tmp_path / f"empty{suffix}").touch()
    with pytest.raises(FormatError, match="is empty"):
        read_clip(tmp_path / f"empty{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(FormatError, match="is a folder"):
        read_clip(tmp_path / f"folder{suffix}")
    with pytest.raises(FormatError, match="check"):
        read_clip(f"nul\0l{suffix}")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_file_without_permission_is_named(tmp_path):
    path = tmp_path / "clip.bvh"
    path.write_text("HIERARCHY")
    path.chmod(0)
    with pytest.raises(FormatError, match="permissions"):
        read_clip(path)


def test_files_over_the_limit_are_refused_unread(tmp_path):
    path = tmp_path / "clip.bvh"
    with path.open("wb") as stream:
        stream.truncate(files.MAX_BYTES + 1)  # sparse: takes no disk space
    with pytest.raises(FormatError, match="the limit is 512 MiB"):
        read_clip(path)
