"""Kinema's Blender extension. This file registers and unregisters; the work stands in the files beside it."""


def register() -> None:
    import bpy

    from . import (
        asking,
        dispatch,
        edit_properties,
        ghost,
        headless,
        keymaps,
        playing,
        preferences,
        properties,
        rig_properties,
        style_properties,
        takes,
        translations,
        writing,
    )

    for module in _with_classes():
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    properties.register()
    rig_properties.register()
    style_properties.register()
    edit_properties.register()
    headless.register()
    keymaps.register()
    ghost.register()
    playing.register()
    asking.register()
    writing.register()
    bpy.app.translations.register(__package__, translations.TABLE)
    dispatch.stored = takes.kept(preferences.results_folder())


def unregister() -> None:
    import bpy

    from . import (
        asking,
        dispatch,
        edit_properties,
        ghost,
        headless,
        keymaps,
        operators,
        operators_search,
        operators_setup,
        playing,
        properties,
        rig_panels,
        rig_properties,
        style_list,
        style_properties,
        takes,
        writing,
    )

    operators_search.stop()
    writing.unregister()
    asking.unregister()
    playing.unregister()
    dispatch.stop()
    bpy.app.translations.unregister(__package__)
    ghost.unregister()
    keymaps.unregister()
    headless.unregister()
    operators.unregister()
    operators_setup.unregister()
    rig_panels.unregister()
    style_properties.unregister()
    edit_properties.unregister()
    rig_properties.unregister()
    properties.unregister()
    takes.review.leave()
    for module in reversed(_with_classes()):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
    style_list.unregister()


def _with_classes():
    from . import (
        edit_properties,
        operators,
        operators_asking,
        operators_edit,
        operators_jobs,
        operators_prompts,
        operators_search,
        operators_setup,
        operators_strips,
        operators_style,
        operators_takes,
        panels,
        panels_edit,
        panels_setup,
        panels_strips,
        panels_style,
        panels_takes,
        preferences,
        properties,
        rig_operators,
        rig_panels,
        rig_properties,
        style_properties,
    )

    return (
        preferences,
        properties,
        rig_properties,
        style_properties,
        edit_properties,
        operators_asking,
        operators,
        operators_style,
        operators_edit,
        operators_strips,
        operators_search,
        operators_takes,
        operators_prompts,
        operators_jobs,
        operators_setup,
        rig_operators,
        panels,
        panels_style,
        panels_takes,
        panels_edit,
        panels_strips,
        rig_panels,
        panels_setup,
    )
