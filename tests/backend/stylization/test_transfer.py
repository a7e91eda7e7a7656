"""Windows join without seams; strength goes from the clip to the style; codes mix; parts keep to their joints."""

import numpy as np
import pytest
import torch

from kinema import geometry
from kinema.networks.style import NO_LABEL, StyleConfig, StyleNetwork
from kinema.protocol.messages import PARTS
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY
from kinema.stylization import codes
from kinema.stylization.names import label_for
from kinema.stylization.parts import JOINTS, blend_parts
from kinema.stylization.transfer import WINDOW, join, restyle, windows


@pytest.fixture(scope="module")
def network() -> StyleNetwork:
    torch.manual_seed(1)
    config = StyleConfig(("old", "proud"), latent=8, content=8, code=8, width=16, predictor=8)
    return StyleNetwork(config).eval().requires_grad_(False)


@pytest.mark.parametrize("count", [1, 5, 8, 23, 24, 25, 40, 61, 200])
def test_windows_of_any_length_join_to_what_they_were_cut_from(count):
    latents = torch.randn(count, 3)
    pieces, starts = windows(latents)
    assert pieces.shape[1] % 2 == 0
    assert pieces.shape[1] >= 8
    assert all(later - start <= WINDOW // 2 for start, later in zip(starts, starts[1:], strict=False))
    torch.testing.assert_close(join(pieces, starts, count), latents)


def test_windows_that_disagree_fade_into_each_other():
    pieces, starts = windows(torch.zeros(100, 1))
    levels = torch.arange(len(starts)) % 2
    joined = join(pieces + levels[:, None, None], starts, 100)[:, 0]
    assert joined.max() - joined.min() > 0.9
    assert joined.diff().abs().max() < 1.5 / (WINDOW / 2)


def test_strength_zero_is_the_clip_and_more_moves_steadily_away(network):
    latents = torch.randn(50, 8)
    code = codes.label_style(network, 1, 0)
    assert torch.equal(restyle(network, latents, code, 0.0), latents)
    away = [(restyle(network, latents, code, s) - latents).norm() for s in (1e-4, 0.01, 0.5, 1.0, 1.5)]
    assert away[0] < 0.01
    assert all(less < more for less, more in zip(away[:3], away[1:4], strict=True))


def test_a_style_code_is_reproducible_and_seeds_differ(network):
    latents = torch.randn(2, 24, 8)
    for make in (
        lambda seed: codes.label_style(network, 1, seed),
        lambda seed: codes.clip_style(network, latents, 2, seed),
        lambda seed: codes.random_style(network, 2, seed),
    ):
        assert torch.equal(make(3).code, make(3).code)
        assert not torch.allclose(make(3).code, make(4).code)
    assert torch.equal(codes.label_style(network, 2, 0).code, network.prior_mean.weight[1:2])


def test_mixing_goes_from_one_style_to_the_other(network):
    first, second = (codes.label_style(network, label, 0) for label in (1, 2))
    assert torch.equal(codes.mix(first, second, 0.0).code, first.code)
    torch.testing.assert_close(codes.mix(first, second, 1.0).code, second.code)
    assert torch.allclose(codes.mix(first, second, 0.5).code, (first.code + second.code) / 2)
    assert codes.mix(first, second, 0.5).posture is None


def test_mixing_weighs_postures_by_how_foreign_they_are():
    code = torch.zeros(1, 8)
    known, crouched, upright = codes.Style(code), *(codes.Style(code, 1.0, torch.full((4,), k)) for k in (1.0, 3.0))
    assert codes.mix(known, crouched, 0.0).foreign == 0.0
    half = codes.mix(known, crouched, 0.5)
    assert half.foreign == 0.5
    assert half.posture is not None
    torch.testing.assert_close(half.posture, torch.ones(4))
    both = codes.mix(crouched, upright, 0.25)
    assert both.foreign == 1.0
    assert both.posture is not None
    torch.testing.assert_close(both.posture, torch.full((4,), 1.5))


def test_a_clip_is_foreign_where_no_label_is_near(network):
    class Told(StyleNetwork):
        def style(self, latents, labels=None):
            return self.told.expand(len(latents), -1), torch.zeros(len(latents), 8)

    told = Told(network.config)
    told.load_state_dict(network.state_dict())
    latents = torch.randn(3, 16, 8)
    told.told = network.prior_mean.weight[:1]
    assert codes.clip_style(told, latents, 2, 0).foreign == 0.0
    told.told = torch.zeros(1, 8)
    foreign = codes.clip_style(told, latents, 2, 0)
    assert foreign.foreign == 1.0
    assert foreign.posture is not None
    torch.testing.assert_close(foreign.posture, latents.mean(dim=(0, 1)))


def test_a_foreign_style_moves_the_posture_and_the_strength_says_how_far(network):
    latents = torch.randn(50, 8)
    code = codes.label_style(network, 1, 0).code
    posture = torch.full((8,), 5.0)
    away = [
        (restyle(network, latents, codes.Style(code, 1.0, posture), s).mean(0) - posture).norm()
        for s in (0.0, 0.5, 1.0)
    ]
    assert away[0] > away[1] > away[2]
    assert torch.equal(restyle(network, latents, codes.Style(code, 1.0, posture), 0.0), latents)


def test_without_a_label_the_prior_is_standard_normal(network):
    mean, log_variance = network.prior(torch.tensor([NO_LABEL, 1]))
    assert not mean[0].any()
    assert not log_variance[0].any()
    assert mean[1].any()


def test_labels_change_what_the_style_encoder_reads_and_content_ignores_the_level(network):
    latents = torch.randn(1, 16, 8)
    plain, told = network.style(latents)[0], network.style(latents, torch.tensor([1]))[0]
    assert not torch.allclose(plain, told)
    shifted = latents + torch.randn(8)
    away = (network.content(shifted) - network.content(latents))[..., 1:-1].abs().mean()
    assert away < 0.5 * (network.style(shifted)[0] - plain).abs().mean() + 0.3


def motion(seed: int) -> Motion:
    rng = np.random.default_rng(seed)
    rotations = geometry.quaternion_from_rotation_vector(rng.normal(size=(5, 22, 3)) * 0.5)
    return Motion(rotations, rng.normal(size=(5, 3)), 30.0, SMPL_BODY)


def test_parts_hold_every_joint_but_the_pelvis_once():
    joints = [joint for part in PARTS for joint in JOINTS[part]]
    assert sorted([*joints, "Pelvis"]) == sorted(SMPL_BODY.names)


def test_only_the_asked_parts_change():
    content, styled = motion(1), motion(2)
    arms = blend_parts(content, styled, ("left_arm", "right_arm"))
    changed = {SMPL_BODY.names[j] for j in range(22) if not np.allclose(arms.rotations[:, j], content.rotations[:, j])}
    assert changed == {*JOINTS["left_arm"], *JOINTS["right_arm"]}
    assert np.array_equal(arms.root_translation, content.root_translation)
    legs = blend_parts(content, styled, ("left_leg", "right_leg"))
    assert np.array_equal(legs.root_translation, styled.root_translation)
    assert blend_parts(content, styled, PARTS) is styled


def test_style_words_find_the_best_label_that_is_there():
    assert label_for("old", ("elderly", "proud")) == "elderly"
    assert label_for("old", ("elderly", "old")) == "old"
    assert label_for("proud", ("elderly", "proud")) == "proud"
    assert label_for("drunk", ("elderly", "proud")) is None
