"""Schedules, averages, the denoiser's batches and the log do as they say."""

import numpy as np
import pytest
import torch
from torch import nn

from kinema.conditions.constraints import WIDTH
from kinema.features import layout
from kinema.training.diffusion_data import Example, ExamplePicker, Mixing, TextTable, balanced
from kinema.training.log import Log
from kinema.training.run import Average, learning_rate


def test_learning_rate_rises_then_falls():
    rates = [learning_rate(step, 1000, 1.0, warmup=100) for step in range(1000)]
    assert max(rates) == rates[99] == pytest.approx(1.0)
    assert rates[0] < rates[50] < rates[99] > rates[500] > rates[999] >= 0.02


def test_average_follows_the_weights():
    module = nn.Linear(2, 2)
    average = Average(module, 0.9)
    with torch.no_grad():
        module.weight.fill_(5.0)
    for step in range(200):
        average.update(module, step)
    assert torch.allclose(average.state["weight"], module.weight, atol=1e-3)


def picker(mixing: Mixing) -> ExamplePicker:
    table = TextTable()
    wording = table.wording("walk", {"left_leg": "the left leg steps"})
    examples = [
        Example(0, 20, (wording,), False, 1.0),
        Example(20, 30, (), False, 1.0),
        Example(50, 40, (wording,), True, 1.0),
    ]
    frames = np.random.default_rng(0).normal(size=(360, layout.WIDTH)).astype(np.float16)
    return ExamplePicker(examples, np.zeros((90, 8), np.float32), frames, torch.randn(len(table.rows), 4), 25, mixing)


def test_motionmix_ranges_follow_the_kind_of_clip():
    source = picker(Mixing(boundary=0.3, made_from=0.2, rough=0.5, unannotated=0.25))
    generator = torch.Generator().manual_seed(0)
    batches = [source.batch(64, generator) for _ in range(4)]
    low, high = torch.cat([b.low for b in batches]), torch.cat([b.high for b in batches])
    given = torch.cat([b.given for b in batches]).any(1)
    rough, bare, annotated = low > 0, ~given & (high < 1), (low == 0) & (high == 1)
    assert rough.sum() == 128
    assert bare.any()
    assert annotated.any()
    assert torch.all(high[rough] == 1.0)
    assert max(int(b.lengths.max()) for b in batches) <= 25
    assert all(b.latents.shape[1] == b.lengths.max() for b in batches)


def test_only_texts_that_exist_are_given():
    batch = picker(Mixing(drop_part=0.0, rough=1.0, unannotated=0.0)).batch(50, torch.Generator().manual_seed(0))
    assert not batch.given[:, [1, 2, 3, 4, 6]].any()
    assert batch.given[:, 5].any()


def test_without_parts_only_the_whole_sentence_is_ever_given():
    batch = picker(Mixing(unannotated=0.0).without_parts()).batch(200, torch.Generator().manual_seed(0))
    assert not batch.given[:, 1:].any()
    assert 0.7 < batch.given[:, 0].float().mean() < 1.0


def test_a_share_of_the_clips_is_constrained_and_the_rest_has_nothing_set():
    batch = picker(Mixing(constrained=0.5)).batch(200, torch.Generator().manual_seed(0))
    assert batch.constraints.shape == (200, 4 * batch.latents.shape[1], WIDTH)
    touched = batch.constraints.flatten(1).any(1)
    assert 0.35 < touched.float().mean() < 0.6


def test_a_share_of_the_constrained_clips_alone_goes_without_words():
    mixing = Mixing(drop_all=0.0, drop_global=0.0, drop_parts=0.0, unannotated=0.0, constrained=0.5, wordless=0.5)
    batch = picker(mixing).batch(400, torch.Generator().manual_seed(0))
    touched, told = batch.constraints.flatten(1).any(1), batch.given.any(1)
    assert told[~touched].all()
    assert 0.35 < told[touched].float().mean() < 0.65


def test_balancing_draws_rare_labels_more_often():
    common, *_, rare = balanced(["walk"] * 100 + ["bow"])
    assert rare == 10 * common


def test_a_picker_goes_on_in_the_middle_of_its_pool():
    first, generator = picker(Mixing()), torch.Generator().manual_seed(3)
    for _ in range(6):
        first.batch(8, generator)
    second, place, state = picker(Mixing()), first.place(), generator.get_state()
    expected = [first.batch(8, generator) for _ in range(3)]
    second.texts = first.texts
    second.go_to(place)
    generator.set_state(state)
    assert place[1] == 2
    for batch in expected:
        again = second.batch(8, generator)
        assert all(torch.equal(getattr(batch, name), getattr(again, name)) for name in vars(batch))


def test_the_log_means_over_its_rows_and_forgets_what_came_after_the_checkpoint(tmp_path, capsys):
    path = tmp_path / "losses.csv"
    log = Log(path, steps=8, every=2)
    for step in range(1, 7):
        log.add(step, {"latent": float(step)})
    log.write({"step": 6, "val_cm": 1.0})
    assert [line.split(",")[:2] for line in path.read_text().splitlines()] == [
        ["step", "latent"],
        ["2", "1.5"],
        ["4", "3.5"],
        ["6", "5.5"],
    ]
    assert capsys.readouterr().out.count("ETA") == 3
    Log(path, steps=8, every=2, step=4)
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["step", "2", "4"]
    assert not (tmp_path / "losses_val.csv").exists()


def test_a_terminal_sees_a_bar_instead_of_lines(tmp_path, monkeypatch, capsys):
    pytest.importorskip("tqdm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    log = Log(tmp_path / "losses.csv", steps=4, every=2)
    for step in range(1, 5):
        log.add(step, {"latent": 0.25})
    log.close()
    seen = capsys.readouterr()
    assert "ETA" not in seen.out
    assert "4/4" in seen.err
    assert "latent=0.25" in seen.err


def test_tensorboard_gets_every_row_where_it_is_installed(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    log = Log(tmp_path / "losses.csv", steps=4, every=2)
    for step in range(1, 5):
        log.add(step, {"latent": float(step)})
    log.close()
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("latent")] == [(2, 1.5), (4, 3.5)]
