"""One sentence, with the fix where there is one, for any exception that reaches an entry point."""

from __future__ import annotations

import errno

from .errors import BackendError, EnvironmentSetupError, KinemaError, StorageError

FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS") if hasattr(errno, name))
"""What the system says of a place where nothing more can be written, whatever the file."""


def explain(error: Exception) -> KinemaError:
    """`error` itself when it is Kinema's own, else a KinemaError that says in a sentence what happened."""
    if isinstance(error, KinemaError):
        return error
    if isinstance(error, ImportError):
        module = error.name or str(error)
        return EnvironmentSetupError(
            f"this Python cannot import {module}; install Kinema with its requirements again, or run kinema doctor"
        )
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return BackendError("there is not enough memory; ask for fewer samples or seconds at once")
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        kind = StorageError if error.errno in FULL else EnvironmentSetupError
        return kind(f"the system refused ({error.strerror}{where}); free space or choose another place")
    first = (str(error).splitlines() or [""])[0][:300]
    return BackendError(f"unexpected {type(error).__name__} ({first}); please report it with the log's details")
