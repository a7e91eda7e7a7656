"""`kinema doctor`: one report to read or to paste into an issue: what is here, what works, what to do."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from . import __version__, blender
from .checkpoints import find_pack, model_packs
from .errors import KinemaError
from .faults import explain
from .generation import language_model
from .protocol.messages import Generate
from .reporting import Report

LIBRARIES = ("numpy", "scipy", "requests", "safetensors", "torch", "open_clip_torch")
MINIMUM_PYTHON = (3, 11)
TRIAL = Generate(id="doctor", prompt="a person walks forward", seconds=2.0)


@dataclass(frozen=True)
class Check:
    """One line of the report. `state`: ok, note (works without it) or problem (generation cannot work)."""

    name: str
    state: str
    found: str
    fix: str = ""


def run(model: str | None, device: str, report: Report | None) -> int:
    """Print the report for people, or hand it to `report` as one event.

    Returns 0 when generation works, which a short trial shows, and 1 otherwise.
    """
    checks = examine(model, device)
    works = all(check.state != "problem" for check in checks)
    if report is not None:
        report({"event": "report", "works": works, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            print(f"{check.state:8}{check.name:12}{check.found}")
            if check.fix:
                print(f"{'':20}-> {check.fix}")
        print("Generation works." if works else "Generation does not work yet; see the problems above.")
    return 0 if works else 1


def examine(model: str | None, device: str) -> tuple[Check, ...]:
    """All checks in the order of the report. Looks and tries; changes nothing."""
    checks = [Check("kinema", "ok", __version__), _python(), Check("system", "ok", _system())]
    checks += [_library(name) for name in LIBRARIES]
    checks += [_attempt(name, look) for name, look in (("devices", _devices), ("weights", lambda: _weights(model)))]
    if all(check.state != "problem" for check in checks):
        checks.append(_attempt("trial", lambda: _trial(model, device)))
    return (*checks, _blender(), _llm())


def _attempt(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", look())
    except Exception as error:
        known = explain(error)
        return Check(name, "problem", type(known).__name__, str(known))


def _python() -> Check:
    found = f"{platform.python_version()} ({platform.python_implementation()}) at {sys.executable}"
    if sys.version_info < MINIMUM_PYTHON:
        return Check("python", "problem", found, f"install Python {'.'.join(map(str, MINIMUM_PYTHON))} or newer")
    return Check("python", "ok", found)


def _system() -> str:
    return f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} processors"


def _library(name: str) -> Check:
    try:
        return Check(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, "problem", "not installed", f"{sys.executable} -m pip install {name}")


def _devices() -> str:
    import torch

    found = []
    for index in range(torch.cuda.device_count()):
        memory = torch.cuda.get_device_properties(index).total_memory >> 20
        found.append(f"cuda:{index} {torch.cuda.get_device_name(index)} with {memory} MiB")
    if torch.backends.mps.is_available():
        found.append("mps")
    return ", ".join([*found, f"cpu with {torch.get_num_threads()} threads"])


def _weights(model: str | None) -> str:
    pack = find_pack(model)
    pack.verify()
    others = ", ".join(other.name for other in model_packs() if other.folder != pack.folder)
    which = f"{pack.name} {pack.version}, sha256 {pack.sha256[:16]} verified, {pack.licence}, {pack.use}"
    return f"{which}, at {pack.folder}" + (f"; also here: {others}" if others else "")


def _trial(model: str | None, device: str) -> str:
    from .pipeline import Pipeline

    began = time.perf_counter()
    pipeline = Pipeline.open(find_pack(model), device)
    opened = time.perf_counter() - began
    took = pipeline.generate(TRIAL).seconds_taken
    return f"loaded in {opened:.2f} s, {TRIAL.seconds:g} s of motion in {took:.2f} s on {pipeline.device}"


def _blender() -> Check:
    try:
        return Check("blender", "ok", str(blender.find()))
    except KinemaError as error:
        return Check("blender", "note", "needed by kinema demo alone", str(error))


def _llm() -> Check:
    try:
        settings = language_model()
    except KinemaError as error:
        return Check("llm", "note", "the environment names one wrongly", str(error))
    if settings is None:
        return Check("llm", "note", "no endpoint set (KINEMA_LLM_URL); --refiner llm answers with the lexicon")
    key = "with" if os.environ.get(settings.api_key_env) else "without"
    return Check("llm", "ok", f"{settings.model} at {settings.base_url}, {key} a key in {settings.api_key_env}")
