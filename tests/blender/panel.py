"""What a user does in the panel and what the timer does meanwhile: generate, wait, accept."""

import os
import time

WAIT = float(os.environ.get("KINEMA_TEST_WAIT", "120"))
"""Seconds; more on a machine that is busy with other things."""


def run(seconds=WAIT):
    """What the timer does in a window, until nothing is under way."""
    from blender_addon import dispatch

    end = time.monotonic() + seconds
    while dispatch.drain():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def generate(prompt, **settings):
    import bpy

    kinema = bpy.context.scene.kinema
    kinema.prompt = prompt
    for key, value in settings.items():
        setattr(kinema, key, value)
    assert bpy.ops.kinema.generate() == {"FINISHED"}


def accept(take="", **settings):
    import bpy

    for key, value in settings.items():
        setattr(bpy.context.scene.kinema, key, value)
    assert bpy.ops.kinema.accept("EXEC_DEFAULT", True, take=take) == {"FINISHED"}


def made(prompt, **settings):
    """Generate, wait, accept: the action's character."""
    import bpy

    generate(prompt, **settings)
    run()
    accept()
    return bpy.context.scene.kinema.target
