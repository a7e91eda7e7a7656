"""The set-up button in a Blender that has never seen Kinema: python set_up.py ZIP WHEELS, with the bpy module.

Installs the extension's zip, lets its own operator make the backend's environment from the folder of wheels, and makes
a clip with it. Prints a JSON line for each thing that is done. Meant to be killed in the middle as well.
"""

import json
import os
import socket
import sys
import time

import bpy

ADDON = "bl_ext.user_default.kinema"


def main() -> None:
    zip_file, wheels = sys.argv[1:]
    began = time.monotonic()
    if ADDON not in bpy.context.preferences.addons:
        bpy.ops.extensions.package_install_files(filepath=zip_file, repo="user_default", enable_on_install=True)
    preferences, setup, dispatch = (sys.modules[f"{ADDON}.{name}"] for name in NEEDED)
    settings = bpy.context.preferences.addons[ADDON].preferences
    settings.wheel_folder, settings.build = wheels, "cpu"
    told("enabled", network=reachable(), online_access=bpy.app.online_access, problem=preferences.backend_problem())
    assert bpy.ops.kinema.install_backend("EXEC_DEFAULT") == {"FINISHED"}
    work, step = setup.installation(), 0
    while work.running:
        if work.step != step:
            step = work.step
            told("step", number=step, of=work.steps, seconds=round(time.monotonic() - began, 1))
        time.sleep(0.2)
    log = work.log.read_text(encoding="utf-8")
    told("installed", error=work.error, seconds=round(time.monotonic() - began, 1), resumed="finished before" in log)
    folder = preferences.backend_folder()
    told("size", megabytes=round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6))
    generate(dispatch)
    bpy.ops.preferences.addon_disable(module=ADDON)
    sys.stdout.flush()
    os._exit(0)  # the bpy module may hang at exit


NEEDED = ("preferences", "operators_setup", "dispatch")


def generate(dispatch) -> None:
    began = time.monotonic()
    scene = bpy.context.scene
    scene.kinema.prompt, scene.kinema.seconds, scene.kinema.samples = "a person walks forward", 2.0, 1
    assert bpy.ops.kinema.generate() == {"FINISHED"}
    while dispatch.drain():
        time.sleep(0.05)
    assert dispatch.worker.job.error == "", dispatch.worker.job.error + dispatch.worker.errors()
    assert bpy.ops.kinema.accept() == {"FINISHED"}
    action = scene.kinema.target.animation_data.action
    versions = json.loads(action["kinema"])["versions"]
    told(
        "clip",
        frames=list(action.frame_range),
        seconds=round(time.monotonic() - began, 1),
        versions=versions,
        command=dispatch.worker.job.command,
    )


def reachable() -> bool:
    """Whether a name or an address outside can be reached."""
    try:
        with socket.create_connection(("192.0.2.1", 443), 1.0):
            return True
    except OSError:
        return len(socket.if_nameindex()) > 1


def told(event: str, **facts: object) -> None:
    print(json.dumps({"event": event, **facts}), flush=True)


if __name__ == "__main__":
    main()
