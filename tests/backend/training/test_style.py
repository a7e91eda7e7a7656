"""The style network's training: resumes exactly, keeps held-out pairs out, pairs windows by style."""

import argparse
import csv

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from kinema.errors import InputError
from kinema.evaluation.style.cli import open_run
from kinema.features import layout
from kinema.networks.autoencoder import Autoencoder, AutoencoderConfig
from kinema.networks.style import NO_LABEL
from kinema.stylization.codes import Style
from kinema.training import packed, style
from kinema.training.corpus import open_corpus
from kinema.training.pose_space import WIDTH, PoseSpace
from kinema.training.run import Log
from kinema.training.style_critic import UNKNOWN, Critic
from kinema.training.style_data import HELD_OUT, StylePicker, content_of, encode_clips, styled_items, styles_of

from .test_packed import row, swaying_motion

PAIRS = [("walk", "normal"), ("walk", "youthful"), ("wave-right-hand", "active"), ("wave-right-hand", "normal")]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("style")
    clips = [
        (
            row(f"bandai/dataset-2_{content}_{manner}_{k}", "bandai") | {"action": content, "style": manner},
            swaying_motion(10 * n + k, 100),
        )
        for n, (content, manner) in enumerate(PAIRS)
        for k in range(2)
    ]
    clips.append((row("free"), swaying_motion(99, 100)))
    packed.write(folder / "packed", clips, {})
    torch.manual_seed(0)
    network = Autoencoder(AutoencoderConfig(latent=8, widths=(16, 16, 16)))
    save_file(network.state_dict(), folder / "ae.safetensors")
    return folder


def train(folder, run: str, steps: int, **changed) -> list[list[float]]:
    options = argparse.Namespace(
        packed=folder / "packed",
        run=folder / run / "style",
        autoencoder=folder / "ae.safetensors",
        steps=steps,
        batch=4,
        rate=1e-3,
        width=16,
        without=None,
        poses=False,
        device="cpu",
    )
    style.train(argparse.Namespace(**{**vars(options), **changed}))
    with (options.run / "losses.csv").open() as file:
        return [[float(value) for value in line[:-1]] for line in list(csv.reader(file))[1:]]


def test_resumed_training_has_the_losses_of_uninterrupted_training(prepared, monkeypatch):
    monkeypatch.setattr(Log.__init__, "__defaults__", (1, None))
    monkeypatch.setattr(style, "learning_rate", lambda step, steps, peak, warmup: peak)
    whole = train(prepared, "whole", 4)
    train(prepared, "parts", 2)
    assert np.allclose(train(prepared, "parts", 4), whole, rtol=1e-4)
    assert len(whole) == 4
    state = load_file(prepared / "whole/style/style.safetensors")
    assert not any("critic" in name for name in state)


@pytest.mark.parametrize("without", style.ABLATIONS)
def test_each_ablation_leaves_its_losses_out(prepared, monkeypatch, without):
    monkeypatch.setattr(Log.__init__, "__defaults__", (1, None))
    train(prepared, without, 1, without=without)
    header = (prepared / without / "style/losses.csv").read_text().splitlines()[0].split(",")
    assert ("homo" in header) is (without == "critic")
    assert ("divergence" in header) is (without != "sampling")
    assert ("critic" in header) is (without != "critic")


def test_poses_take_the_place_of_latents_and_come_back_as_they_were(prepared, monkeypatch):
    monkeypatch.setattr(Log.__init__, "__defaults__", (1, None))
    train(prepared, "poses", 1, poses=True)
    space = PoseSpace(torch.full((layout.WIDTH,), 0.5), torch.full((layout.WIDTH,), 2.0))
    features = torch.randn(2, 12, layout.WIDTH)
    latents, _ = space.posterior(features)
    assert latents.shape == (2, 3, WIDTH)
    back = space.decode_raw(latents) * space.feature_std + space.feature_mean
    torch.testing.assert_close(back, features)
    stylist = open_run(prepared / "poses/style", style.open_autoencoder(prepared / "ae.safetensors"))
    made = stylist.features(features[0].double().numpy(), Style(torch.zeros(1, 64)), 1.0)
    assert made.shape == (12, layout.WIDTH)
    with pytest.raises(InputError, match="kinema train style"):
        open_run(prepared, space)


def test_held_out_pairs_are_left_out_as_the_mirror_shows_them(prepared):
    corpus = open_corpus(prepared / "packed", prepared / "corpus")
    kept = {(content_of(item), item.clip.style) for item in styled_items(corpus, "train")}
    assert not kept & HELD_OUT
    # The mirrored right-hand wave is the left-hand wave that is held out; the captured one stays.
    assert ("wave-right-hand", "active") in kept
    assert ("wave-left-hand", "normal") in kept


def test_windows_of_a_pair_share_their_style_and_come_from_their_clips(prepared):
    corpus = open_corpus(prepared / "packed", prepared / "corpus")
    network = style.open_autoencoder(prepared / "ae.safetensors")
    labels = styles_of(corpus)
    latents, clips = encode_clips(corpus, styled_items(corpus, "train"), network, labels, prepared / "l.npy")
    picker = StylePicker(latents, clips, corpus)
    batch = picker.batch(64, torch.Generator().manual_seed(0))
    # Latents of different clips differ, so each window is found in exactly one of them.
    style_at = np.concatenate([np.full(clip.count, clip.label) for clip in clips])
    for windows in (batch.first, batch.second):
        found = [int(np.abs(latents - window[0].numpy()).sum(1).argmin()) for window in windows]
        assert [int(style_at[k]) for k in found] == batch.labels.tolist()
    assert ((batch.contents[0] == UNKNOWN) == (batch.labels == NO_LABEL)).all()
    assert (batch.contents[0] != batch.contents[1]).any()
    assert batch.told.any()
    assert not batch.told.all()


def test_divergence_is_zero_for_equal_gaussians_and_known_for_shifted_ones():
    zero = torch.zeros(3, 4)
    assert style.divergence(zero, zero, zero, zero) == 0
    assert style.divergence(zero + 2, zero, zero, zero) == pytest.approx(2.0)
    assert style.divergence(zero, zero + np.log(4.0), zero, zero) == pytest.approx(0.5 * (4 - 1 - np.log(4.0)))


def test_a_critic_that_is_asked_learns_nothing_and_its_asker_does():
    critic = Critic(4, 3, 2, width=16)
    made = torch.randn(5, 4, 8, requires_grad=True)
    classes = torch.tensor([0, 1, 2, UNKNOWN, 0]), torch.tensor([0, 1, UNKNOWN, UNKNOWN, 1])
    torch.stack(critic.ask(made, *classes)).sum().backward()
    assert made.grad is not None
    assert made.grad[3].abs().sum() == 0
    assert all(parameter.grad is None for parameter in critic.parameters())
    critic.learn(made.detach(), *classes).backward()
    assert all(parameter.grad is not None for parameter in critic.parameters())
    nothing = critic.learn(made.detach(), *(torch.full((5,), UNKNOWN) for _ in range(2)))
    assert float(nothing.detach()) == 0.0
