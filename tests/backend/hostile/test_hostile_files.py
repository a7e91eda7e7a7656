"""Files made to break readers: each is refused in one sentence, soon and in little memory, or read."""

import contextlib
import io
import resource
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinema import formats
from kinema.errors import FormatError, InputError, KinemaError
from kinema.protocol import motion_file
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

FILES = Path(__file__).parent / "files"

HEADER = "HIERARCHY\nROOT Hips\n{\n  OFFSET 0 0 0\n  CHANNELS 3 Xrotation Yrotation Zrotation\n"
SITE = "  End Site\n  {\n    OFFSET 0 90 0\n  }\n}\n"
BVH = HEADER + SITE + "MOTION\nFrames: 2\nFrame Time: 0.0333\n1 2 3\n4 5 6\n"
ASF = (
    ":version 1.10\n:units\n  length 0.45\n  angle deg\n:root\n  order TX TY TZ RX RY RZ\n  axis XYZ\n"
    "  position 0 0 0\n  orientation 0 0 0\n:bonedata\n  begin\n    id 1\n    name leg\n    direction 0 -1 0\n"
    "    length 9\n    axis 0 0 0 XYZ\n    dof rx\n  end\n:hierarchy\n  begin\n    root leg\n  end\n"
)
AMC = ":FULLY-SPECIFIED\n:DEGREES\n1\nroot 0 0 0 0 0 0\nleg 10\n2\nroot 0 0 0 0 0 0\nleg 20\n"


def bvh(change=BVH):
    return {"a.bvh": change}


def acclaim(motion=AMC, skeleton=ASF):
    return {"a.amc": motion, "a.asf": skeleton}


def many_bones(count):
    bones = "".join(f"begin\nname b{k}\ndirection 0 1 0\nlength 1\naxis 0 0 0 XYZ\nend\n" for k in range(count))
    tree = "".join(f"{'root' if k == 0 else f'b{k - 1}'} b{k}\n" for k in range(count))
    return ASF.replace(":hierarchy\n", f"{bones}:hierarchy\n{tree}")


CASES = {
    "bvh a million joints": bvh("HIERARCHY\n" + "ROOT a\n{\n" + "JOINT b\n{\n" * 1_000_000),
    "bvh a million channels": bvh(HEADER.replace("CHANNELS 3", "CHANNELS 1000000") + SITE),
    "bvh an endless line": bvh(BVH.replace("1 2 3", "1 " * 5_000_000)),
    "bvh an endless number": bvh(BVH.replace("4 5 6", "4 5 " + "6" * 5_000_000)),
    "bvh an endless name": bvh(BVH.replace("Hips", "H" * 5_000_000).replace("MOTION", "")),
    "bvh too few values": bvh(BVH.replace("4 5 6", "4 5")),
    "bvh 10^9 frames": bvh(BVH.replace("Frames: 2", "Frames: 1000000000")),
    "bvh frames of a thousand digits": bvh(BVH.replace("Frames: 2", "Frames: " + "9" * 10_000)),
    "bvh negative frames": bvh(BVH.replace("Frames: 2", "Frames: -2")),
    "bvh NaN": bvh(BVH.replace("4 5 6", "4 nan 6")),
    "bvh decimal commas": bvh(BVH.replace("4 5 6", "4,5 5,5 6,5")),
    "bvh two roots": bvh(BVH.replace("MOTION", HEADER.removeprefix("HIERARCHY\n") + SITE + "MOTION")),
    "bvh a frame time of zero": bvh(BVH.replace("0.0333", "0")),
    "bvh a frame time with a huge exponent": bvh(BVH.replace("0.0333", "1e-99999999999")),
    "amc a million frames without values": acclaim(":DEGREES\n" + "\n".join(map(str, range(1, 1_000_001)))),
    "amc an endless line": acclaim(AMC.replace("leg 20", "leg " + "1 " * 5_000_000)),
    "amc an unknown bone": acclaim(AMC.replace("leg 20", "tail 20")),
    "amc too few values": acclaim(AMC.replace("root 0 0 0 0 0 0", "root 0 0")),
    "amc NaN": acclaim(AMC.replace("leg 20", "leg nan")),
    "amc decimal commas": acclaim(AMC.replace("leg 20", "leg 20,5")),
    "asf many bones": acclaim(AMC, many_bones(3000)),
    "asf a bone with two parents": acclaim(AMC, ASF.replace("root leg", "root leg leg")),
    "asf a circle": acclaim(AMC, ASF.replace("root leg", "root leg\nleg root")),
    "asf two roots": acclaim(
        AMC, ASF.replace(":bonedata", ":root\n  order TX\n:bonedata").replace("root leg", "leg leg")
    ),
    "asf an infinite length": acclaim(AMC, ASF.replace("length 9", "length 1e999")),
    "asf decimal commas": acclaim(AMC, ASF.replace("length 9", "length 9,5")),
    "asf NaN axis": acclaim(AMC, ASF.replace("axis 0 0 0 XYZ", "axis nan 0 0 XYZ")),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_one_sentence_soon_and_small(tmp_path, case):
    for name, text in CASES[case].items():
        (tmp_path / name).write_text(text)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(FormatError) as caught:
        formats.read_clip(tmp_path / next(iter(CASES[case])))
    assert time.process_time() - began < 20.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < (1 << 20)  # KiB: one GiB
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(f"{name}.npy", data)
    return out.getvalue()


def array(values) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asarray(values), allow_pickle=True)
    return out.getvalue()


