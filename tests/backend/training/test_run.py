"""A run that was stopped and resumed has the losses of one that was not; schedules and averages do as they say."""

import csv

import numpy as np
import pytest
import torch
from torch import nn

from kinema.conditions.constraints import WIDTH
from kinema.features import layout
from kinema.training import autoencoder, packed
from kinema.training.diffusion_data import Example, ExamplePicker, Mixing, TextTable, balanced
from kinema.training.run import Average, learning_rate

from .test_packed import row, swaying_motion


def losses(path) -> list[list[float]]:
    with path.open() as file:
        return [[float(value) for value in line[:-1]] for line in list(csv.reader(file))[1:]]


@pytest.mark.timeout(300)
def test_resumed_training_has_the_losses_of_uninterrupted_training(tmp_path, monkeypatch):
    clips = [(row(str(k), split="val" if k == 0 else "train"), swaying_motion(k, 48)) for k in range(4)]
    packed.write(tmp_path / "packed", clips, {})
    monkeypatch.setattr(autoencoder.Log.__init__, "__defaults__", (1,))

    def train(run: str, *stops: int) -> None:
        for steps in stops:
            # The learning rate depends on the planned length, so the interruption is a plan of equal length cut short.
            autoencoder.train(tmp_path / "packed", tmp_path / run / "ae", steps, 2, 32, 1e-3, "cpu")

    monkeypatch.setattr(autoencoder, "learning_rate", lambda step, steps, peak: peak)
    train("whole", 4)
    train("parts", 2, 4)
    assert np.allclose(losses(tmp_path / "whole/ae/losses.csv"), losses(tmp_path / "parts/ae/losses.csv"), rtol=1e-4)
    assert len(losses(tmp_path / "whole/ae/losses.csv")) == 4


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
    source, generator = picker(Mixing(boundary=0.3, rough=0.5, unannotated=0.25)), torch.Generator().manual_seed(0)
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


def test_a_share_of_the_clips_is_constrained_and_the_rest_has_nothing_set():
    batch = picker(Mixing(constrained=0.5)).batch(200, torch.Generator().manual_seed(0))
    assert batch.constraints.shape == (200, 4 * batch.latents.shape[1], WIDTH)
    touched = batch.constraints.flatten(1).any(1)
    assert 0.35 < touched.float().mean() < 0.6


def test_balancing_draws_rare_labels_more_often():
    common, *_, rare = balanced(["walk"] * 100 + ["bow"])
    assert rare == 10 * common
