"""Taking stdin and stdout away from libraries, so that what machines read there is only what Kinema wrote."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO


def claim_stdout() -> BinaryIO:
    """The process' real stdout for the caller alone; afterwards a `print`, in Python or in C, lands on stderr."""
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers


def claim_stdin() -> BinaryIO:
    """The process' real stdin for the caller alone; whoever else reads stdin, a child process say, finds it empty."""
    requests = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests
