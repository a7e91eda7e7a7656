"""The installable zip: built, checked by Blender's own tool, installed into a Blender that has never seen it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory):
    from blender_addon import build

    return build.build(tmp_path_factory.mktemp("dist"))


def test_zip_holds_the_addon_the_licence_and_the_named_wheel(zip_file):
    import tomllib

    with zipfile.ZipFile(zip_file) as archive:
        names = set(archive.namelist())
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode())
    assert {
        "__init__.py",
        "LICENSE",
        "session.py",
        "rigs/smpl.py",
        "rigs/mannequin.npz",
        "manual/index.html",
        "manual/pictures/review.png",
    } <= names
    assert not [name for name in names if "pycache" in name or name == "build.py"]
    assert [wheel.removeprefix("./") for wheel in manifest["wheels"]] == [n for n in names if n.endswith(".whl")]
    assert all(len(reason) <= 64 for reason in manifest["permissions"].values())


def test_same_sources_make_the_same_zip(zip_file, tmp_path):
    from blender_addon import build

    assert build.build(tmp_path).read_bytes() == zip_file.read_bytes()


def test_blenders_own_tool_finds_nothing_wrong(zip_file):
    import bpy

    tool = Path(bpy.utils.system_resource("SCRIPTS")) / "addons_core/bl_pkg/cli/blender_ext.py"
    checked = subprocess.run([sys.executable, str(tool), "validate", str(zip_file)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_zip_installs_enables_and_disables(scene, zip_file):
    import bpy

    done = bpy.ops.extensions.package_install_files(filepath=str(zip_file), repo="user_default", enable_on_install=True)
    assert done == {"FINISHED"}
    name = "bl_ext.user_default.kinema"
    assert name in bpy.context.preferences.addons
    assert bpy.context.scene.kinema.seconds == 4.0
    preferences = sys.modules[name + ".preferences"]
    environment = sys.modules[name + ".environment"]
    assert environment.bundled_wheel().is_file()
    assert preferences.backend_folder().name == "backend"
    assert name.split(".")[-1] in str(preferences.backend_folder())
    assert "Install Backend" in preferences.backend_problem()
    bpy.context.preferences.addons[name].preferences.command = "ssh gpubox kinema serve"
    settings = bpy.context.preferences.addons[name].preferences
    assert preferences.backend() == (["ssh", "gpubox", "kinema", "serve"], {"KINEMA_CACHE_MB": "512"})
    settings.llm_url, settings.llm_model = "https://llm.example/v1", "m"
    assert bpy.app.online_access is False
    assert "KINEMA_LLM_URL" not in preferences.backend()[1], "Blender's online access is off"
    settings.llm_url = "http://localhost:11434/v1"
    assert preferences.backend()[1]["KINEMA_LLM_URL"] == "http://localhost:11434/v1"
    assert sys.modules[name + ".operators_setup"].manual_page().parent.name == "manual"
    assert bpy.ops.preferences.addon_disable(module=name) == {"FINISHED"}
    assert not hasattr(bpy.types.Scene, "kinema")
