"""Kinema's Blender extension. This file registers and unregisters; the work stands in the files beside it."""


def register() -> None:
    import bpy

    from . import dispatch, ghost, headless, keymaps, preferences, properties, rig_properties, takes, translations

    for module in _with_classes():
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    properties.register()
    rig_properties.register()
    headless.register()
    keymaps.register()
    ghost.register()
    bpy.app.translations.register(__package__, translations.TABLE)
    dispatch.stored = takes.kept(preferences.results_folder())


def unregister() -> None:
    import bpy

    from . import (
        dispatch,
        ghost,
        headless,
        keymaps,
        operators,
        operators_setup,
        properties,
        rig_panels,
        rig_properties,
        takes,
    )

    dispatch.stop()
    bpy.app.translations.unregister(__package__)
    ghost.unregister()
    keymaps.unregister()
    headless.unregister()
    operators.unregister()
    operators_setup.unregister()
    rig_panels.unregister()
    rig_properties.unregister()
    properties.unregister()
    takes.review.leave()
    for module in reversed(_with_classes()):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)


def _with_classes():
    from . import (
        operators,
        operators_jobs,
        operators_prompts,
        operators_setup,
        operators_takes,
        panels,
        panels_setup,
        panels_takes,
        preferences,
        properties,
        rig_operators,
        rig_panels,
        rig_properties,
    )

    return (
        preferences,
        properties,
        rig_properties,
        operators,
        operators_takes,
        operators_prompts,
        operators_jobs,
        operators_setup,
        rig_operators,
        panels,
        panels_takes,
        rig_panels,
        panels_setup,
    )
