"""Kinema: text, styles and reference clips in, keyframed character motion out."""

__version__ = "0.7.0"
