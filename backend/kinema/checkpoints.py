"""Model packs: find, verify, load, write.

A pack is a folder: pack.json (who it is, its licence, the networks' configuration, size and sha256 of every file),
MODEL_CARD.md, and weights as safetensors, which hold numbers and no code. Nothing is loaded whose hash differs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import shipped
from .errors import WeightsError

if TYPE_CHECKING:
    import torch

PACK_FORMAT = 1
"""Version of pack.json's layout; another one is refused."""

DEFAULT_PACK = "kinema-base"
MODELS_VARIABLE = "KINEMA_MODELS"

_IDENTITY: dict[str, type] = {
    "name": str,
    "version": str,
    "licence": str,
    "commercial": bool,
    "attribution": list,
    "files": dict,
}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_MAX_MANIFEST = 1 << 20


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack whose manifest has been read; the files are verified as they are loaded.

    `sha256`: of the sorted hashes of all files, so that one string names the weights.
    """

    name: str
    version: str
    licence: str
    commercial: bool
    folder: Path
    manifest: Mapping[str, Any]
    sha256: str

    def read(self, name: str) -> bytes:
        """One file's verified content. Raises WeightsError naming the fix when it is missing or damaged."""
        entry = self.manifest["files"].get(name)
        if entry is None:
            raise WeightsError(f"model pack {self.name!r} has no file {name}; {_reinstall(self.folder)}")
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise WeightsError(
                f"cannot read {self.folder / name} ({error.strerror}); {_reinstall(self.folder)}"
            ) from error
        if len(content) != entry["bytes"] or hashlib.sha256(content).hexdigest() != entry["sha256"]:
            pointer = content.startswith(b"version https://git-lfs")
            reason = "is a Git LFS pointer; run git lfs pull" if pointer else f"is damaged; {_reinstall(self.folder)}"
            raise WeightsError(f"{self.folder / name} {reason}")
        return content

    def load(self, name: str) -> dict[str, torch.Tensor]:
        """One verified safetensors file as name -> tensor on the CPU. Raises WeightsError."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        content = self.read(name)
        try:
            return load(content)
        except (SafetensorError, ValueError, KeyError) as error:
            raise WeightsError(f"{self.folder / name} is not a safetensors file: {error}") from error

    def section(self, name: str) -> Mapping[str, Any]:
        """One part of the manifest, such as "denoiser" or "sampling". Raises WeightsError when it is missing."""
        section = self.manifest.get(name)
        if not isinstance(section, dict):
            raise WeightsError(f"model pack {self.name!r} lacks its section {name!r}; {_reinstall(self.folder)}")
        return section

    @property
    def makes_motion(self) -> bool:
        """False for weights that serve something else, such as measuring."""
        return isinstance(self.manifest.get("denoiser"), dict)

    @property
    def styles(self) -> tuple[str, ...]:
        """Labels of the styles that it knows; none without a style network."""
        section = self.manifest.get("style")
        labels = section.get("labels") if isinstance(section, dict) else None
        return tuple(map(str, labels)) if isinstance(labels, list) else ()

    @property
    def use(self) -> str:
        """What its licence allows, in plain words."""
        return "commercial use allowed" if self.commercial else "non-commercial use only"

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return sum(int(entry["bytes"]) for entry in self.manifest["files"].values())

    def verify(self) -> None:
        """Read and hash every file. Raises WeightsError at the first that is missing or damaged."""
        for name in self.manifest["files"]:
            self.read(name)

    def provenance(self) -> dict[str, Any]:
        """What every answer and every written file says about its weights."""
        return {
            "name": self.name,
            "version": self.version,
            "sha256": self.sha256,
            "licence": self.licence,
            "commercial": self.commercial,
        }


def model_folders() -> tuple[Path, ...]:
    """Where packs are looked for: $KINEMA_MODELS, the installed package, the source checkout."""
    own = [Path(entry) for entry in os.environ.get(MODELS_VARIABLE, "").split(os.pathsep) if entry]
    return (*own, *(place / "models" for place in shipped.PLACES))


def model_packs() -> tuple[Pack, ...]:
    """All packs in `model_folders()` that make motion, sorted by name; of one name the first found, as by `find_pack`.

    A pack whose manifest cannot be used is left out: `find_pack` says what is wrong with it.
    """
    found: dict[str, Pack] = {}
    for folder in model_folders():
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if entry.name not in found and _PLAIN_NAME.fullmatch(entry.name) and _is_pack(entry):
                with contextlib.suppress(WeightsError):
                    found[entry.name] = _open_pack(entry)
    return tuple(pack for _, pack in sorted(found.items()) if pack.makes_motion)


def find_pack(name_or_path: str | Path | None = None) -> Pack:
    """The pack at a path, or the first of that name in `model_folders()`; None means the default pack.

    Raises WeightsError naming the fix when there is none or its manifest cannot be used.
    """
    wanted = str(name_or_path or DEFAULT_PACK)
    if _is_pack(Path(wanted)):
        return _open_pack(Path(wanted))
    folders = model_folders()
    if _PLAIN_NAME.fullmatch(wanted):
        for folder in folders:
            if _is_pack(folder / wanted):
                return _open_pack(folder / wanted)
    known = [pack.folder.name for pack in model_packs()]
    have = (
        f"there are {', '.join(known)}"
        if known
        else f"put it under {folders[-1]} or set {MODELS_VARIABLE} to its folder"
    )
    raise WeightsError(f"no model pack {wanted!r} was found; {have}")


def no_styles(pack: Pack) -> str:
    """What to say where a style is asked of a pack without a style network, and which of the others have one."""
    others = [other.name for other in model_packs() if other.styles]
    fix = f"choose {' or '.join(others)}" if others else "choose one with a style network"
    return f"model pack {pack.name!r} has no styles; {fix}"


def write_pack(
    folder: Path,
    *,
    name: str,
    version: str,
    licence: str,
    commercial: bool,
    attribution: Sequence[str],
    weights: Mapping[str, Mapping[str, torch.Tensor]],
    sections: Mapping[str, Mapping[str, Any]],
    card: str | None = None,
) -> Pack:
    """Write a whole pack beside `folder` and then put it in its place, so that no half pack is ever found.

    `weights`: file name ("denoiser.safetensors") -> tensors by name. `sections`: further keys of pack.json ("text",
    "autoencoder", "denoiser", "sampling" ...). `card`: MODEL_CARD.md; None keeps the one that is there.
    Raises WeightsError for names that a pack cannot have, OSError where the disk refuses.
    """
    from safetensors.torch import save

    if reserved := sorted(set(sections) & {*_IDENTITY, "format"}):
        raise WeightsError(f"a pack's sections may not be called {', '.join(reserved)}")
    contents = {
        file: save({key: value.detach().cpu().contiguous() for key, value in tensors.items()})
        for file, tensors in weights.items()
    }
    files = {
        file: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for file, content in contents.items()
    }
    manifest = {
        "name": name,
        "version": version,
        "format": PACK_FORMAT,
        "licence": licence,
        "commercial": commercial,
        "attribution": list(attribution),
        "files": files,
        **sections,
    }
    _check_manifest(manifest, folder)
    new, old = (folder.with_name(f".{folder.name}.{state}-{os.getpid()}") for state in ("new", "old"))
    new.mkdir(parents=True)
    try:
        for file, content in contents.items():
            (new / file).write_bytes(content)
        if card is not None:
            (new / "MODEL_CARD.md").write_text(card, encoding="utf-8")
        elif (folder / "MODEL_CARD.md").is_file():
            shutil.copy2(folder / "MODEL_CARD.md", new)
        (new / "pack.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return _open_pack(folder)


def _is_pack(folder: Path) -> bool:
    try:
        return (folder / "pack.json").is_file()
    except OSError:  # A name that is too long for the system.
        return False


def _open_pack(folder: Path) -> Pack:
    try:
        with (folder / "pack.json").open("rb") as file:
            raw = file.read(_MAX_MANIFEST + 1)
        manifest: Any = json.loads(raw) if len(raw) <= _MAX_MANIFEST else None
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"cannot read {folder / 'pack.json'} ({error}); {_reinstall(folder)}") from error
    _check_manifest(manifest, folder)
    hashes = sorted(entry["sha256"] for entry in manifest["files"].values())
    return Pack(
        name=manifest["name"],
        version=manifest["version"],
        licence=manifest["licence"],
        commercial=manifest["commercial"],
        folder=folder,
        manifest=manifest,
        sha256=hashlib.sha256("".join(hashes).encode()).hexdigest(),
    )


def _check_manifest(manifest: Any, folder: Path) -> None:
    """Raises WeightsError unless pack.json's identity and file table are complete and of the right types."""
    if not isinstance(manifest, dict):
        raise WeightsError(f"{folder / 'pack.json'} is not a pack's manifest; {_reinstall(folder)}")
    if manifest.get("format") != PACK_FORMAT:
        raise WeightsError(
            f"model pack {folder.name!r} has format {repr(manifest.get('format'))[:20]} and this Kinema reads "
            f"{PACK_FORMAT}; install the Kinema that it was made for, or a pack made for this one"
        )
    for key, kind in _IDENTITY.items():
        if not isinstance(manifest.get(key), kind):
            raise WeightsError(
                f"{folder / 'pack.json'} lacks {key!r} or holds something else there; {_reinstall(folder)}"
            )
    for file, entry in manifest["files"].items():
        # Names come from a file that may be hostile: a plain name cannot leave the folder.
        sound = isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and type(entry.get("bytes")) is int
        if not _PLAIN_NAME.fullmatch(file) or not sound:
            raise WeightsError(f"{folder / 'pack.json'} lists {file[:100]!r} wrongly; {_reinstall(folder)}")


def _reinstall(folder: Path) -> str:
    return f"install the model pack {folder.name!r} again"
