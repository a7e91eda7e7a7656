"""What the tests of the panel Edit do: press its buttons, wait, and compare curves bit for bit."""

from tests.blender.panel import run

FIRST, FRAMES = 11, 40
"""The frames of the action that the fixture `acting` gives a character: from FIRST on, FRAMES of them."""


def curves(armature, action):
    """(path, index) -> keys (N, 2), bit for bit."""
    from blender_addon import keyframes, splicing

    found = keyframes.curves_for(armature, action)
    return {key: splicing.read(curve).points["co"] for key, curve in found.items()}


def curves_of(armature, action):
    from blender_addon import keyframes

    return list(keyframes.curves_for(armature, action).values())


def edit(operator, **settings):
    import bpy

    for key, value in settings.items():
        setattr(bpy.context.scene.kinema_edit, key, value)
    assert operator() == {"FINISHED"}
    run()


def split(old, new, first, last):
    """Paths whose keys differ, having checked that none does outside first..last."""
    changed = set()
    for key, keys in old.items():
        outside = (keys[:, 0] < first) | (keys[:, 0] > last)
        now = new[key]
        kept = now[(now[:, 0] < first) | (now[:, 0] > last)]
        assert kept.tobytes() == keys[outside].tobytes(), key
        if now.tobytes() != keys.tobytes():
            changed.add(key[0])
    return changed


def again(vary=False):
    """Regenerate, and the take that it gave."""
    import bpy

    from blender_addon.takes import review

    assert bpy.ops.kinema.again(vary=vary) == {"FINISHED"}
    run()
    return review.takes[-1]
