"""Model features (B, T, 203) <-> Motion: layout, exact encoding, differentiable kinematics."""
