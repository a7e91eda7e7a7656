"""Low-pass filters over time, without delay."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.signal import butter, savgol_filter, sosfiltfilt

from ..errors import InputError
from ..protocol import quaternion
from ..protocol.motion import Motion


def butterworth(motion: Motion, cutoff: float = 6.0, order: int = 2) -> Motion:
    """Zero-phase Butterworth low-pass of all rotations and of the root's path; `cutoff` in Hz.

    Quaternions are made continuous, filtered in R^4 and normalised again, which agrees with filtering in the tangent
    space to second order in the angle covered within one period of the cutoff. Preserves everything slower than the
    cutoff; does not preserve contacts: lock the feet afterwards. Raises InputError unless 0 < cutoff < fps / 2.
    """
    if not 0.0 < cutoff < 0.5 * motion.fps:
        raise InputError(
            f"the cutoff must lie between 0 and half the frame rate ({0.5 * motion.fps:g} Hz), not {cutoff:g}"
        )
    if len(motion) < 4:
        return motion
    sos = butter(order, cutoff, fs=motion.fps, output="sos")
    return _filtered(motion, lambda x: sosfiltfilt(sos, x, axis=0, padlen=min(3 * (2 * order + 1), len(x) - 1)))


def savitzky_golay(motion: Motion, window: float = 0.23, degree: int = 3) -> Motion:
    """Savitzky-Golay smoothing of all rotations and of the root's path over `window` seconds.

    Keeps polynomials of `degree` exactly, hence the height of short peaks (a punch, a jump) better than a low-pass of
    the same strength. Filters quaternions as `butterworth` does. Raises InputError when the window holds no more
    frames than the degree.
    """
    frames = 2 * round(0.5 * window * motion.fps) + 1
    frames = min(frames, len(motion) - 1 + len(motion) % 2)
    if len(motion) < 4:
        return motion
    if frames <= degree:
        raise InputError(f"a window of {window:g} s holds {frames} frames; make it longer than the degree {degree}")
    return _filtered(motion, lambda x: savgol_filter(x, frames, degree, axis=0))


def _filtered(motion: Motion, smooth: Callable[[np.ndarray], np.ndarray]) -> Motion:
    rotations = quaternion.unroll(motion.rotations)
    flat = np.concatenate([rotations.reshape(len(motion), -1), motion.root_translation], axis=1)
    flat = smooth(flat)
    return replace(motion, rotations=flat[:, :-3].reshape(rotations.shape), root_translation=flat[:, -3:])
