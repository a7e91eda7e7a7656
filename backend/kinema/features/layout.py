"""Which number stands where in the model's feature tensor (B, T, F): rotation-native, 30 fps, F = 203.

In the spirit of the 272-d representation (METHODS: rotations go straight to SMPL, no IK guessing), without joint
velocities, which convolutions compute themselves. "Heading frame": the world turned so that the body's heading at that
frame is +Z, with the origin below the root on the ground.
"""

from ..protocol.smpl import BODY_JOINTS

FPS = 30.0
"""Frames a second of every feature tensor."""

YAW_VELOCITY = slice(0, 1)
"""Change of the root's heading since the frame before, radians a frame."""

PLANAR_VELOCITY = slice(1, 3)
"""Root x, z displacement since the frame before, in the frame before's heading frame, metres a frame."""

HEIGHT = slice(3, 4)
"""Root y above the ground, metres."""

ROTATIONS = slice(4, 4 + 6 * BODY_JOINTS)
"""(22, 6) local rotations as two matrix columns; the root's without its heading."""

POSITIONS = slice(ROTATIONS.stop, ROTATIONS.stop + 3 * (BODY_JOINTS - 1))
"""(21, 3) positions of all joints but the root in the heading frame, metres."""

CONTACTS = slice(POSITIONS.stop, POSITIONS.stop + 4)
"""Contact of left ankle, left ball, right ankle, right ball: 0 or 1."""

WIDTH = CONTACTS.stop
"""F."""
