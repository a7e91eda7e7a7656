"""Coverage-guided fuzzing with Atheris: `python -m tests.fuzz bvh|acclaim|wire CORPUS -max_total_time=60`.

Further words are libFuzzer's. Ends with an exit code other than 0 at the first input that raises anything but a
KinemaError; the input lies in the current folder as crash-SHA1. Once mended, it belongs into
tests/backend/hostile/files.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kinema"]):
    from kinema.errors import KinemaError
    from kinema.formats import amc, bvh
    from kinema.protocol import wire
    from kinema.protocol.messages import Done, Generate, Hello

from tests.backend.hostile.test_hostile_files import AMC, ASF, BVH

SCRATCH = Path(tempfile.mkdtemp(prefix="kinema-fuzz-"))


def read_bvh(data: bytes) -> None:
    (SCRATCH / "a.bvh").write_bytes(data)
    bvh.read(SCRATCH / "a.bvh").positions()


def read_acclaim(data: bytes) -> None:
    """Skeleton, a NUL, motion."""
    skeleton, _, motion = data.partition(b"\0")
    (SCRATCH / "a.asf").write_bytes(skeleton)
    (SCRATCH / "a.amc").write_bytes(motion)
    amc.read(SCRATCH / "a.amc").positions()


def read_wire(data: bytes) -> None:
    stream = io.BytesIO(data)
    while wire.read(stream) is not None:
        pass


def _wired(message: object) -> bytes:
    out = io.BytesIO()
    wire.write(out, message)
    return out.getvalue()


TARGETS = {
    "bvh": (read_bvh, [BVH.encode()]),
    "acclaim": (read_acclaim, [ASF.encode() + b"\0" + AMC.encode()]),
    "wire": (
        read_wire,
        [_wired(Hello()), _wired(Generate("a", "walk", parts={"head": "nods"})), _wired(Done("a", 1, 30.0))],
    ),
}


def main() -> None:
    name, corpus, *words = sys.argv[1:]
    target, seeds = TARGETS[name]
    Path(corpus).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (Path(corpus) / f"seed-{number}").write_bytes(seed)

    def once(data: bytes) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(KinemaError):
                target(data)

    atheris.Setup([sys.argv[0], corpus, *words], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
