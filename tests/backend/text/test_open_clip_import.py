"""open_clip imports beside a torchvision with and without its compiled operators.

Each case needs a Python of its own: an import happens once.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPORT = """
import torch
from kinema.text.open_clip_import import declare_torchvision_operators, import_open_clip
import_open_clip().tokenizer.SimpleTokenizer()
print("declared", declare_torchvision_operators.cache_info().currsize)
"""


def python(code: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    start = f"import sys; sys.path.insert(0, {str(path)!r})\n" if path else ""
    return subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, timeout=240)


def stand_in_torchvision(folder: Path, body: str) -> Path:
    """A torchvision that only does at import what the test needs."""
    package = folder / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text(body)
    return folder


def test_open_clip_imports_here_whatever_torchvision_is_installed() -> None:
    done = python(REPORT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("declared")


def test_installed_torchvision_that_works_is_left_alone(tmp_path: Path) -> None:
    folder = stand_in_torchvision(tmp_path, "marker = 'mine'\n")
    done = python(
        "from kinema.text.open_clip_import import declare_torchvision_operators as d, import_torchvision\n"
        "print(import_torchvision().marker, d.cache_info().currsize)",
        folder,
    )
    assert done.stdout == "mine 0\n", done.stderr


def test_missing_operators_are_declared(tmp_path: Path) -> None:
    folder = stand_in_torchvision(
        tmp_path,
        "import torch\n"
        "from torchvision import first\n"
        "torch.library.register_fake('torchvision::nms')(lambda dets, scores, iou_threshold: dets.new_empty(0))\n",
    )
    (folder / "torchvision" / "first.py").write_text("")
    done = python(
        "from kinema.text.open_clip_import import import_torchvision\n"
        "import torch; print(import_torchvision().__name__)\n"
        "try: torch.ops.torchvision.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)\n"
        "except NotImplementedError: print('no kernel')",
        folder,
    )
    assert done.stdout == "torchvision\nno kernel\n", done.stderr


@pytest.mark.parametrize("body", ["raise ImportError('no torchvision')", "raise RuntimeError('other trouble')"])
def test_other_trouble_names_the_fix(tmp_path: Path, body: str) -> None:
    done = python(
        "from kinema.errors import EnvironmentSetupError\n"
        "from kinema.text.open_clip_import import import_open_clip\n"
        "try: import_open_clip()\n"
        "except EnvironmentSetupError as error: print(error)",
        stand_in_torchvision(tmp_path, body),
    )
    assert "pip install --upgrade" in done.stdout, done.stderr
