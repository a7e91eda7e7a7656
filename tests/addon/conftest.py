import os
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def child_command():
    """Command of a real backend process that needs no weights."""
    return [sys.executable, str(ROOT / "tests/addon/child_backend.py")]


def until(condition, seconds=60.0):
    """Wait for something that must happen; the bound only keeps a broken test from hanging."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def process_exists(pid):
    """Whether a process runs; a zombie that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc").is_dir()
    return state != "Z"


@pytest.fixture
def wait_until():
    return until


@pytest.fixture
def exists():
    return process_exists
