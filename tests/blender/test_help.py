"""Help: a tooltip on everything, every word translated, keys where there is a window, a manual that lies beside."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def modules():
    import blender_addon

    return blender_addon._with_classes()


def properties_of(cls):
    """Blender's own view of the properties that a class of the add-on declares."""
    import bpy

    known = getattr(bpy.types, cls.__name__, None)
    rna = getattr(known, "bl_rna", None) or cls.bl_rna
    own = set()
    for base in cls.__mro__:
        own |= set(vars(base).get("__annotations__", {}))
    return [prop for prop in rna.properties if prop.identifier in own]


def texts():
    """Every label and tooltip that Blender can show of the add-on's classes."""
    found = set()
    for module in modules():
        for cls in module.CLASSES:
            if "PropertyGroup" not in str(cls.__mro__) and "AddonPreferences" not in str(cls.__mro__):
                found |= {getattr(cls, "bl_label", ""), getattr(cls, "bl_description", "")}
            for prop in properties_of(cls):
                found |= {prop.name, prop.description}
                if prop.type == "ENUM":
                    found |= {text for item in prop.enum_items for text in (item.name, item.description)}
    return {text for text in found if text}


def literals():
    """Texts that stand in the panels' code: label(text="..."), pgettext_iface("..."), placeholder="..."."""
    found = set()
    for path in (ROOT / "blender_addon").glob("*panels*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            values = [word.value for word in node.keywords if word.arg in ("text", "placeholder")]
            values += node.args if name in ("pgettext_iface", "paragraph") else []
            for value in values:
                choices = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
                for choice in choices:
                    if isinstance(choice, ast.Constant) and isinstance(choice.value, str) and " " in choice.value:
                        found.add(choice.value)
    return found


def test_every_button_and_every_setting_has_a_tooltip(addon):
    missing = []
    for module in modules():
        for cls in module.CLASSES:
            if cls.__name__.startswith("KINEMA_OT_") and not cls.bl_description:
                missing.append(cls.__name__)
            missing += [f"{cls.__name__}.{p.identifier}" for p in properties_of(cls) if not p.description]
            for prop in properties_of(cls):
                if prop.type == "ENUM":
                    missing += [f"{cls.__name__} {i.identifier}" for i in prop.enum_items if not i.description]
    assert not missing
    assert len(texts()) > 120


def test_german_is_complete(addon):
    from blender_addon.translations import GERMAN

    assert sorted((texts() | literals()) - set(GERMAN)) == []
    assert all(said.strip() for said in GERMAN.values())


def test_nothing_is_translated_that_nobody_says(addon):
    from blender_addon.translations import GERMAN

    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "blender_addon").glob("*.py"))
    for path in (ROOT / "blender_addon").glob("translations*.py"):
        code = code.replace(path.read_text(encoding="utf-8"), "")
    unused = [text for text in GERMAN if text not in texts() and f'"{text}"' not in code]
    assert unused == []


def test_blender_speaks_german(addon):
    import bpy

    view = bpy.context.preferences.view
    languages = {item.identifier for item in type(view).bl_rna.properties["language"].enum_items}
    german = next((name for name in ("de_DE", "de") if name in languages), None)
    if german is None:
        pytest.skip("this Blender was built without translations")
    before = view.language, view.use_translate_interface
    try:
        view.language, view.use_translate_interface = german, True
        assert bpy.app.translations.pgettext_iface("Finish Review") == "Sichtung beenden"
    finally:
        view.language, view.use_translate_interface = before


def test_manual_is_there_and_its_pictures_too():
    from blender_addon.operators_setup import manual_page

    page = manual_page()
    text = page.read_text(encoding="utf-8")
    pictures = [part.split('"')[0] for part in text.split('src="')[1:]]
    assert len(pictures) >= 4
    assert all((page.parent / picture).is_file() for picture in pictures)


def test_preferences_say_sizes_before_installing(addon):
    from blender_addon.operators_setup import plan_lines

    said = " ".join(plan_lines())
    assert "GB on disk" in said
    assert "GB are free" in said
