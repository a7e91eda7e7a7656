"""Metrics against closed forms."""

import numpy as np
import pytest
from scipy import stats

from kinema.errors import InputError
from kinema.evaluation import metrics


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_distances_are_euclidean(rng):
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(7, 3))
    assert np.allclose(metrics.distances(a, b), np.linalg.norm(a[:, None] - b[None], axis=-1))


def test_r_precision_is_one_for_perfect_and_chance_for_unrelated_embeddings(rng):
    texts = rng.normal(size=(3200, 16))
    names = [str(k) for k in range(3200)]
    assert metrics.r_precision(texts, texts, names, rng).tolist() == [1, 1, 1]
    chance = metrics.r_precision(rng.normal(size=(3200, 16)), texts, names, rng)
    assert chance == pytest.approx(np.array([1, 2, 3]) / 32, abs=0.02)


def test_r_precision_counts_the_rank_of_the_own_text(rng):
    """Texts on a line, each motion moved so that exactly two others come nearer than its own."""
    texts = np.arange(32.0)[:, None] * 10
    motions = texts + 26.0
    motions[-3:] = texts[-3:]
    top = metrics.r_precision(motions, texts, [str(k) for k in range(32)], rng)
    # Own text at 26; nearer are those at 6, 4, 14, 16 and 24 away: six at most, fewer at the end of the line.
    assert top.tolist() == [3 / 32, 3 / 32, 3 / 32]
    motions[:-3] = texts[:-3] + 11.0
    assert metrics.r_precision(motions, texts, [str(k) for k in range(32)], rng).tolist() == [3 / 32, 3 / 32, 1]


def test_r_precision_takes_equal_sentences_for_one_and_ties_for_misses(rng):
    same = np.zeros((32, 4))
    assert metrics.r_precision(same, same, ["walk"] * 32, rng).tolist() == [1, 1, 1]
    assert metrics.r_precision(same, same, [str(k) for k in range(32)], rng).tolist() == [0, 0, 0]
    with pytest.raises(InputError, match="at least 32"):
        metrics.r_precision(same[:31], same[:31], ["walk"] * 31, rng)


def test_fid_of_two_known_normal_distributions(rng):
    """Whitened samples have exactly the mean and covariance asked for; for diagonal ones the trace is plain."""
    raw = rng.normal(size=(500, 4))
    raw = (raw - raw.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    a, b = np.array([1.0, 2.0, 0.5, 3.0]), np.array([2.0, 1.0, 0.5, 0.1])
    shift = np.array([0.3, -1.0, 0.0, 2.0])
    assert metrics.fid(raw * a, raw * b + shift) == pytest.approx(np.square(shift).sum() + np.square(a - b).sum())
    turn = stats.ortho_group.rvs(4, random_state=1)
    assert metrics.fid(raw * a @ turn, (raw * b + shift) @ turn) == pytest.approx(metrics.fid(raw * a, raw * b + shift))


def test_fid_with_fewer_clips_than_dimensions(rng):
    few = rng.normal(size=(20, 64))
    assert metrics.fid(few, few) == pytest.approx(0, abs=1e-6)
    assert metrics.fid(few, few + 0.5) == pytest.approx(64 * 0.25, rel=1e-6)
    flat = np.zeros((20, 64))
    assert metrics.fid(flat, flat + 1.0) == pytest.approx(64)
    with pytest.raises(InputError, match="two clips"):
        metrics.fid(few[:1], few)


def test_diversity_of_a_normal_distribution(rng):
    """|x - y| of unit normals in D dimensions is sqrt(2) times a chi variable."""
    x = rng.normal(size=(2000, 8))
    assert metrics.diversity(x, rng, 20_000) == pytest.approx(np.sqrt(2) * stats.chi.mean(8), rel=0.02)
    assert metrics.diversity(np.array([[0.0], [3.0]]), rng) == 3.0


def test_multimodality_compares_clips_of_one_text_only(rng):
    samples = np.repeat(100.0 * np.arange(30.0)[:, None, None], 10, axis=1)
    assert metrics.multimodality(samples, rng) == 0.0
    spread = samples + rng.normal(size=(30, 10, 1))
    assert metrics.multimodality(spread, rng, 2000) == pytest.approx(2 / np.sqrt(np.pi), rel=0.1)


def test_mm_distance():
    assert metrics.mm_distance(np.array([[0.0, 3.0], [1.0, 1.0]]), np.array([[4.0, 0.0], [1.0, 1.0]])) == 2.5


def test_interval_covers_the_mean_nineteen_times_in_twenty(rng):
    means, halves = metrics.interval(rng.normal(2.0, 3.0, size=(40, 2000)))
    assert np.mean(np.abs(means - 2.0) < halves) == pytest.approx(0.945, abs=0.015)
    assert np.isnan(metrics.interval(np.array([[1.0]]))[1]).all()


def test_bootstrap_of_a_share(rng):
    low, high = metrics.bootstrap(rng.random(400) < 0.3)
    assert low < 0.3 < high
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.3 * 0.7 / 400), rel=0.15)
    assert metrics.bootstrap([1.0, 1.0]) == (1.0, 1.0)
    assert np.isnan(metrics.bootstrap([])).all()
