"""The evaluation as a whole, with a generator that plays posed clips, and its written files."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from kinema.errors import InputError
from kinema.evaluation import cli, contact_sheet
from kinema.evaluation.predicates import means
from kinema.evaluation.real_clips import RealClip, load
from kinema.evaluation.report import evaluate, to_json, to_markdown
from kinema.evaluation.scores import arms
from kinema.evaluation.suite import half_of
from kinema.evaluation.validation import table, validate
from kinema.geometry import quaternion_from_rotation_vector
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY
from kinema.training import packed
from kinema.training.sources import Caption

SUITE = (
    means("raise left", "raise the left hand", by=arms.raises(0), label="left"),
    means("raise right", "raise the right hand", by=arms.raises(1), label="right"),
)


def body(left: float, right: float, frames: int = 60) -> Motion:
    """Arms turned about the shoulders: -80 hangs, 60 is up (degrees, either side)."""
    vectors = np.zeros((frames, 22, 3))
    vectors[:, SMPL_BODY.index("L_Shoulder"), 2] = np.radians(left)
    vectors[:, SMPL_BODY.index("R_Shoulder"), 2] = -np.radians(right)
    return Motion(quaternion_from_rotation_vector(vectors), np.tile((0.0, 0.976, 0.0), (frames, 1)), 30.0, SMPL_BODY)


LEFT, RIGHT, DOWN = body(60, -80), body(-80, 60), body(-80, -80)
CLIPS = [
    *[RealClip(LEFT, ("lifts the left hand",), "a")] * 3,
    *[RealClip(RIGHT, ("lifts the right hand",), "a")] * 2,
    *[RealClip(DOWN, ("stands",), "b")] * 5,
]


def only_left(prompt: str, seconds: float, seed: int, samples: int) -> list[Motion]:
    return [LEFT] * samples


def test_shares_are_counted_by_predicate():
    lines: list[str] = []
    report = evaluate(only_left, SUITE, seeds=2, progress=lines.append)
    assert dict(report.shares()) == {"raise left": 1.0, "raise right": 0.0}
    assert report.success == 0.5
    assert np.isnan(report.chance)
    assert lines == ["1/2 raise left: 2 of 2", "2/2 raise right: 0 of 2"]


def test_real_clips_stand_beside(tmp_path):
    report = evaluate(only_left, SUITE, seeds=1, clips=CLIPS)
    assert report.real["clips"] == len(CLIPS)
    rows = {row.name: row for row in report.validity}
    assert (rows["raise left"].labelled, rows["raise left"].true_positive, rows["raise left"].wrong_side) == (
        3,
        1.0,
        0.0,
    )
    assert rows["raise left"].chance == 0.0
    assert report.chance == 0.0
    cli.write(report, tmp_path / "new" / "folder", "test 1.0")
    data = json.loads((tmp_path / "new" / "folder" / "report.json").read_text())
    assert data["success"] == 0.5
    assert data["physical"]["generated"]["facing_off_travel"] is None
    text = (tmp_path / "new" / "folder" / "report.md").read_text()
    assert "| raise left | 1.00 | 0 | 1 (3) |" in text
    assert (tmp_path / "new" / "folder" / "contact_sheet.png").is_file()


def test_unseen_combinations_have_a_figure_of_their_own(tmp_path):
    suite = (SUITE[0], replace(SUITE[1], unseen=True))
    report = evaluate(only_left, suite, seeds=3)
    assert [report.share(unseen).value for unseen in (None, False, True)] == [0.5, 1.0, 0.0]
    assert (report.share().low, report.share().high, report.share().predicates) == (0.0, 1.0, 2)
    text = to_markdown(report, "x")
    assert "| unseen | 1 | 0 | 0.000 to 0.000 |" in text
    assert "| raise right (unseen) | 0.00 |" in text
    assert to_json(report)["shares"]["seen"]["value"] == 1.0
    assert cli.sheet_rows(report.trials, 1)[0].prompt == "raise the left hand"
    assert [t.prompt for t in cli.sheet_rows(report.trials, 40)] == ["raise the left hand", "raise the right hand"]


def test_json_holds_no_motion_and_no_nan():
    text = json.dumps(to_json(evaluate(only_left, SUITE, seeds=1)), allow_nan=False)
    assert "rotations" not in text
    assert "Meaning read off the joints: **0.500**" in to_markdown(evaluate(only_left, SUITE, seeds=1), "x")


def test_validation_draws_the_same_windows_for_the_same_seed():
    assert validate(SUITE, CLIPS, chance_clips=4, seed=3) == validate(SUITE, CLIPS, chance_clips=4, seed=3)
    assert "| **mean** | 2 predicates | 1.00 | 0.00 |" in table(validate(SUITE, CLIPS))


def test_spans_of_a_packed_set_become_clips(tmp_path):
    captions = [
        Caption("waves", 0.5, 1.5, "x", "train"),
        Caption("greets", 0.5, 1.5, "x", "train"),
        Caption("blinks", 0.0, 0.1, "x", "train"),
    ]
    row = {"id": "one", "source": "s", "split": "train", "action": "wave", "style": "", "keyed": False}
    row |= {"exact_feet": True, "licence": "", "captions": packed.caption_rows(captions)}
    packed.write(tmp_path, [(row, LEFT)], {})
    (clip,) = load(tmp_path)
    assert clip.texts == ("waves", "greets", "action: wave", "id: one")
    assert len(clip.motion) == 30


def test_a_contact_sheet_has_both_colours_and_a_row_for_each_clip(tmp_path):
    contact_sheet.save([("left up", LEFT), ("one frame", LEFT.crop(0, 1))], tmp_path / "sheet.png", frames=6)
    picture = np.asarray(Image.open(tmp_path / "sheet.png").convert("RGB")).astype(int)
    assert picture.shape[0] == 350
    for red, green, blue in ((0x1F, 0x6F, 0xD6), (0xD6, 0x27, 0x28)):
        near = np.abs(picture - (red, green, blue)).sum(axis=-1) < 40
        assert near[:175].sum() > 200
        assert near[175:].sum() > 20
    with pytest.raises(InputError, match="at least one clip"):
        contact_sheet.draw([])


def test_left_is_drawn_where_a_viewer_in_front_sees_it():
    """The body faces the viewer, so its left hand is on the picture's right."""
    points = contact_sheet.project(SMPL_BODY.rest_positions())
    assert points[SMPL_BODY.index("L_Wrist"), 0] > 0.5 > -0.3 > points[SMPL_BODY.index("R_Wrist"), 0]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--seeds", "0"],
        ["--only", "fly to the moon"],
        ["--set", "nowhere"],
        ["--text-motion"],
        ["--also", "another"],
        ["--only", "walk, raise both", "--half", "HALF"],
    ],
)
def test_unusable_requests_end_with_one_sentence(wrong, capsys):
    prompt = "a person walks forward with both hands raised"
    wrong = [{"dev": "held", "held": "dev"}[half_of(prompt)] if word == "HALF" else word for word in wrong]
    assert cli.main(wrong) == 2
    assert capsys.readouterr().err.startswith("kinema evaluate: ")
