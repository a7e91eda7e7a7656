"""A root velocity from standing feet: a foot that stands stays, nothing standing changes nothing."""

import numpy as np
import torch

from kinema.features import encoding, layout
from kinema.features.standing import steadied
from kinema.geometry import yaw_quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY


def turning(frames: int = 40, radians_a_frame: float = 0.02) -> torch.Tensor:
    """Features of a stiff body that turns about its root, no foot in contact."""
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1))
    rotations[:, 0] = yaw_quaternion(radians_a_frame * np.arange(frames))
    motion = Motion(rotations, np.tile([0.0, 0.92, 0.0], (frames, 1)), 30.0, SMPL_BODY)
    features = torch.from_numpy(encoding.encode(motion))
    features[:, layout.CONTACTS] = 0.0
    return features


def test_without_contact_the_given_velocity_stays():
    features, velocity = turning(), torch.randn(40, 2, dtype=torch.float64) * 0.01
    torch.testing.assert_close(steadied(features, velocity), velocity)


def test_the_body_turns_about_the_foot_that_stands():
    features = turning()
    features[:, layout.CONTACTS.start] = 1.0
    features[:, layout.PLANAR_VELOCITY] = steadied(features, torch.full((40, 2), 0.02, dtype=torch.float64))
    ankle = encoding.decode(features.numpy()).positions()[:, SMPL_BODY.index("L_Ankle")]
    other = encoding.decode(features.numpy()).positions()[:, SMPL_BODY.index("R_Ankle")]
    assert np.ptp(ankle, axis=0).max() < 1e-6
    assert np.ptp(other, axis=0).max() > 0.05
