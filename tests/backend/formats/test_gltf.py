"""glTF animations -> Motions, checked against plain 4 x 4 matrices."""

import base64
import json
import struct

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinema.errors import FormatError
from kinema.formats import gltf
from kinema.formats.gltf_nodes import interpolate

# name, parent, translation, rotation xyzw, scale
NODES = (
    ("Armature", -1, (0.5, 0.0, 0.0), (-np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)), 0.01),
    ("root", 0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), 1.0),
    ("Hips", 1, (0.0, 0.0, 95.0), (0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)), 1.0),
    ("Spine", 2, (2.0, 0.0, 20.0), (0.1, 0.0, 0.0, np.sqrt(0.99)), 1.0),
    ("Head", 3, (0.0, 1.0, 40.0), (0.0, 0.0, 0.0, 1.0), 1.0),
    ("LeftUpLeg", 2, (0.0, 9.0, -5.0), (0.0, 1.0, 0.0, 0.0), 1.0),
    ("LeftLeg", 5, (0.0, 0.0, 42.0), (0.0, 0.0, 0.0, 1.0), 1.0),
    ("RightUpLeg", 2, (0.0, -9.0, -5.0), (0.0, 1.0, 0.0, 0.0), 1.0),
    ("kneeIK.L", 1, (0.0, 60.0, 40.0), (0.0, 0.0, 0.0, 1.0), 1.0),
    ("Mesh", -1, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), 1.0),
)
FIGURE = ("Hips", "Spine", "Head", "LeftUpLeg", "LeftLeg", "RightUpLeg")


class Builder:
    """Makes a small glTF of NODES; `animations` may be filled by hand."""

    def __init__(self, skinned=True):
        self.data = bytearray()
        self.views, self.accessors, self.animations = [], [], []
        self.nodes = [
            {"name": name, "translation": list(place), "rotation": list(turn), "scale": [size] * 3}
            for name, _, place, turn, size in NODES
        ]
        for index, (_, parent, *_) in enumerate(NODES):
            if parent >= 0:
                self.nodes[parent].setdefault("children", []).append(index)
        self.nodes[9]["mesh"] = 0
        self.skins = [{"joints": list(range(1, 9))}] if skinned else []

    def accessor(self, array, component=5126, kind="<f4", normalized=False):
        array = np.asarray(array)
        raw = array.astype(kind).tobytes()
        self.data += bytes(-len(self.data) % 4)
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)})
        self.data += raw
        width = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[1 if array.ndim == 1 else array.shape[1]]
        item = {"bufferView": len(self.views) - 1, "componentType": component, "count": len(array), "type": width}
        self.accessors.append({**item, "normalized": True} if normalized else item)
        return len(self.accessors) - 1

    def animate(self, name, channels, interpolation="LINEAR"):
        """`channels`: (node name, path, times, values)."""
        animation = {"name": name, "samplers": [], "channels": []}
        for node, path, times, values in channels:
            target = {"node": [entry[0] for entry in NODES].index(node), "path": path}
            animation["channels"].append({"sampler": len(animation["samplers"]), "target": target})
            animation["samplers"].append(
                {"input": self.accessor(times), "output": self.accessor(values), "interpolation": interpolation}
            )
        self.animations.append(animation)
        return self

    def content(self):
        return {
            "asset": {"version": "2.0"},
            "nodes": self.nodes,
            "skins": self.skins,
            "meshes": [{"primitives": []}],
            "animations": self.animations,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.data)}],
        }

    def save(self, path, how="glb"):
        content = self.content()
        if how == "embedded":
            content["buffers"][0]["uri"] = "data:;base64," + base64.b64encode(self.data).decode()
        elif how == "side file":
            content["buffers"][0]["uri"] = "my%20data.bin"
            (path.parent / "my data.bin").write_bytes(self.data)
        text = json.dumps(content).encode()
        if how != "glb":
            path.write_bytes(text)
            return path
        text += b" " * (-len(text) % 4)
        binary = bytes(self.data) + bytes(-len(self.data) % 4)
        body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
        path.write_bytes(b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body)
        return path


def _turn(axis, degrees):
    return Rotation.from_euler(axis, degrees, degrees=True).as_quat()


