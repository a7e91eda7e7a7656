"""A short coverage-guided run over the readers; `python -m tests.fuzz` gives them more time."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 8


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="needs atheris: pip install 'kinema[dev]'")
@pytest.mark.parametrize("target", ["bvh", "acclaim", "wire"])
def test_no_input_raises_anything_but_kinemas_errors(tmp_path, target):
    limits = [f"-max_total_time={SECONDS}", "-rss_limit_mb=2048", "-timeout=20", f"-artifact_prefix={tmp_path}/"]
    words = [sys.executable, "-m", "tests.fuzz", target, str(tmp_path / "corpus"), *limits]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done " in done.stderr
