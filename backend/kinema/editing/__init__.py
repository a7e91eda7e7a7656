"""Editing: a request as constraints, windows over long clips, what was kept put back exactly, seams, goals, errors."""
