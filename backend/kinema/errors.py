"""Every error that Kinema raises on purpose.

KinemaError
├── InputError              what the caller gave cannot be used
│   ├── FormatError         a file is damaged, unsupported or not what its name says
│   ├── SkeletonError       a skeleton is not a humanoid that can be mapped
│   ├── MotionError         arrays of a Motion have wrong shapes or values
│   ├── PromptError         a prompt is empty, too long or not text
│   └── RequestError        a request's fields are missing, unknown or out of range
├── WeightsError            a model pack is missing, damaged or of another version
├── ProtocolError           a message on the wire is malformed, oversized or of another version
├── BackendError            the backend process failed; carries its own words
├── StorageError            a disk is full, over its quota or read-only: nothing more can be written there
├── TimeLimitError          a job took longer than it was allowed to
├── EnvironmentSetupError   Python, torch or a tool the work needs is missing
└── Cancelled               the work was stopped on request; not a fault

Each message is one sentence (or two) that names the fix.
"""


class KinemaError(Exception):
    """Base of all deliberate errors; `str(error)` is fit to be shown to a user."""


class InputError(KinemaError):
    """What the caller gave cannot be used."""


class FormatError(InputError):
    """A file is damaged, unsupported or not what its name says."""


class SkeletonError(InputError):
    """A skeleton is not a humanoid that can be mapped."""


class MotionError(InputError):
    """Arrays of a Motion have wrong shapes or values."""


class PromptError(InputError):
    """A prompt is empty, too long or not text."""


class RequestError(InputError):
    """A request's fields are missing, unknown or out of range."""


class WeightsError(KinemaError):
    """A model pack is missing, damaged or of another version."""


class ProtocolError(KinemaError):
    """A message on the wire is malformed, oversized or of another version."""


class BackendError(KinemaError):
    """The backend process failed; the message carries its own words."""


class StorageError(KinemaError):
    """A disk is full, over its quota or read-only: nothing more can be written there."""


class TimeLimitError(KinemaError):
    """A job took longer than it was allowed to."""


class EnvironmentSetupError(KinemaError):
    """Python, torch or a tool the work needs is missing."""


class Cancelled(KinemaError):
    """The work was stopped on request; not a fault."""
