"""What imports what, tried in fresh interpreters; import-linter holds the rest (`lint-imports`)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

BLOCKED = """
import sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Blocked())
"""
HEAVY = ("torch", "torchvision", "scipy", "requests", "safetensors", "open_clip", "matplotlib", "smplx", "bpy")


def python(code: str, *, blocked: tuple[str, ...] = ()) -> str:
    """Standard output of `code` in a fresh interpreter that cannot import `blocked`."""
    child = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(blocked=set(blocked)) + code], capture_output=True, text=True, timeout=300
    )
    assert child.returncode == 0, child.stderr
    return child.stdout


def modules(package: str) -> list[str]:
    folder = ROOT / "backend" / package.replace(".", "/")
    return [f"{package}.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]


def test_the_blocker_blocks():
    with pytest.raises(AssertionError, match="torch is blocked"):
        python("import torch", blocked=("torch",))


def test_protocol_needs_the_standard_library_and_numpy_alone():
    python("".join(f"import {name}\n" for name in modules("kinema.protocol")), blocked=HEAVY)


def test_protocol_loads_no_other_part_of_kinema():
    code = "".join(f"import {name}\n" for name in modules("kinema.protocol"))
    loaded = python(code + "print(*(name for name in sys.modules if name.startswith('kinema')))").split()
    assert {name.split(".")[1] for name in loaded if "." in name} == {"protocol", "errors"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["generate"], ["generate", "x", "-o", "x.xyz"]])
def test_help_and_refusals_need_no_torch(arguments):
    code = f"""
from kinema.cli import main
try:
    main({arguments!r})
except SystemExit:
    pass
print("torch" in sys.modules)
"""
    assert python(code, blocked=("torch",)).splitlines()[-1] == "False"


@pytest.mark.parametrize("module", ["conversation", "serve", "checkpoints", "formats", "retarget", "doctor", "blender"])
def test_what_runs_beside_the_networks_imports_without_torch(module):
    python(f"import kinema.{module}", blocked=("torch", "bpy"))


def test_the_addon_imports_kinema_protocol_and_errors_alone():
    files = sorted((ROOT / "blender_addon").rglob("*.py"))
    assert files
    foreign = []
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                allowed = name == "kinema" or name.startswith(
                    ("kinema.protocol", "kinema.errors", "kinema.__version__")
                )
                if name.split(".")[0] in HEAVY[:-1] or (name.split(".")[0] == "kinema" and not allowed):
                    foreign.append(f"{path.relative_to(ROOT)} imports {name}")
    assert foreign == []


def test_import_contracts_are_kept():
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert child.returncode == 0, child.stdout[-3000:] + child.stderr[-1000:]
