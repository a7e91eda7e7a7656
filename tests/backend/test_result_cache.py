"""Kept answers: equal requests find them, others do not, and the folder stays within its bound."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from kinema.protocol import wire
from kinema.protocol.messages import (
    ClearCache,
    Cleared,
    Describe,
    Description,
    Done,
    Generate,
    Hello,
    Progress,
    Refine,
    Refined,
    Shutdown,
    Timeline,
)
from kinema.result_cache import ResultCache, cacheable, key_of

STRIPS = ({"prompt": "a person walks", "start": 0, "end": 1.0}, {"prompt": "waves", "start": 1.0, "end": 2.0})
TIMELINE = Timeline("t", STRIPS, seed=3, steps=2)
REQUEST = Generate("a", "a person waves", seconds=1.0, seed=3, steps=2)


def done(number=0):
    return Done(str(number), 1, 30.0, parts={"head": "still"}, pack={"name": "p"}, settings={"steps": 2})


def test_kept_answer_comes_back_whole_under_the_new_requests_id(tmp_path):
    cache = ResultCache(tmp_path, 1 << 20)
    arrays = {"x": np.arange(6.0).reshape(2, 3)}
    cache.put("key", done(), arrays)
    answer, found = cache.get("key", "another")
    assert answer == replace(done(), id="another", cached=True)
    np.testing.assert_array_equal(found["x"], arrays["x"])
    assert cache.get("other key", "a") is None


@pytest.mark.parametrize(
    "change",
    [{"prompt": "a person runs"}, {"seed": 4}, {"seconds": 1.5}, {"parts": {"head": "nods"}}, {"samples": 2}],
)
def test_what_changes_the_motion_changes_the_key_and_the_id_does_not(change):
    key = key_of(REQUEST, "sha", "cpu")
    assert key_of(replace(REQUEST, id="b"), "sha", "cpu") == key
    assert key_of(replace(REQUEST, **change), "sha", "cpu") != key
    assert key_of(REQUEST, "other weights", "cpu") != key
    assert key_of(REQUEST, "sha", "cuda") != key


def test_answers_of_a_language_model_are_not_kept():
    assert not cacheable(replace(REQUEST, refiner="llm"))


@pytest.mark.parametrize(
    "change",
    [{"strips": STRIPS[:1]}, {"seed": 4}, {"loop": True}, {"path": ((0.0, 0.0, 0.0), (2.0, 0.0, 1.0))}, {"samples": 2}],
)
def test_what_changes_a_timeline_changes_its_key(change):
    assert cacheable(TIMELINE)
    key = key_of(TIMELINE, "sha", "cpu")
    assert key_of(replace(TIMELINE, id="b"), "sha", "cpu") == key
    assert key_of(replace(TIMELINE, **change), "sha", "cpu") != key


def test_a_timeline_with_a_style_or_a_language_model_is_not_kept():
    assert not cacheable(replace(TIMELINE, refiner="llm"))
    assert not cacheable(replace(TIMELINE, strips=({**STRIPS[0], "style": "elderly"},)))


def test_longest_unused_answer_goes_first(tmp_path):
    cache = ResultCache(tmp_path, 20_000)
    for number in range(3):
        cache.put(f"k{number}", done(number), {"x": np.zeros(700)})
        os.utime(tmp_path / f"k{number}.answer", (number, number))
    assert cache.get("k0", "again") is not None  # used now, so k1 is the oldest
    cache.put("k3", done(3), {"x": np.zeros(700)})
    assert [cache.get(f"k{number}", "") is not None for number in range(4)] == [True, False, True, True]
    assert cache.size()[1] <= 20_000
    assert cache.clear()[0] == 3
    assert cache.size() == (0, 0)


@pytest.mark.parametrize("damage", [b"", b"not a message\n", b'{"type":"Done","fields":{"id":"a"},"arrays":[]}\n'])
def test_damaged_file_counts_as_absent_and_goes(tmp_path, damage):
    cache = ResultCache(tmp_path, 1 << 20)
    (tmp_path / "key.answer").write_bytes(damage)
    assert cache.get("key", "a") is None


@pytest.mark.parametrize("request_", [REQUEST, TIMELINE], ids=["prompt", "timeline"])
def test_equal_request_is_answered_by_a_new_backend_that_loads_no_weights(with_random_pack, tmp_path, request_):
    environment = {**os.environ, "KINEMA_CACHE": str(tmp_path / "cache")}

    def conversation(*messages):
        child = subprocess.Popen(
            [sys.executable, "-m", "kinema", "serve", *with_random_pack],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        with child:
            wire.write(child.stdin, Hello())
            wire.read_hello(child.stdout)
            answers = []
            for message in messages:
                wire.write(child.stdin, message)
                while isinstance((received := wire.read(child.stdout))[0], Progress):
                    answers.append(received)
                answers.append(received)
            wire.write(child.stdin, Shutdown())
        return answers

    first = conversation(request_)[-1]
    second = conversation(Describe("d"), replace(request_, id="b"), ClearCache("c"), Describe("e"))
    assert [type(message) for message, _ in second] == [Description, Done, Cleared, Description]  # no Progress: no load
    assert second[0][0].cache_files == 1
    assert second[0][0].pack["licence"] == "CC0-1.0"
    assert not first[0].cached
    assert second[1][0] == replace(first[0], id="b", cached=True)
    np.testing.assert_array_equal(second[1][1]["rotations_0"], first[1]["rotations_0"])
    assert second[2][0].files == 1
    assert second[3][0].cache_files == 0


def test_refine_alone_tells_parts_and_unknown_words():
    from kinema.serve import pipeline_answer

    refined = pipeline_answer(None)(Refine("r", "a person cartwheels"))
    assert isinstance(refined, Refined)
    assert set(refined.parts) == {"head", "torso", "left_arm", "right_arm", "left_leg", "right_leg"}
    assert refined.parts["left_arm"]


def test_refine_is_answered_while_a_motion_is_made(with_random_pack, tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-m", "kinema", "serve", *with_random_pack],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "KINEMA_CACHE": str(tmp_path)},
    )
    with child:
        wire.write(child.stdin, Hello())
        wire.read_hello(child.stdout)
        wire.write(child.stdin, Generate("long", "a person waves", seconds=10.0, samples=16, steps=1000))
        while getattr(wire.read(child.stdout)[0], "stage", "") != "sample":
            pass
        wire.write(child.stdin, Refine("r", "a person jumps"))
        while isinstance((answer := wire.read(child.stdout)[0]), Progress):
            assert answer.step < 1000
        assert answer.id == "r"
        child.stdin.close()
        assert child.wait(timeout=60) == 0
