"""A pack may be used commercially only when nothing that forbids it is behind any of its weights."""

import json
import shutil
from pathlib import Path

import pytest

from kinema.checkpoints import find_pack
from kinema.errors import FormatError, InputError
from kinema.training import autoencoder, diffusion, export, packed, record
from kinema.training.distributed import Group
from kinema.training.licences import LICENCES, Selection
from kinema.training.packed import PackedSets
from kinema.training.pieces import PieceBank

from . import tiny_runs
from .test_packed import row, swaying_motion

OPEN_TEXT = {name: LICENCES[name] for name in ("cmu", "CLIP vocabulary", "all-MiniLM-L6-v2")}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    clips = []
    for number, source in enumerate(["cmu", "cmu", "bandai", "hdm05", "pfnn", "xia_test"]):
        described = row(f"{source}/{number}", source, "val" if number == 0 else "train")
        spoken = described["captions"][0] | {"text": "a man lifts his left arm", "dataset": "HumanML3D"}
        described["captions"] = [*described["captions"], spoken, spoken | {"dataset": "BABEL", "text": "raise"}]
        clips.append((described, swaying_motion(number, 48)))
    packed.write(folder / "packed", clips, {})
    tiny_runs.write_inputs(folder)
    return folder


def test_an_open_selection_leaves_only_clips_and_captions_for_commercial_use(prepared):
    sets = PackedSets([prepared / "packed"], Selection(commercial=True))
    assert {clip.source for clip in sets.clips} == {"cmu", "hdm05"}
    assert {caption.dataset for clip in sets.clips for caption in clip.captions} == {"kinema"}
    assert all(licence.commercial for licence in sets.used().values())
    bank = PieceBank.open([prepared / "packed"], Selection(commercial=True))
    assert {piece.clip.source for piece in bank.pieces} <= {"cmu", "hdm05"}


def test_everything_still_leaves_out_unstated_terms_and_validation_labels(prepared):
    sets = PackedSets([prepared / "packed"])
    assert set(sets.used()) == {"cmu", "bandai", "hdm05", "pfnn", "kinema", "HumanML3D"}


def test_named_sources_alone_are_used(prepared):
    sets = PackedSets([prepared / "packed"], Selection(frozenset({"cmu"})))
    assert set(sets.used()) == {"cmu", "kinema"}
    with pytest.raises(InputError, match="leave out all"):
        PackedSets([prepared / "packed"], Selection(frozenset({"nobody"})))


def exported(prepared: Path, run: Path, name: str):
    folder = prepared / name
    words = [str(folder), "--text", str(prepared / "text"), "--diffusion", str(run)]
    assert export.main(words) == 0
    return find_pack(folder)


@pytest.mark.timeout(1200)
def test_the_licence_of_a_pack_follows_from_its_runs(prepared):
    words = [*tiny_runs.arguments("diffusion", prepared, "mixed", 1)]
    diffusion.train(diffusion.read(words), Group())
    mixed = exported(prepared, prepared / "runs" / "mixed", "mixed-pack")
    assert (mixed.commercial, mixed.licence) == (False, export.NON_COMMERCIAL)
    assert any("Bandai" in line for line in mixed.manifest["attribution"])

    open_words = [*tiny_runs.arguments("diffusion", prepared, "open", 1), "--open"]
    with pytest.raises(InputError, match="which this run may not use"):
        diffusion.train(diffusion.read(open_words), Group())
    words = [*tiny_runs.arguments("autoencoder", prepared, "ae-open", 1), "--open"]
    autoencoder.train(autoencoder.read(words), Group())
    made = prepared / "runs" / "ae-open"
    assert set(record.read(made)) == {"cmu", "hdm05", "kinema"}

    record.write(prepared / "text", OPEN_TEXT)
    open_words[open_words.index("--autoencoder") + 1] = str(made / "autoencoder.safetensors")
    diffusion.train(diffusion.read(open_words), Group())
    pack = exported(prepared, prepared / "runs" / "open", "open-pack")
    assert (pack.commercial, pack.licence) == (True, export.SHARE_ALIKE), "HDM05 is CC BY-SA"
    said = " ".join(pack.manifest["attribution"])
    assert "mocap.cs.cmu.edu" in said
    assert "HDM05" in said
    assert "MiniLM" in said
    assert "Bandai" not in said
    rough = [json.loads(line) for line in (prepared / "runs" / "rough-open" / "rough.jsonl").open()]
    assert len(rough) == 4

    start = [*open_words, "--start", str(prepared / "runs" / "mixed" / "denoiser.safetensors")]
    with pytest.raises(InputError, match="bandai"):
        diffusion.train(diffusion.read(start), Group())


def test_without_share_alike_sources_a_pack_for_commercial_use_asks_for_the_name_alone(prepared, tmp_path):
    for folder in ("text", "runs/open"):
        shutil.copytree(prepared / folder, tmp_path / folder)
    record.write(tmp_path / "runs" / "open", {"cmu": LICENCES["cmu"]})
    pack = exported(tmp_path, tmp_path / "runs" / "open", "named")
    assert (pack.commercial, pack.licence) == (True, export.COMMERCIAL)
    # What an old record leaves out is known today.
    entries = {"hdm05": {"sentence": "CC BY-SA 3.0 Unported", "shippable": True, "commercial": True}}
    (tmp_path / "runs" / "open" / record.NAME).write_text(json.dumps(entries))
    assert record.read(tmp_path / "runs" / "open")["hdm05"].share_alike
    assert exported(tmp_path, tmp_path / "runs" / "open", "shared").licence == export.SHARE_ALIKE


def test_without_made_motion_none_is_made(prepared):
    words = [*tiny_runs.arguments("diffusion", prepared, "../bare/run", 1), "--rough", "0"]
    diffusion.train(diffusion.read(words), Group())
    assert (prepared / "bare" / "run" / "denoiser.safetensors").is_file()
    assert not (prepared / "bare" / "rough").exists()


def test_what_has_no_record_counts_as_made_from_everything(tmp_path):
    assert "bandai" in record.read(tmp_path)
    with pytest.raises(InputError, match="bandai"):
        Selection(commercial=True).require(record.read(tmp_path), "weights")
    (tmp_path / "sources.json").write_text('{"cmu": 3}')
    with pytest.raises(FormatError, match="damaged"):
        record.read(tmp_path)