WALK = [
    ("root", "translation", [0.0, 1.0], [[0, 0, 0], [0, 100, 0]]),
    ("Hips", "translation", [0.0, 0.5, 1.0], [[0, 0, 95], [0, 3, 90], [0, 0, 95]]),
    ("Hips", "rotation", [0.0, 1.0], [_turn("z", 90), _turn("z", 120)]),
    ("Spine", "rotation", [0.0, 1.0], [_turn("x", 10), _turn("x", 40)]),
    ("LeftUpLeg", "rotation", [0.0, 1.0], [_turn("y", 180), _turn("y", 150)]),
    ("LeftLeg", "rotation", [0.0, 1.0], [_turn("y", 0), _turn("y", 60)]),
    ("kneeIK.L", "rotation", [0.0, 1.0], [_turn("y", 0), _turn("y", 60)]),
]


def _matrices(time):
    """World matrices of NODES in the WALK at a time, from 4 x 4 products alone."""
    world = {}
    for index, (name, parent, place, turn, size) in enumerate(NODES):
        for node, path, times, values in WALK:
            if node == name and path == "translation":
                place = [np.interp(time, times, np.array(values)[:, axis]) for axis in range(3)]
            elif node == name:
                first, last = Rotation.from_quat(values[0]), Rotation.from_quat(values[-1])
                turn = (first * Rotation.from_rotvec((first.inv() * last).as_rotvec() * time)).as_quat()
        local = np.eye(4)
        local[:3, :3] = Rotation.from_quat(turn).as_matrix() * size
        local[:3, 3] = place
        world[index] = (world[parent] if parent >= 0 else np.eye(4)) @ local
    return world


@pytest.mark.parametrize("how", ["glb", "embedded", "side file"])
def test_positions_are_those_of_the_node_matrices(tmp_path, how):
    motions = gltf.read_all(Builder().animate("Walk", WALK).save(tmp_path / "a.glb", how))
    motion = motions["Walk"]
    assert len(motion) == 31
    assert motion.fps == 30.0
    assert sorted(motion.skeleton.names) == sorted(FIGURE)
    assert motion.skeleton.names[0] == "Hips"
    positions = motion.positions()
    for frame in (0, 7, 15, 30):
        world = _matrices(frame / 30)
        for name in FIGURE:
            expected = world[[entry[0] for entry in NODES].index(name)][:3, 3]
            np.testing.assert_allclose(positions[frame, motion.skeleton.index(name)], expected, atol=2e-6)


def test_at_identity_the_figure_stands_in_the_files_rest_pose_in_metres(tmp_path):
    motion = gltf.read(Builder().animate("Walk", WALK).save(tmp_path / "a.glb"))
    rest = motion.skeleton.rest_positions()
    knee, hips = rest[motion.skeleton.index("LeftLeg")], rest[motion.skeleton.index("LeftUpLeg")]
    np.testing.assert_allclose(knee - hips, [0, -0.42, 0], atol=1e-9)


def test_a_figure_without_skin_is_the_tree_of_animated_nodes(tmp_path):
    motion = gltf.read(Builder(skinned=False).animate("Walk", WALK).save(tmp_path / "a.glb"))
    assert sorted(motion.skeleton.names) == sorted(FIGURE)


def test_without_telling_names_the_root_is_the_node_over_all_joints(tmp_path):
    builder = Builder().animate("Walk", WALK)
    for index, node in enumerate(builder.nodes):
        node["name"] = f"bone{index}"
    motion = gltf.read(builder.save(tmp_path / "a.glb"))
    assert motion.skeleton.names[0] == "bone1"
    assert len(motion.skeleton) == 8


def test_animations_are_named_sampled_and_chosen(tmp_path):
    builder = Builder().animate("Walk", WALK)
    builder.animate("Idle", [("Head", "rotation", [0.5, 3.5], [_turn("x", 0), _turn("x", 20)])])
    builder.animate("Idle", [("Head", "rotation", [0.0], [_turn("x", 7)])])
    builder.animate("Camera", [("Mesh", "rotation", [0.0, 1.0], [_turn("x", 0), _turn("x", 20)])])
    path = builder.save(tmp_path / "a.glb")
    motions = gltf.read_all(path)
    assert {name: len(motion) for name, motion in motions.items()} == {"Walk": 31, "Idle": 91, "Idle_2": 1}
    assert len(gltf.read(path)) == 91
    assert len(gltf.read(path, "Walk")) == 31
    assert len(gltf.read_all(path, fps=10.0)["Walk"]) == 11
    with pytest.raises(FormatError, match="no animation 'Run'; it has Walk, Idle"):
        gltf.read(path, "Run")


