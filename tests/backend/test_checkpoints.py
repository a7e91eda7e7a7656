"""Packs are found where they are said to be, written whole, and refused with the fix when anything is wrong."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from kinema import checkpoints
from kinema.checkpoints import find_pack, write_pack
from kinema.errors import WeightsError

WEIGHTS = {"a.safetensors": {"w": torch.arange(6.0).reshape(2, 3), "n": torch.tensor([1, 2])}}


def write(folder: Path, **changes) -> checkpoints.Pack:
    settings = {
        "name": folder.name,
        "version": "1.2.3",
        "licence": "CC BY 4.0",
        "commercial": True,
        "attribution": ["someone"],
        "weights": WEIGHTS,
        "sections": {"sampling": {"steps": 4}, "denoiser": {}},
        "card": "# card\n",
    }
    return write_pack(folder, **{**settings, **changes})


@pytest.fixture
def folder(tmp_path) -> Path:
    write(tmp_path / "models" / "mine")
    return tmp_path / "models" / "mine"


def edit(folder: Path, **changes) -> None:
    manifest = json.loads((folder / "pack.json").read_text())
    (folder / "pack.json").write_text(json.dumps({**manifest, **changes}))


def test_written_pack_to_loaded_pack(folder):
    pack = find_pack(folder)
    assert (pack.name, pack.version, pack.licence, pack.commercial) == ("mine", "1.2.3", "CC BY 4.0", True)
    loaded = pack.load("a.safetensors")
    for name, value in WEIGHTS["a.safetensors"].items():
        torch.testing.assert_close(loaded[name], value, rtol=0, atol=0)
    assert pack.section("sampling") == {"steps": 4}
    assert (folder / "MODEL_CARD.md").read_text() == "# card\n"
    pack.verify()
    assert set(pack.provenance()) == {"name", "version", "sha256", "licence", "commercial"}
    assert sorted(path.name for path in folder.parent.iterdir()) == ["mine"]


def test_writing_again_replaces_the_weights_and_keeps_the_card(folder):
    before = find_pack(folder)
    after = write(folder, weights={"b.safetensors": {"w": torch.ones(2)}}, card=None)
    assert sorted(path.name for path in folder.iterdir()) == ["MODEL_CARD.md", "b.safetensors", "pack.json"]
    assert (folder / "MODEL_CARD.md").read_text() == "# card\n"
    assert after.sha256 != before.sha256
    assert sorted(path.name for path in folder.parent.iterdir()) == ["mine"]


def test_one_string_names_the_weights(tmp_path):
    first, same = write(tmp_path / "first"), write(tmp_path / "same")
    other = write(tmp_path / "other", weights={"a.safetensors": {"w": torch.zeros(1)}})
    assert first.sha256 == same.sha256 != other.sha256


def test_a_failed_write_leaves_the_old_pack(folder):
    with pytest.raises(WeightsError, match="may not be called files"):
        write(folder, sections={"files": {}})
    with pytest.raises(WeightsError, match="lists"):
        write(folder, weights={"../a.safetensors": {}})
    find_pack(folder).verify()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["mine"]


def test_search_order(folder, tmp_path, monkeypatch):
    monkeypatch.delenv(checkpoints.MODELS_VARIABLE, raising=False)
    with pytest.raises(WeightsError, match="no model pack 'mine'"):
        find_pack("mine")
    shutil.copytree(folder, tmp_path / "later" / "mine")
    monkeypatch.setenv(checkpoints.MODELS_VARIABLE, f"{tmp_path / 'none'}:{folder.parent}:{tmp_path / 'later'}")
    assert find_pack("mine").folder == folder
    assert find_pack(tmp_path / "later" / "mine").folder == tmp_path / "later" / "mine"
    with pytest.raises(WeightsError, match=r"there are .*mine"):
        find_pack("yours")


def test_the_packs_that_make_motion_are_listed_and_named_where_styles_are_missing(folder, monkeypatch, tmp_path):
    models = tmp_path / "listed"
    for name, sections in {
        "plain": {"denoiser": {}},
        "styled": {"denoiser": {}, "style": {"labels": ["old", "proud"]}},
        "judge": {"evaluator": {}},
        "odd": {"denoiser": {}, "style": ["old"]},
    }.items():
        shutil.copytree(folder, models / name)
        manifest = json.loads((folder / "pack.json").read_text()) | {"name": name}
        manifest.pop("denoiser", None)
        (models / name / "pack.json").write_text(json.dumps(manifest | sections))
    (models / "broken").mkdir()
    (models / "broken" / "pack.json").write_text("{")
    monkeypatch.setattr(checkpoints, "model_folders", lambda: (tmp_path / "none", models))
    assert [pack.name for pack in checkpoints.model_packs()] == ["odd", "plain", "styled"]
    assert find_pack("styled").styles == ("old", "proud")
    assert find_pack("odd").styles == ()
    assert checkpoints.no_styles(find_pack("plain")) == "model pack 'plain' has no styles; choose styled"
    shutil.rmtree(models / "styled")
    assert checkpoints.no_styles(find_pack("plain")).endswith("choose one with a style network")
    with pytest.raises(WeightsError, match=r"there are odd, plain$"):
        find_pack("styled")


@pytest.mark.parametrize("name", ["../mine", "mine/../mine", "", ".", "/", "x" * 300, "m\0ine"])
def test_names_do_not_leave_the_models_folder(folder, monkeypatch, name):
    monkeypatch.setenv(checkpoints.MODELS_VARIABLE, str(folder.parent / "sub"))
    monkeypatch.chdir(folder.parent)
    (folder.parent / "sub").mkdir()
    if name in ("mine/../mine",):
        assert find_pack(name).name == "mine"  # A path that exists is a path.
        return
    if name == "":
        monkeypatch.setattr(checkpoints, "DEFAULT_PACK", "nothing")
    with pytest.raises(WeightsError, match="no model pack"):
        find_pack(name)


def test_a_changed_byte_is_damage(folder):
    raw = bytearray((folder / "a.safetensors").read_bytes())
    raw[-1] ^= 1
    (folder / "a.safetensors").write_bytes(raw)
    for act in (lambda: find_pack(folder).load("a.safetensors"), find_pack(folder).verify):
        with pytest.raises(WeightsError, match="is damaged; install the model pack 'mine' again"):
            act()


def test_a_cut_file_is_damage(folder):
    (folder / "a.safetensors").write_bytes((folder / "a.safetensors").read_bytes()[:-10])
    with pytest.raises(WeightsError, match="is damaged"):
        find_pack(folder).load("a.safetensors")


def test_a_missing_file_names_the_fix(folder):
    (folder / "a.safetensors").unlink()
    with pytest.raises(WeightsError, match="install the model pack 'mine' again"):
        find_pack(folder).load("a.safetensors")
    with pytest.raises(WeightsError, match="has no file b"):
        find_pack(folder).load("b.safetensors")
    with pytest.raises(WeightsError, match="lacks its section 'text'"):
        find_pack(folder).section("text")


def test_a_pointer_of_git_lfs_names_its_own_fix(folder):
    (folder / "a.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(WeightsError, match="git lfs pull"):
        find_pack(folder).load("a.safetensors")


def test_a_file_that_is_no_safetensors_is_refused_although_its_hash_is_right(folder):
    import hashlib

    content = b"\x80\x04pickle?"
    (folder / "a.safetensors").write_bytes(content)
    edit(folder, files={"a.safetensors": {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}})
    with pytest.raises(WeightsError, match="not a safetensors file"):
        find_pack(folder).load("a.safetensors")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "format 2 and this Kinema reads 1"),
        ({"format": None}, "format None"),
        ({"licence": None}, "lacks 'licence'"),
        ({"commercial": "yes"}, "lacks 'commercial'"),
        ({"files": []}, "lacks 'files'"),
        ({"files": {"../../etc/passwd": {"sha256": "0", "bytes": 1}}}, "wrongly"),
        ({"files": {"/etc/passwd": {"sha256": "0", "bytes": 1}}}, "wrongly"),
        ({"files": {"a.safetensors": {"sha256": 0, "bytes": 1}}}, "wrongly"),
        ({"files": {"a.safetensors": "x"}}, "wrongly"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(folder, changes, reason):
    edit(folder, **changes)
    with pytest.raises(WeightsError, match=reason):
        find_pack(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b" " * (2 << 20)])
def test_a_manifest_that_is_none_is_refused(folder, content):
    (folder / "pack.json").write_bytes(content)
    with pytest.raises(WeightsError):
        find_pack(folder)


def test_the_random_pack_opens_as_a_pipeline(random_pack):
    from kinema.pipeline import Pipeline

    assert Pipeline.open(find_pack(random_pack), "cpu").pack.name == "random"
