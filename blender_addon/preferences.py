"""The add-on's preferences: which backend, where, with what."""

# Blender declares properties as annotations that are calls.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import urllib.parse
from pathlib import Path

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from kinema.errors import KinemaError

from . import __package__ as package
from . import environment

DEVICES = (
    ("auto", "Automatic", "CUDA or Apple's MPS where there is one, else the CPU"),
    ("cpu", "CPU", "Always the CPU"),
    ("cuda", "CUDA", "An NVIDIA graphics card"),
    ("mps", "MPS", "Apple's graphics"),
)
BUILDS = (
    (
        "auto",
        "For This Machine",
        "With CUDA where an NVIDIA driver is found, with MPS on a Mac, else for the processor",
    ),
    ("cpu", "Processor", "The small build of torch, which computes on the processor"),
    ("cuda", "CUDA", "The large build of torch, for NVIDIA graphics cards"),
    ("mps", "MPS", "The build of torch for Apple's graphics"),
)


DEFAULT_PACK = "kinema-base"
packs: tuple[str, ...] = (DEFAULT_PACK, "kinema-open")
"""The model packs that may be chosen: those that come with the backend until it says what it has."""


def _known_packs(_self: KINEMA_Preferences, _context: bpy.types.Context, typed: str) -> list[str]:
    return [name for name in packs if typed.lower() in name.lower()]


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
    model: StringProperty(
        name="Model Pack",
        description="Name or folder of the weights; empty for kinema-base. Not used by a command",
        search=_known_packs,
        search_options={"SUGGESTION"},
    )
    idle_minutes: IntProperty(
        name="Free Memory After",
        description="Minutes without work after which the backend is ended and its memory freed; 0 for never",
        default=10,
        min=0,
        max=1440,
    )
    cache_folder: StringProperty(
        name="Cache Folder",
        description="Where answers are kept, so that an equal request returns at once; empty for the user's own folder",
        subtype="DIR_PATH",
    )
    cache_megabytes: IntProperty(
        name="Cache Limit",
        description="Megabytes that kept answers may take; the longest unused go first. 0 keeps none",
        default=512,
        min=0,
        max=1 << 20,
    )
    llm_url: StringProperty(
        name="LLM Address",
        description=(
            "OpenAI-compatible endpoint for the refiner LLM, such as http://localhost:11434/v1. "
            "Your prompts are sent there; the key is read from the environment variable KINEMA_LLM_KEY"
        ),
    )
    llm_model: StringProperty(name="LLM Model", description="Name of the language model at that address")
    build: EnumProperty(name="Torch", items=BUILDS, description="Which build of torch the installation fetches")
    wheel_folder: StringProperty(
        name="Wheel Folder",
        description="Folder with all packages as wheels: the installation needs no network then. Empty to download",
        subtype="DIR_PATH",
    )
    pip_options: StringProperty(
        name="Pip Options",
        description="For the installation, such as --index-url ADDRESS or --proxy ADDRESS",
    )

    def draw(self, context: bpy.types.Context) -> None:
        from .panels_setup import draw_preferences

        draw_preferences(self, self.layout)


def get() -> KINEMA_Preferences | None:
    """The preferences, or None when the package runs as a plain script and is no enabled add-on."""
    entry = bpy.context.preferences.addons.get(package)
    return entry.preferences if entry is not None else None


def user_folder(name: str) -> Path:
    """A folder of the user's for the add-on, since the add-on's own may be read-only."""
    if package.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(package, path=name))
    return Path(bpy.utils.user_resource("DATAFILES", path="kinema")) / name


def backend_folder() -> Path:
    """Where the backend's own environment belongs."""
    return user_folder("backend")


def results_folder() -> Path:
    """Where finished results wait for review."""
    return user_folder("results")


def idle_seconds() -> float:
    """After how long without work the backend ends; 0 for never."""
    preferences = get()
    return 60.0 * (preferences.idle_minutes if preferences is not None else 10)


def backend() -> tuple[list[str], dict[str, str]]:
    """Command line and extra environment of the backend. Raises EnvironmentSetupError when none is set up."""
    preferences = get()
    if preferences is None:
        return environment.backend_command("", backend_folder(), "auto"), {}
    extra = {"KINEMA_CACHE_MB": str(preferences.cache_megabytes)}
    if preferences.cache_folder:
        extra["KINEMA_CACHE"] = bpy.path.abspath(preferences.cache_folder)
    if preferences.llm_url and (bpy.app.online_access or is_local(preferences.llm_url)):
        extra |= {"KINEMA_LLM_URL": preferences.llm_url, "KINEMA_LLM_MODEL": preferences.llm_model}
    command = environment.backend_command(
        preferences.command, backend_folder(), preferences.device, preferences.model.strip()
    )
    return command, {key: value for key, value in extra.items() if value}


def is_local(url: str) -> bool:
    """Whether an address is on this machine, which needs no online access."""
    try:
        host = urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in ("localhost", "::1") or host.startswith("127.")


def backend_problem() -> str:
    """Why no backend can be started, or ""."""
    try:
        backend()
    except KinemaError as error:
        return str(error)
    return ""


CLASSES = (KINEMA_Preferences,)
