"""Make the installable zip of the extension: python blender_addon/build.py [FOLDER]

Builds the kinema wheel from this checkout, puts it and the add-on's files into one zip, names the wheel in the
manifest, and gives every entry the same time, so that the same sources make the same bytes.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ADDON = Path(__file__).resolve().parent
ROOT = ADDON.parent
MANUAL = ROOT / "assets" / "manual"
STYLES = ROOT / "assets" / "styles"
SHIPPED = {".py", ".npz"}
SHIPPED_MANUAL = {".html", ".png"}
LEFT_OUT = {"build.py", "run_headless.py"}
_TIME = (2020, 1, 1, 0, 0, 0)


def build(folder: Path) -> Path:
    """Write kinema-VERSION.zip into `folder` and return its path.

    Raises ValueError when manifest and package disagree about the version, CalledProcessError when pip fails.
    """
    manifest = (ADDON / "blender_manifest.toml").read_text(encoding="utf-8")
    version = _version(manifest, r'^version = "(.+)"$')
    package = _version((ROOT / "backend/kinema/__init__.py").read_text(encoding="utf-8"), r'^__version__ = "(.+)"$')
    if version != package:
        raise ValueError(f"blender_manifest.toml says {version} and kinema/__init__.py {package}; make them equal")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        wheel = build_wheel(Path(temporary))
        entries = {
            str(path.relative_to(ADDON).as_posix()): path.read_bytes()
            for path in ADDON.rglob("*")
            if path.suffix in SHIPPED and path.name not in LEFT_OUT
        }
        for path in MANUAL.rglob("*"):
            if path.suffix in SHIPPED_MANUAL:
                entries[f"manual/{path.relative_to(MANUAL).as_posix()}"] = path.read_bytes()
        for path in STYLES.glob("*.png"):
            entries[f"styles/{path.name}"] = path.read_bytes()
        entries["blender_manifest.toml"] = _with_wheel(manifest, wheel.name).encode()
        entries["LICENSE"] = (ROOT / "LICENSE").read_bytes()
        entries[f"wheels/{wheel.name}"] = wheel.read_bytes()
    target = folder / f"kinema-{version}.zip"
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, entries[name])
    return partial.replace(target)


def build_wheel(folder: Path) -> Path:
    """The kinema wheel of this checkout, without its dependencies."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    if importlib.util.find_spec("hatchling") is not None:
        command.append("--no-build-isolation")  # Works without a network.
    subprocess.run(command, check=True)
    return next(folder.glob("kinema-*.whl"))


def _with_wheel(manifest: str, wheel: str) -> str:
    text, count = re.subn(r"^wheels = \[\]$", f'wheels = ["./wheels/{wheel}"]', manifest, flags=re.MULTILINE)
    if count != 1:
        raise ValueError('blender_manifest.toml needs exactly one line "wheels = []"')
    return text


def _version(text: str, pattern: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no version matches {pattern}")
    return found.group(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python blender_addon/build.py", description="Make the installable zip of the extension."
    )
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist", help="where the zip goes")
    print(build(parser.parse_args().folder))
