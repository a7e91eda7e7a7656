"""Kinema's Blender extension. This file registers and unregisters; the work stands in the files beside it."""


def register() -> None:
    import bpy

    from . import headless, operators, panels, preferences, properties

    for module in (preferences, properties, operators, panels):
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    properties.register()
    headless.register()


def unregister() -> None:
    import bpy

    from . import dispatch, headless, operators, panels, preferences, properties

    dispatch.stop()
    headless.unregister()
    operators.unregister()
    properties.unregister()
    for module in (panels, operators, properties, preferences):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
