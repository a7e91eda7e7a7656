"""Which jobs are sampled together.

The groups follow from the job file alone, never from what is left to do, and a group is always sampled whole: matrix
products of another batch size differ in the last bits, so only this way a resumed batch gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..protocol.messages import Generate, Timeline
from .jobs import Job

MOST_TOGETHER = 16
"""Samples in one batch of the network: beyond it a CPU gains nothing, and memory stays flat."""


def alike(request: Generate | Timeline) -> tuple[object, ...]:
    """What requests must share to be sampled in one batch; a timeline shares with none."""
    if isinstance(request, Timeline):
        return (request.id,)
    return (request.seconds, request.steps, request.guidance, request.sampler)


def grouped(jobs: Sequence[Job], most: int = MOST_TOGETHER) -> list[tuple[Job, ...]]:
    """The jobs in groups of at most `most` samples (a larger job is alone), in the order of their first jobs."""
    groups: list[list[Job]] = []
    open_groups: dict[tuple[object, ...], list[Job]] = {}
    for job in jobs:
        group = open_groups.get(alike(job.request))
        if group is None or sum(other.request.samples for other in group) + job.request.samples > most:
            group = open_groups[alike(job.request)] = []
            groups.append(group)
        group.append(job)
    return [tuple(group) for group in groups]