def test_node_matrices_equal_translation_rotation_scale(tmp_path):
    builder = Builder().animate("Walk", WALK)
    plain = gltf.read(builder.save(tmp_path / "a.glb"))
    for node, (_, _, place, turn, size) in zip(builder.nodes, NODES, strict=True):
        matrix = np.eye(4)
        matrix[:3, :3] = Rotation.from_quat(turn).as_matrix() * size
        matrix[:3, 3] = place
        for key in ("translation", "rotation", "scale"):
            del node[key]
        node["matrix"] = matrix.T.ravel().tolist()
    as_matrices = gltf.read(builder.save(tmp_path / "b.glb"))
    np.testing.assert_allclose(as_matrices.positions(), plain.positions(), atol=1e-9)


def test_normalised_integer_rotations_are_read(tmp_path):
    builder = Builder().animate("Walk", WALK)
    turns = np.array([_turn("x", 10), _turn("x", 40)])
    builder.animations[0]["samplers"][3]["output"] = builder.accessor(
        np.round(turns * 32767), component=5122, kind="<i2", normalized=True
    )
    motion = gltf.read(builder.save(tmp_path / "a.glb"))
    exact = gltf.read(Builder().animate("Walk", WALK).save(tmp_path / "b.glb"))
    np.testing.assert_allclose(motion.positions(), exact.positions(), atol=1e-4)


def test_step_holds_and_linear_follows_the_shorter_arc():
    times = np.array([0.0, 1.0, 2.0])
    values = np.array([[0.0], [1.0], [3.0]])
    at = np.array([-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 9.0])
    np.testing.assert_allclose(interpolate("STEP", times, values, at, False)[:, 0], [0, 0, 0, 1, 1, 3, 3])
    np.testing.assert_allclose(interpolate("LINEAR", times, values, at, False)[:, 0], [0, 0, 0.5, 1, 2, 3, 3])
    turns = np.array([_turn("y", 0), -_turn("y", 90)])
    middle = interpolate("LINEAR", np.array([0.0, 1.0]), turns, np.array([0.5]), True)[0]
    assert abs(middle @ _turn("y", 45)) == pytest.approx(1.0)


def test_cubic_splines_follow_the_hermite_equation():
    def curve(t):
        return t**3 - 2 * t**2 + 0.5 * t + 4

    def slope(t):
        return 3 * t**2 - 4 * t + 0.5

    times = np.array([0.0, 0.5, 2.0])
    values = np.array([[slope(t), curve(t), slope(t)] for t in times]).reshape(-1, 1)
    at = np.linspace(0.0, 2.0, 9)
    np.testing.assert_allclose(interpolate("CUBICSPLINE", times, values, at, False)[:, 0], curve(at), atol=1e-12)
    turns = np.zeros((6, 4))
    turns[1], turns[4] = _turn("y", 0), _turn("y", 90)
    middle = interpolate("CUBICSPLINE", np.array([0.0, 1.0]), turns, np.array([0.5]), True)[0]
    assert abs(middle @ _turn("y", 45)) == pytest.approx(1.0)


def test_cubic_splines_of_a_file_are_read(tmp_path):
    keys = [[0, 0, 0, 0], _turn("x", 0), [0, 0, 0, 0], [0, 0, 0, 0], _turn("x", 80), [0, 0, 0, 0]]
    builder = Builder().animate("Nod", [("Head", "rotation", [0.0, 1.0], keys)], "CUBICSPLINE")
    motion = gltf.read(builder.save(tmp_path / "a.glb"))
    bent = motion.rotations[:, motion.skeleton.index("Head")]
    assert 2 * np.degrees(np.arccos(abs(bent[0] @ bent[-1]))) == pytest.approx(80, abs=1e-4)


def _damage(change):
    builder = Builder().animate("Walk", WALK)
    change(builder)
    return builder


