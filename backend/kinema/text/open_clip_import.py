"""The one place that imports open_clip.

open_clip needs torchvision for images only, yet imports it always. A torchvision built for another torch loads without
its compiled operators and then fails with "operator torchvision::nms does not exist". Text needs none of them, so the
schemas that its import asks for are declared here and the import is repeated. A torchvision that works is left alone.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from types import ModuleType

import torch

from kinema.errors import EnvironmentSetupError

MISSING_OPERATORS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


@cache
def declare_torchvision_operators() -> torch.library.Library:
    """Declare the schemas (no kernels) that `import torchvision` wants; calling one still fails, as it should.

    The library is cached because torch drops the schemas when the object is collected.
    """
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name, schema in MISSING_OPERATORS.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(schema)
    return library


def import_torchvision() -> ModuleType:
    """torchvision, with its operators declared when its own are missing."""
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
        declare_torchvision_operators()
        # The failed import left submodules behind that saw a half-made package.
        for name in [name for name in sys.modules if name == "torchvision" or name.startswith("torchvision.")]:
            del sys.modules[name]
        return importlib.import_module("torchvision")


@cache
def import_open_clip() -> ModuleType:
    """The open_clip package.

    Raises:
        EnvironmentSetupError: open_clip or torchvision is missing, or does not fit the installed torch.
    """
    try:
        import_torchvision()
        return importlib.import_module("open_clip")
    except (ImportError, RuntimeError) as error:
        raise EnvironmentSetupError(
            f"open_clip cannot be imported ({error}); run `pip install --upgrade open_clip_torch torchvision` in the "
            "backend's environment."
        ) from error
