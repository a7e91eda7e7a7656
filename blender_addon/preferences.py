"""The add-on's preferences: which backend, where, with what."""

# Blender declares properties as annotations that are calls.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from kinema.errors import KinemaError

from . import __package__ as package
from . import environment

DEVICES = (
    ("auto", "Automatic", "CUDA or Apple's MPS where there is one, else the CPU"),
    ("cpu", "CPU", "Always the CPU"),
    ("cuda", "CUDA", "An NVIDIA graphics card"),
    ("mps", "MPS", "Apple's graphics"),
)


class KINEMA_Preferences(bpy.types.AddonPreferences):
    bl_idname = package

    command: StringProperty(
        name="Backend",
        description=(
            "Empty for the backend installed below; else a Python executable that has kinema, "
            "or a command such as: ssh gpubox kinema serve"
        ),
    )
    device: EnumProperty(name="Device", items=DEVICES, description="Where the model computes; not used by a command")
    llm_url: StringProperty(
        name="LLM Address",
        description=(
            "OpenAI-compatible endpoint for the refiner LLM, such as http://localhost:11434/v1. "
            "Your prompts are sent there; the key is read from the environment variable KINEMA_LLM_KEY"
        ),
    )
    llm_model: StringProperty(name="LLM Model", description="Name of the language model at that address")
    pip_options: StringProperty(
        name="Pip Options",
        description=(
            "For the installation, such as --no-index --find-links FOLDER, "
            "or --extra-index-url https://download.pytorch.org/whl/cpu for the small torch"
        ),
    )

    def draw(self, context: bpy.types.Context) -> None:
        column = self.layout.column()
        column.prop(self, "command")
        column.prop(self, "device")
        column.separator()
        _draw_installation(self, column)
        column.separator()
        column.prop(self, "llm_url")
        column.prop(self, "llm_model")


def _draw_installation(preferences: KINEMA_Preferences, column: bpy.types.UILayout) -> None:
    from .operators import installation

    folder = backend_folder()
    column.prop(preferences, "pip_options")
    running = installation()
    if running is not None and running.running:
        column.label(text=running.last_line[:120], icon="SORTTIME")
        column.operator("kinema.cancel_installation", icon="CANCEL")
        return
    if running is not None and running.error:
        column.label(text=running.error, icon="ERROR")
    there = environment.python_of(folder).is_file()
    column.label(text=f"Installed in {folder}" if there else "Not installed yet", icon="CHECKMARK" if there else "INFO")
    column.operator("kinema.install_backend", icon="IMPORT")


def get() -> KINEMA_Preferences | None:
    """The preferences, or None when the package runs as a plain script and is no enabled add-on."""
    entry = bpy.context.preferences.addons.get(package)
    return entry.preferences if entry is not None else None


def backend_folder() -> Path:
    """Where the backend's own environment belongs: a folder of the user's, since the add-on's may be read-only."""
    if package.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(package, path="backend"))
    return Path(bpy.utils.user_resource("DATAFILES", path="kinema")) / "backend"


def backend() -> tuple[list[str], dict[str, str]]:
    """Command line and extra environment of the backend. Raises EnvironmentSetupError when none is set up."""
    preferences = get()
    if preferences is None:
        return environment.backend_command("", backend_folder(), "auto"), {}
    extra = {"KINEMA_LLM_URL": preferences.llm_url, "KINEMA_LLM_MODEL": preferences.llm_model}
    command = environment.backend_command(preferences.command, backend_folder(), preferences.device)
    return command, {key: value for key, value in extra.items() if value}


def backend_problem() -> str:
    """Why no backend can be started, or ""."""
    try:
        backend()
    except KinemaError as error:
        return str(error)
    return ""


CLASSES = (KINEMA_Preferences,)