REFUSED = {
    "no animation": (lambda b: b.animations.clear(), "holds no animation"),
    "animates no joint": (lambda b: (b.animations.clear(), b.animate("x", WALK[:2])), "none turns the joints"),
    "loop of nodes": (lambda b: b.nodes[6].update(children=[1]), "two parents"),
    "own parent": (lambda b: b.nodes[9].update(children=[9]), "two parents"),
    "child missing": (lambda b: b.nodes[6].update(children=[99]), "nodes 99"),
    "children no list": (lambda b: b.nodes[6].update(children=5), "damaged 'children'"),
    "joint missing": (lambda b: b.skins[0].update(joints=[1, 99]), "nodes 99"),
    "mirrored": (lambda b: b.nodes[0].update(scale=[-1, 1, 1]), "mirrored"),
    "rotation of zeros": (lambda b: b.nodes[3].update(rotation=[0, 0, 0, 0]), "damaged transform"),
    "text in transform": (lambda b: b.nodes[3].update(translation=["a", 0, 0]), "damaged transform"),
    "accessor too long": (lambda b: b.accessors[0].update(count=10**9), "past its data"),
    "negative offset": (lambda b: b.views[0].update(byteOffset=-4), "byteOffset -4"),
    "unknown component": (lambda b: b.accessors[0].update(componentType=1), "unknown type"),
    "sparse": (lambda b: b.accessors[0].update(sparse={}), "sparse"),
    "meshopt": (lambda b: b.views[0].update(extensions={"EXT_meshopt_compression": {}}), "compress"),
    "unknown curve": (lambda b: b.animations[0]["samplers"][0].update(interpolation="BEZIER"), "damaged animation"),
    "sampler missing": (lambda b: b.animations[0]["channels"][0].update(sampler=99), "damaged animation"),
    "an hour and more": (
        lambda b: b.animations[0]["samplers"][0].update(input=b.accessor([0.0, 1e6])),
        "damaged animation channel",
    ),
    "times go back": (
        lambda b: b.animations[0]["samplers"][0].update(input=b.accessor([1.0, 0.0])),
        "damaged animation channel",
    ),
    "nan": (lambda b: b.animations[0]["samplers"][0].update(input=b.accessor([0.0, np.nan])), "NaN or infinity"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_damaged_files_are_refused_with_the_reason(tmp_path, case):
    change, reason = REFUSED[case]
    with pytest.raises(FormatError) as caught:
        gltf.read(_damage(change).save(tmp_path / "a.glb"))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "uri", ["../a.bin", "/etc/passwd", "%2e%2e/a.bin", "http://example.org/a.bin", "sub/../../a.bin"]
)
def test_data_outside_of_the_files_folder_is_not_opened(tmp_path, uri):
    folder = tmp_path / "inside"
    folder.mkdir()
    builder = Builder().animate("Walk", WALK)
    (tmp_path / "a.bin").write_bytes(builder.data)
    content = builder.content()
    content["buffers"][0]["uri"] = uri
    (folder / "a.gltf").write_text(json.dumps(content))
    with pytest.raises(FormatError, match="outside of its folder"):
        gltf.read(folder / "a.gltf")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello", "no glTF"),
        (b"[]", "no 'asset'"),
        (b"{}", "no 'asset'"),
        (b'{"asset": {"version": "1.0"}}', "glTF 2.0"),
        (b"[" * 100_000, "damaged"),
        (b"glTF", "without content"),
        (b"glTF" + struct.pack("<II", 1, 12), "GLB version 1"),
        (b"glTF" + struct.pack("<IIII", 2, 99, 5000, 0x4E4F534A), "cut off"),
    ],
)
def test_what_is_no_gltf_is_refused(tmp_path, data, reason):
    (tmp_path / "a.glb").write_bytes(data)
    with pytest.raises(FormatError, match=reason):
        gltf.read(tmp_path / "a.glb")


def test_a_missing_side_file_is_named(tmp_path):
    Builder().animate("Walk", WALK).save(tmp_path / "a.gltf", "side file")
    (tmp_path / "my data.bin").unlink()
    with pytest.raises(FormatError, match=r"my data\.bin does not exist"):
        gltf.read(tmp_path / "a.gltf")
