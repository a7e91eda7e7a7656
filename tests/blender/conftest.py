"""Real Blender for these tests: the bpy module of this Python. Without it each test is skipped with that reason."""

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHILD = ROOT / "tests/addon/child_backend.py"
sys.path.insert(0, str(ROOT))

# Before bpy is imported: no test reads or writes the user's own preferences and extensions.
_resources = tempfile.mkdtemp(prefix="kinema-blender-")
os.environ["BLENDER_USER_RESOURCES"] = _resources


_STATUS = pytest.StashKey[int]()


def pytest_configure(config):
    config.addinivalue_line("markers", "needs_no_bpy: runs an application instead of the bpy module")


def pytest_sessionfinish(session, exitstatus):
    shutil.rmtree(_resources, ignore_errors=True)
    session.config.stash[_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """End at once, all being told: the bpy module hangs on exit while Rigify's classes are registered."""
    if "bpy" in sys.modules and _STATUS in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[_STATUS])


def pytest_collection_modifyitems(items):
    if importlib.util.find_spec("bpy") is None:
        for item in items:
            if Path(item.fspath).parent == Path(__file__).parent and "needs_no_bpy" not in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs the bpy module: pip install 'kinema[blender]'"))


@pytest.fixture
def scene():
    """An empty file's scene."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene


@pytest.fixture
def addon(scene, monkeypatch, tmp_path_factory):
    """The add-on, registered as Blender does it and gone afterwards: what stays registered crashes bpy at exit."""
    import blender_addon
    from blender_addon import preferences

    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setattr(preferences, "user_folder", lambda name: folder / name)
    blender_addon.register()
    monkeypatch.setattr(preferences, "backend", lambda: ([sys.executable, str(CHILD)], {}))
    yield blender_addon
    blender_addon.unregister()


@pytest.fixture(scope="session")
def swaying():
    """swaying(frames, seed, fps): a Motion in which everything moves and turns."""
    spec = importlib.util.spec_from_file_location("child_backend", CHILD)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.swaying


@pytest.fixture
def acting(addon, swaying):
    """acting(kind): a character with an action of `frames` frames from frame 11 on, active and the panel's own."""
    import bpy

    from blender_addon import placement
    from blender_addon.rig_choice import settings_of
    from blender_addon.rigs import RIGS, rig_of
    from tests.blender import characters
    from tests.blender.editing import FIRST, FRAMES

    scene = bpy.context.scene
    scene.render.fps = 30

    def make(kind="smpl", frames=FRAMES, **settings):
        armature = RIGS["smpl"].build(scene, "Kinema") if kind == "smpl" else characters.build(scene, kind)
        for key, value in settings.items():
            setattr(armature.kinema_rig, key, value)
        placing = placement.Placing(scene.name, armature.name, FIRST)
        placement.write_motion(
            swaying(frames, 3, 30.0), rig_of(armature), armature, "sway", placing, settings_of(armature)
        )
        bpy.context.view_layer.objects.active = armature
        scene.kinema.target = armature
        return armature

    return make
