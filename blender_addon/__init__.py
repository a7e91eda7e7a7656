"""Kinema's Blender extension. This file registers and unregisters; the work stands in the files beside it."""


def register() -> None:
    import bpy

    from . import headless, operators, panels, preferences, properties, rig_operators, rig_panels, rig_properties

    for module in (preferences, properties, operators, panels):
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    properties.register()
    for module in (rig_properties, rig_operators, rig_panels):
        module.register()
    headless.register()


def unregister() -> None:
    import bpy

    from . import (
        dispatch,
        headless,
        operators,
        panels,
        preferences,
        properties,
        rig_operators,
        rig_panels,
        rig_properties,
    )

    dispatch.stop()
    headless.unregister()
    for module in (rig_panels, rig_operators, rig_properties):
        module.unregister()
    operators.unregister()
    properties.unregister()
    for module in (panels, operators, properties, preferences):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
