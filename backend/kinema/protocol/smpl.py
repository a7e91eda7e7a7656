"""The SMPL skeleton: the one body that the model speaks, and that every source is mapped onto.

Rest pose: T-pose, Y up, facing +Z, left = +X. Offsets in metres from Stanford-TML/EDGE `vis.py` (MIT).
Joint offsets only; SMPL's mesh and shape space have their own licence and are not here.
"""

import numpy as np

from .motion import Skeleton

SMPL_NAMES = (
    "Pelvis",
    "L_Hip",
    "R_Hip",
    "Spine1",
    "L_Knee",
    "R_Knee",
    "Spine2",
    "L_Ankle",
    "R_Ankle",
    "Spine3",
    "L_Foot",
    "R_Foot",
    "Neck",
    "L_Collar",
    "R_Collar",
    "Head",
    "L_Shoulder",
    "R_Shoulder",
    "L_Elbow",
    "R_Elbow",
    "L_Wrist",
    "R_Wrist",
    "L_Hand",
    "R_Hand",
)
"""SMPL's 24 joints in their official order."""

SMPL_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)

SMPL_OFFSETS = (
    (0.0, 0.0, 0.0),  # Pelvis
    (0.05858135, -0.08228004, -0.01766408),  # L_Hip
    (-0.06030973, -0.09051332, -0.01354254),  # R_Hip
    (0.00443945, 0.12440352, -0.03838522),  # Spine1
    (0.04345142, -0.38646945, 0.008037),  # L_Knee
    (-0.04325663, -0.38368791, -0.00484304),  # R_Knee
    (0.00448844, 0.1379564, 0.02682033),  # Spine2
    (-0.01479032, -0.42687458, -0.037428),  # L_Ankle
    (0.01905555, -0.4200455, -0.03456167),  # R_Ankle
    (-0.00226458, 0.05603239, 0.00285505),  # Spine3
    (0.04105436, -0.06028581, 0.12204243),  # L_Foot
    (-0.03483987, -0.06210566, 0.13032329),  # R_Foot
    (-0.0133902, 0.21163553, -0.03346758),  # Neck
    (0.07170245, 0.11399969, -0.01889817),  # L_Collar
    (-0.08295366, 0.11247234, -0.02370739),  # R_Collar
    (0.01011321, 0.08893734, 0.05040987),  # Head
    (0.12292141, 0.04520509, -0.019046),  # L_Shoulder
    (-0.11322832, 0.04685326, -0.00847207),  # R_Shoulder
    (0.2553319, -0.01564902, -0.02294649),  # L_Elbow
    (-0.26012748, -0.01436928, -0.03126873),  # R_Elbow
    (0.26570925, 0.01269811, -0.00737473),  # L_Wrist
    (-0.26910836, 0.00679372, -0.00602676),  # R_Wrist
    (0.08669055, -0.01063603, -0.01559429),  # L_Hand
    (-0.0887537, -0.00865157, -0.01010708),  # R_Hand
)
"""Rest offset of each joint from its parent, metres."""

BODY_JOINTS = 22
"""The first 22 joints are the body; 22 and 23 are SMPL's hands, which stay at rest."""

SMPL_BODY = Skeleton(
    SMPL_NAMES[:BODY_JOINTS], np.array(SMPL_PARENTS[:BODY_JOINTS]), np.array(SMPL_OFFSETS[:BODY_JOINTS])
)
"""The 22 body joints on which all motion inside Kinema lives."""

SOLE_BELOW_FOOT = 0.02
"""Metres from the L_Foot/R_Foot joint (ball of the foot) down to the sole when the foot is flat."""