class Runs:
    """Unpickled, it would make a file that nobody asked for."""

    def __reduce__(self):
        return (open, (str(FILES / "the pickle ran"), "w"))


@pytest.mark.parametrize("reader", [formats.read_clip, motion_file.read])
def test_pickled_objects_in_an_npz_are_refused_unopened(tmp_path, reader):
    pickled = array(np.array([Runs()], dtype=object))
    keys = ("poses", "trans", "mocap_framerate", "rotations", "root_translation", "fps")
    (tmp_path / "a.npz").write_bytes(archive(**dict.fromkeys(keys, pickled)))
    with pytest.raises(FormatError):
        reader(tmp_path / "a.npz")
    assert not (FILES / "the pickle ran").exists()


def test_a_zip_bomb_of_a_gigabyte_is_refused_unpacked(tmp_path):
    bomb = io.BytesIO()
    np.lib.format.write_array_header_1_0(bomb, {"descr": "<f8", "fortran_order": False, "shape": (1 << 27, 1)})
    (tmp_path / "a.npz").write_bytes(archive(poses=bomb.getvalue() + bytes(1 << 27), rotations=bytes(1 << 27)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for reader in (formats.read_clip, motion_file.read):
        with pytest.raises(FormatError):
            reader(tmp_path / "a.npz")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < (300 << 10)


def whole_files(folder: Path) -> dict[str, dict[str, bytes]]:
    turned = np.zeros((3, 22, 4))
    turned[..., 0] = 1.0
    motion = Motion(turned, np.zeros((3, 3)), 30.0, SMPL_BODY)
    formats.write_clip(folder / "a.npz", motion)
    return {
        "bvh": {"a.bvh": BVH.encode()},
        "amc": {"a.amc": AMC.encode(), "a.asf": ASF.encode()},
        "npz": {"a.npz": (folder / "a.npz").read_bytes()},
    }


@pytest.mark.parametrize("kind", ["bvh", "amc", "asf", "npz"])
def test_a_changed_file_is_read_or_refused_and_nothing_else(tmp_path, kind):
    whole = whole_files(tmp_path)["amc" if kind == "asf" else kind]
    (target,) = (name for name in whole if name.endswith(kind))

    @settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def changed(data):
        body = bytearray(whole[target])
        for _ in range(data.draw(st.integers(1, 4))):
            at, length = data.draw(st.integers(0, len(body))), data.draw(st.integers(0, 12))
            tokens = [b"", b"-", b"nan", b"1e308", b"{", b"}", b"\n", b"9" * 30, b"\xff", b"\0", b":", b"ROOT x\n{"]
            body[at : at + length] = data.draw(st.sampled_from(tokens) | st.binary(max_size=12))
        for name, content in whole.items():
            (tmp_path / name).write_bytes(bytes(body) if name == target else content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                motion = formats.read_clip(tmp_path / next(iter(whole)))
            except FormatError:
                return
        assert np.all(np.isfinite(motion.positions()))

    changed()


@pytest.mark.parametrize("path", sorted(FILES.glob("*.amc")) + sorted(FILES.glob("*.bvh")), ids=lambda path: path.name)
def test_what_once_broke_a_reader_is_read_or_refused(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(KinemaError):
            formats.read_clip(path)


@pytest.fixture(scope="module")
def pipeline(random_pack):
    from kinema.checkpoints import find_pack
    from kinema.pipeline import Pipeline

    return Pipeline.open(find_pack(str(random_pack)), "cpu")


PROMPTS = (
    "一个人向前走",
    "شخص يمشي إلى الأمام",
    "व्यक्ति चलता है",
    "👩🏽‍🦯 walks",
    "a\0b\x1b[31m\r\nwalks",
    "\u202ewalks backwards\u202c",
    "x" * 2000,
    "\ud800",
    " \t\n",
    "",
    "x" * 2001,
)


def motion_or_one_sentence(pipeline, prompt):
    from kinema.protocol.messages import Generate

    try:
        result = pipeline.generate(Generate("a", prompt, seconds=0.5, steps=1))
    except InputError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert np.all(np.isfinite(result.motions[0].positions()))
    assert len(sentence) < 300


@pytest.mark.parametrize("prompt", PROMPTS, ids=range(len(PROMPTS)))
def test_a_prompt_in_any_script_gives_motion_or_one_sentence(pipeline, prompt):
    motion_or_one_sentence(pipeline, prompt)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompt=st.text(st.characters(), max_size=60))
def test_any_text_gives_motion_or_one_sentence(pipeline, prompt):
    motion_or_one_sentence(pipeline, prompt)
