"""Opening a file that somebody else made: it may be missing, a folder, empty, huge or not text."""

from pathlib import Path

from ..errors import FormatError, StorageError
from ..faults import FULL

MAX_BYTES = 512 * 1024 * 1024
"""Larger files are refused before they are read."""


def load_bytes(path: str | Path) -> bytes:
    """The whole file. Raises FormatError when it is missing, a folder, empty, unreadable or larger than MAX_BYTES."""
    path = Path(path)
    try:
        if path.is_dir():
            raise FormatError(f"{path.name} is a folder; choose a motion file inside it")
        if not path.is_file():
            raise FormatError(f"{path} does not exist or is not a file; check the path")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FormatError(f"{path.name} has {size / 2**20:.0f} MiB; the limit is {MAX_BYTES // 2**20} MiB, cut it")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(f"{path} cannot be read ({reason}); check its path and permissions") from None
    if not data:
        raise FormatError(f"{path.name} is empty (0 bytes); export or download it again")
    return data


def load_text(path: str | Path) -> str:
    """The file as text with "\\n" line ends; UTF-8 or UTF-16 with or without byte order mark, Latin-1 otherwise.

    Raises FormatError as `load_bytes` does, and when the bytes are not text.
    """
    data = load_bytes(path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    elif b"\0" in data[:4096]:
        raise FormatError(f"{Path(path).name} is a binary file, not text; its suffix is wrong or it is damaged")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def save_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text with "\\n" line ends. Raises FormatError when the place cannot be written."""
    save_bytes(path, text.encode())


def save_bytes(path: str | Path, data: bytes) -> None:
    """Write the file whole. Raises StorageError when the disk is full or read-only, FormatError when the place cannot
    be written for another reason."""
    try:
        Path(path).write_bytes(data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if getattr(error, "errno", None) in FULL:
            raise StorageError(f"{path} cannot be written ({reason}); free space or choose another place") from None
        raise FormatError(f"{path} cannot be written ({reason}); choose another folder") from None
