"""Kinematic captions: what can be read off the joints for certain, in words (as in PoseScript and MotionScript)."""

from .describe import Described, describe

__all__ = ["Described", "describe"]
