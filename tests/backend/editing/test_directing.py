"""Timelines, variations, mixtures and transforms through the pipeline of the shipped pack, in few steps."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from kinema import cleanup, directing
from kinema.checkpoints import find_pack
from kinema.contacts import FEET, foot_contacts
from kinema.editing import continuation, looping
from kinema.errors import Cancelled, MotionError, RequestError
from kinema.features import layout
from kinema.pipeline import Pipeline
from kinema.protocol.messages import Generate, Mix, Timeline, Transform, Vary
from kinema.protocol.motion import Motion

WALK = {"prompt": "a person walks forward", "start": 0.0, "end": 3.0}
WAVE = {"prompt": "waves", "start": 1.0, "end": 2.0, "body_parts": ["right_arm"]}
SIT = {"prompt": "a person crouches down", "start": 3.0, "end": 5.0}


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.open(find_pack(), "cpu")


@pytest.fixture(scope="module")
def walk(pipeline) -> Motion:
    return pipeline.generate(Generate("w", "a person walks forward", seconds=4.0)).motions[0]


def _acceleration(motion: Motion) -> np.ndarray:
    return np.linalg.norm(np.diff(motion.positions(), 2, axis=0), axis=-1).max(axis=1)


def test_a_timeline_is_one_motion_as_long_as_its_last_strip_and_no_rougher_where_texts_change(pipeline):
    result = directing.timeline(pipeline, Timeline("t", (WALK, WAVE, SIT), steps=5))
    motion = result.motions[0]
    assert len(motion) == 150
    assert "waves" in result.parts["right_arm"]
    assert "waves" not in result.parts["left_arm"]
    rough = _acceleration(motion)
    near = np.zeros(len(rough), dtype=bool)
    for second in result.settings["transitions"]:
        near[round(second * 30) - 12 : round(second * 30) + 12] = True
    assert rough[near].max() < 2.0 * rough[~near].max()


def test_strips_say_different_things_to_different_parts(pipeline):
    plain = directing.timeline(pipeline, Timeline("t", (WALK,), steps=5)).motions[0]
    waving = directing.timeline(pipeline, Timeline("t", (WALK, WAVE | {"start": 0, "end": 3}), steps=5)).motions[0]
    hand, name = plain.skeleton.index("R_Wrist"), plain.skeleton.index("Head")
    lift = [motion.positions()[:, hand, 1] - motion.positions()[:, name, 1] for motion in (plain, waving)]
    assert np.percentile(lift[1], 90) > np.percentile(lift[0], 90) + 0.2


def test_samples_repeat_their_seed_and_progress_counts_every_window(pipeline):
    request = Timeline("t", (WALK, SIT), samples=2, seed=4, steps=2)
    heard = []
    both = directing.timeline(pipeline, request, heard.append).motions
    alone = directing.timeline(pipeline, replace(request, samples=1, seed=5)).motions[0]
    assert np.allclose(both[1].positions(), alone.positions(), atol=1e-3)
    steps = [step.step for step in heard if step.stage == "sample"]
    assert steps == list(range(1, heard[-1].steps + 1))


def test_cancel_stops_between_steps(pipeline):
    calls = []

    def stop() -> bool:
        calls.append(0)
        return len(calls) > 6

    with pytest.raises(Cancelled):
        directing.timeline(pipeline, Timeline("t", (WALK, SIT)), cancelled=stop)
    assert len(calls) == 7


def test_long_latents_decode_piece_by_piece_as_in_one(pipeline):
    latents = torch.randn(1, 70, pipeline.autoencoder.config.latent, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = pipeline.autoencoder.decode(latents)
        pieces = torch.cat(list(continuation.decoded(pipeline.autoencoder, latents, chunk=16)), dim=1)
    assert torch.allclose(whole, pieces, atol=2e-4)


def test_no_window_is_longer_than_the_network_takes_and_every_latent_is_made_once_or_blended():
    for loop in (False, True):
        windows = continuation.plan([(0, 10), (10, 12), (12, 300)], 75, loop)
        assert max(window.length for window in windows) <= 75
        assert windows[-1].stop == 300 + loop * continuation.OVERLAP
        for one, other in zip(windows[:-1], windows[1:], strict=True):
            assert one.start <= other.start <= one.stop <= other.stop
            assert one.stop - other.start <= continuation.OVERLAP


def test_a_looped_timeline_ends_as_it_begins(pipeline):
    result = directing.timeline(pipeline, Timeline("t", (WALK,), loop=True))
    motion = result.motions[0]
    seam = result.settings["errors"][0]["loop"]
    assert len(motion) == seam["frames"] + 1
    assert seam["step"] <= seam["largest_step"]
    assert seam["velocity"] <= seam["largest_velocity"]
    local = looping.travel(motion).rotations
    last = looping.travel(looping.played(looping.travel(motion), len(motion) + 1, motion)).rotations[-1]
    assert np.allclose(np.abs(np.sum(local[0] * last, axis=-1)), 1.0, atol=1e-6)


def test_a_timeline_follows_its_path(pipeline):
    path = ((0.0, 0.0, 0.0), (3.0, 0.5, 2.5), (5.0, 1.0, 4.5))
    strips = (WALK, WALK | {"start": 3.0, "end": 5.0, "prompt": "a person walks forward slowly"})
    result = directing.timeline(pipeline, Timeline("t", strips, path=path, steps=5))
    assert result.settings["errors"][0]["path"]["mean"] < 0.05
    assert np.linalg.norm(result.motions[0].root_translation[-1, [0, 2]] - [1.0, 4.5]) < 0.15


def test_styles_of_strips_change_their_frames_and_unknown_ones_are_refused(pipeline):
    label = pipeline.stylist.labels[0]
    plain = directing.timeline(pipeline, Timeline("t", (WALK, SIT), steps=2, cleanup=False)).motions[0]
    request = Timeline("t", (WALK, SIT | {"style": label}), steps=2, cleanup=False)
    styled = directing.timeline(pipeline, request).motions[0]
    assert np.allclose(plain.rotations[:85], styled.rotations[:85])
    assert not np.allclose(plain.rotations[100:], styled.rotations[100:], atol=1e-2)
    with pytest.raises(RequestError, match="no style"):
        directing.timeline(pipeline, Timeline("t", (WALK | {"style": "nobody"},)))


def test_strength_0_is_the_clip_itself_and_more_strength_goes_farther(pipeline, walk):
    clip = walk.resample(24.0)
    same = directing.vary(pipeline, Vary("v", strength=0.0, samples=2), clip)
    assert all(motion is clip for motion in same.motions)
    away = []
    for strength in (0.1, 0.5, 1.0):
        made = directing.vary(pipeline, Vary("v", strength=strength, prompt="a person walks", steps=5), clip).motions[0]
        assert (len(made), made.fps) == (len(clip), 24.0)
        assert np.allclose(made.root_translation[0, [0, 2]], clip.root_translation[0, [0, 2]], atol=1e-6)
        away.append(np.abs(made.rotations - clip.rotations).mean())
    assert away[0] < away[1] < away[2]


def test_a_mixture_ends_in_its_two_clips_and_is_no_rougher_between(pipeline, walk):
    run = pipeline.generate(Generate("r", "a person runs forward", seconds=3.0)).motions[0]
    shares = {share: directing.mix(pipeline, Mix("m", share=share), walk, run).motions[0] for share in (0.0, 0.5, 1.0)}
    assert shares[0.0] is walk
    assert np.allclose(shares[1.0].positions()[:, :, 1], run.positions()[:, :, 1], atol=1e-6)
    assert len(run) <= len(shares[0.5]) <= len(walk)
    middle, ends = (_acceleration(shares[0.5]).mean(), [_acceleration(shares[k]).mean() for k in (0.0, 1.0)])
    assert middle < 1.1 * max(ends)


def test_a_loop_cut_from_a_walk_has_no_seam_and_stays_in_place_where_asked(walk):
    made = directing.transformed(Transform("x", loop=True, in_place=True), walk)
    motion, told = made.result.motions[0], made.result.settings
    assert told["loop"]["step"] <= told["loop"]["largest_step"]
    assert told["loop"]["velocity"] <= told["loop"]["largest_velocity"]
    assert np.linalg.norm(motion.root_translation[-1] - motion.root_translation[0]) < 0.01
    assert told["root_motion"]["forward"] > 0.5
    path = made.arrays["root_path_0"]
    seconds = told["loop"]["frames"] / walk.fps
    assert np.linalg.norm(path[-1, :2] - path[0, :2]) / seconds == pytest.approx(
        told["root_motion"]["forward"], rel=0.1
    )
    with pytest.raises(MotionError, match="a loop needs"):
        directing.transformed(Transform("x", loop=True), walk.crop(0, 10))


def test_a_body_that_sways_over_standing_feet_loops_without_a_jump_of_its_feet(walk):
    still = walk.crop(0, 1)
    time = np.arange(90)
    way = np.stack([0.02 * np.sin(time / 9.0) + 0.0004 * time, np.zeros(90), 0.0002 * time], axis=1)
    rotations = np.repeat(still.rotations, 90, axis=0)
    root = np.repeat(still.root_translation, 90, axis=0) + way
    standing = Motion(rotations, root - np.array([0.0, cleanup.ground_of(still), 0.0]), 30.0, walk.skeleton)
    made = directing.transformed(Transform("x", loop=True), standing).result
    seam = made.settings["loop"]
    assert seam["step"] <= seam["largest_step"]
    assert seam["velocity"] <= seam["largest_velocity"]
    ankles = made.motions[0].positions()[:, [7, 8]]
    planted = ankles[:, np.argmin(ankles[0, :, 1])]
    assert np.linalg.norm(planted - planted[0], axis=-1).max() < 0.002


def test_mirrored_twice_is_the_clip_and_retimed_feet_stand_where_they_stood(walk):
    mirrored = directing.transformed(Transform("x", mirror=True), walk).result.motions[0]
    again = directing.transformed(Transform("x", mirror=True), mirrored).result.motions[0]
    assert np.allclose(again.positions(), walk.positions(), atol=1e-9)
    slow = directing.transformed(Transform("x", speed=0.5), walk).result.motions[0]
    assert len(slow) == 2 * (len(walk) - 1) + 1
    assert np.allclose(slow.root_translation[::2, [0, 2]], walk.root_translation[:, [0, 2]], atol=1e-6)
    stood = foot_contacts(walk.positions(), walk.fps)[:-1] > 0.5
    between = 0.5 * (walk.positions()[:-1, FEET] + walk.positions()[1:, FEET])
    assert np.linalg.norm(slow.positions()[1::2, FEET] - between, axis=-1)[stood].max() < 0.005
    lasting = directing.transformed(Transform("x", seconds=2.0), walk).result.motions[0]
    assert abs(lasting.seconds - 2.0) < 2 / layout.FPS
