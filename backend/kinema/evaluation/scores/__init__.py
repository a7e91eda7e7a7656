"""Conditions on movement by where they are seen, each a score that is positive when it holds."""
