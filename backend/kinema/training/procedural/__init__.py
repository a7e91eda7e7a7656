"""Procedural motion with captions and part sentences: `generate(seed, base)`."""

from .generate import Annotated, generate

__all__ = ["Annotated", "generate"]
