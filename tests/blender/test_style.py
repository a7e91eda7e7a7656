"""The Style panel: what travels with every request, references from files and actions, styled actions, own styles."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.blender.panel import accept, generate, made, run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def style(addon):
    """The panel's settings of the scene."""
    import bpy

    return bpy.context.scene.kinema_style


@pytest.fixture
def bvh(tmp_path, swaying):
    """bvh(seconds, still): a BVH file of a human."""
    from dataclasses import replace

    from kinema.formats import write_clip

    def write(seconds=2.0, still=False, name="walk.bvh"):
        motion = swaying(round(30 * seconds), seed=3)
        if still:
            motion = replace(
                motion,
                rotations=np.broadcast_to(motion.rotations[:1], motion.rotations.shape),
                root_translation=np.broadcast_to(motion.root_translation[:1], motion.root_translation.shape),
            )
        write_clip(tmp_path / name, motion)
        return str(tmp_path / name)

    return write


def contents():
    """Number of data-blocks of each kind, and the scene."""
    import bpy

    kinds = [prop.identifier for prop in bpy.data.bl_rna.properties if prop.type == "COLLECTION"]
    return {kind: len(getattr(bpy.data, kind)) for kind in kinds}, bpy.context.scene.name


def results():
    from blender_addon.takes import review

    return [take.result for take in review.takes]


def test_style_of_the_panel_travels_with_every_request_in_the_queue(style):
    import bpy

    from blender_addon.takes import review

    style.source, style.style_name, style.strength, style.seed = "LIST", "old", 0.75, 4
    style.mix, style.share, style.parts = "RANDOM", 0.25, {"head", "left_arm"}
    generate("walk", samples=2, seconds=1.0)
    style.source = "AUTO"
    generate("an old man walks", samples=1)
    style.source = "NONE"
    generate("jump")
    run()
    first, _, second, third = (result.request for result in results())
    assert (first.style, first.style_strength, first.style_seed, first.samples) == ("old", 0.75, 4, 2)
    assert (first.style_mix, first.style_share, first.style_parts) == ("random", 0.25, ("head", "left_arm"))
    assert (second.style, second.style_mix) == ("auto", "")
    assert not third.asks_for_style
    accept(take=review.takes[0].name)
    origin = json.loads(bpy.data.actions[0]["kinema"])
    assert origin["request"]["style_parts"] == ["head", "left_arm"]
    assert "old" in bpy.data.actions[0]["kinema_style"]


def test_new_style_seed_is_drawn_for_each_request(style):
    style.source, style.new_seed = "RANDOM", True
    for _ in range(2):
        generate("walk", seconds=1.0)
    run()
    seeds = [result.request.style_seed for result in results()]
    assert all(result.request.style == "random" for result in results())
    assert seeds[0] != seeds[1]


def test_no_part_to_style_is_refused_with_one_sentence(style):
    import bpy

    style.source, style.parts = "RANDOM", set()
    with pytest.raises(RuntimeError, match="no body part takes the style"):
        bpy.ops.kinema.generate()


def test_dropped_bvh_becomes_the_reference_and_is_examined(style, bvh):
    import bpy

    path = bvh()
    assert bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=path) == {"FINISHED"}
    assert (style.source, style.reference_file) == ("REFERENCE", path)
    run()
    assert style.told.startswith("walk.bvh: 2.0 s")
    assert not style.unusable
    generate("walk", seconds=1.0)
    run()
    (result,) = results()
    assert result.request.style_clip == "walk.bvh"
    assert result.brought["style_file"].tobytes() == Path(path).read_bytes()
    accept()
    origin = json.loads(bpy.data.actions[0]["kinema"])
    assert origin["style"]["source"] == path
    assert len(origin["style"]["sha256"]) == 64


def test_what_shows_no_style_is_told_in_one_sentence(style, bvh, tmp_path):
    import bpy

    for path, said in (
        (bvh(0.5, name="short.bvh"), "short.bvh lasts 0.5 s; choose a clip of at least 1 s"),
        (bvh(2.0, still=True, name="still.bvh"), "nothing moves in still.bvh"),
    ):
        assert bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=path) == {"FINISHED"}
        run()
        assert style.unusable
        assert said in style.told
    (tmp_path / "damaged.bvh").write_text("HIERARCHY\nROOT Hips\n")
    bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=str(tmp_path / "damaged.bvh"))
    run()
    assert style.unusable
    assert "damaged.bvh" in style.told


def test_file_that_is_no_clip_leaves_slot_and_file_as_they_were(style, bvh, tmp_path):
    import bpy

    path = bvh()
    bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=path)
    run()
    (tmp_path / "notes.txt").write_text("no motion")
    (tmp_path / "broken.fbx").write_bytes(b"Kaydara FBX Binary  \x00" + bytes(40))
    (tmp_path / "broken.glb").write_bytes(b"glTF" + bytes(40))
    before, told = contents(), style.told
    for name, said in (
        ("notes.txt", "no motion file that can be used here"),
        ("gone.bvh", "cannot be read"),
        ("broken.fbx", "Blender cannot read broken.fbx"),
        ("broken.glb", "Blender cannot read broken.glb"),
    ):
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=str(tmp_path / name))
    assert contents() == before
    assert (style.reference_file, style.told, style.unusable) == (path, told, False)


@pytest.mark.parametrize("suffix", [".fbx", ".glb"])
def test_blenders_own_importers_read_a_reference_and_nothing_of_it_stays(style, swaying, tmp_path, suffix):
    import bpy

    clips = pytest.importorskip("kinema.clips", exc_type=ImportError)
    from blender_addon import exchange, placement, references, sampling
    from blender_addon.rigs import rig_of

    scene = bpy.context.scene
    scene.render.fps = 24
    placed = placement.place(swaying(60, seed=1, fps=24.0), placement.Placing(scene.name, start=1), "sway", {})
    wanted = sampling.read_motion(scene, placed.armature, rig_of(placed.armature))
    path = tmp_path / f"sway{suffix}"
    exchange.export(scene, placed.armature, rig_of(placed.armature), path)
    bpy.ops.object.select_all(action="DESELECT")
    before = contents()
    reference = references.of_file(path)
    assert contents() == before
    assert (scene.render.fps, bpy.context.scene) == (24, scene)
    motion = clips.received("style", reference.name, reference.arrays)
    seconds = [clip.seconds for clip in (motion, wanted)]
    assert abs(seconds[0] - seconds[1]) < 0.1
    points, expected = (clip.resample(30.0).positions() for clip in (motion, wanted))
    points, expected = points - points[:, :1], (expected - expected[:, :1])[10:50]
    # The files begin with a T-pose, so the clip may come a frame or two later.
    away = [np.linalg.norm(points[10 + late : 50 + late] - expected, axis=-1).mean() for late in range(-2, 4)]
    # Without a mesh an FBX file has no rest pose: the backend then reads the body from how it moves.
    assert min(away) < (0.03 if suffix == ".glb" else 0.12)
    assert references.of_file(path) is reference, "read once"


def test_any_action_is_a_reference_and_its_character_stays_as_it_was(style):
    import bpy

    from blender_addon import references
    from kinema.protocol.clips import read_clip

    armature = made("first", seconds=2.0)
    first = armature.animation_data.action
    made("second", seconds=3.0)
    second = armature.animation_data.action
    assert second != first
    bpy.context.scene.frame_set(7)
    style.source, style.reference_action = "REFERENCE", first
    clip = read_clip("style", references.of_slot(bpy.context.scene).arrays)
    assert abs(clip.seconds - 2.0) < 0.1
    assert armature.animation_data.action == second
    assert bpy.context.scene.frame_current == 7
    style.reference_file = "/somewhere/else.bvh"
    assert style.reference_action is None, "the slot holds one reference"


def test_action_that_no_character_can_show_is_refused(style):
    import bpy

    style.source, style.reference_action = "REFERENCE", bpy.data.actions.new("cube spins")
    with pytest.raises(RuntimeError, match="no character in this scene has the bones that cube spins moves"):
        bpy.ops.kinema.check_reference()


def test_selected_action_is_styled_as_a_take_and_accepted_in_one_undo_step(style):
    import bpy

    from blender_addon import kept_motion
    from blender_addon.takes import review

    bpy.context.scene.render.fps = 24
    bpy.context.scene.frame_current = 11
    armature = made("walk", seconds=2.0)
    first = armature.animation_data.action
    bpy.context.view_layer.objects.active = armature
    bpy.ops.kinema.finish_review()
    style.source, style.style_name = "LIST", "old"
    assert bpy.ops.kinema.stylize() == {"FINISHED"}
    run()
    (take,) = review.takes
    assert take.result.request.clip == first.name
    assert armature.animation_data.action == first, "nothing changes before Accept"
    bpy.ops.ed.undo_push(message="before")
    accept()
    styled = armature.animation_data.action
    assert styled != first
    assert styled.name == "walk (old)"
    assert tuple(styled.frame_range) == tuple(first.frame_range)
    before, after = kept_motion.recall(first)[0], kept_motion.recall(styled)[0]
    np.testing.assert_allclose(after.root_translation[0], before.root_translation[0], atol=0.02)
    assert json.loads(styled["kinema"])["kind"] == "Stylize"
    assert "old" in styled["kinema_style"]
    name = armature.name
    bpy.ops.ed.undo()
    assert bpy.data.objects[name].animation_data.action.name == "walk"
    assert "walk (old)" not in bpy.data.actions
    bpy.ops.ed.redo()
    assert bpy.data.objects[name].animation_data.action.name == "walk (old)"


def test_styled_action_is_made_again_without_its_files(style, bvh, tmp_path):
    import bpy

    from blender_addon.takes import review

    armature = made("walk", seconds=1.5)
    bpy.context.view_layer.objects.active = armature
    path = bvh()
    bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=path)
    bpy.ops.kinema.stylize()
    run()
    rotations = review.takes[-1].motion.rotations
    accept(take=review.takes[-1].name)
    styled = armature.animation_data.action
    assert zlib.decompress(bytes(styled["kinema_brought"])).startswith(b"{")
    Path(path).unlink()
    style.source = "NONE"
    bpy.ops.kinema.finish_review()
    assert bpy.ops.kinema.again(vary=False) == {"FINISHED"}
    run()
    (take,) = review.takes
    np.testing.assert_allclose(take.motion.rotations, rotations, atol=1e-5)
    assert take.result.notes["style"]["source"] == path
    bpy.ops.kinema.finish_review()
    assert bpy.ops.kinema.again(vary=True) == {"FINISHED"}
    run()
    assert review.takes[0].seed != 0
    assert np.abs(review.takes[0].motion.rotations - rotations).max() > 0.05
    assert bpy.ops.kinema.use_origin() == {"FINISHED"}
    assert style.source == "REFERENCE"
    del styled["kinema_brought"]
    with pytest.raises(RuntimeError, match="are not in it"):
        bpy.ops.kinema.again(vary=False)


def test_styling_asks_for_a_character_an_action_and_a_style(style):
    import bpy

    assert not bpy.ops.kinema.stylize.poll()
    armature = made("walk")
    bpy.context.view_layer.objects.active = armature
    with pytest.raises(RuntimeError, match="choose a style for the action"):
        bpy.ops.kinema.stylize()
    style.source = "REFERENCE"
    with pytest.raises(RuntimeError, match="there is no reference yet"):
        bpy.ops.kinema.stylize()


def test_own_style_is_saved_listed_remembered_and_removed(style, bvh):
    import bpy

    from blender_addon import style_list

    bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=bvh())
    style.save_name, style.save_title, style.save_licence, style.save_source = "Sway", "swaying", "CC0-1.0", "me"
    assert bpy.ops.kinema.save_style() == {"FINISHED"}
    run()
    saved = style_list.find("Sway")
    assert (saved.kind, saved.licence, saved.source, saved.folder) == ("preset", "CC0-1.0", "me", "/styles")
    style_list.unregister()  # another session, no backend yet
    assert style_list.find("Sway") == saved
    style.source, style.style = "LIST", "Sway"
    assert style.style_name == "Sway"
    generate("walk")
    run()
    assert results()[0].request.style == "Sway"
    assert results()[0].notes["style"]["licence"] == "CC0-1.0"
    assert bpy.ops.kinema.remove_style() == {"FINISHED"}
    run()
    assert style_list.find("Sway") is None
    assert style.style == "Sway", "a style that was removed since is still shown as chosen"
    style.style = "old"
    assert not bpy.ops.kinema.remove_style.poll()


def test_each_style_of_the_model_has_a_small_picture(addon):
    from blender_addon import style_list

    manifest = json.loads((ROOT / "assets/models/kinema-base/pack.json").read_text(encoding="utf-8"))
    pictures = {path.stem: path for path in style_list.picture_folder().glob("*.png")}
    assert set(manifest["style"]["labels"]) == set(pictures)
    assert max(path.stat().st_size for path in pictures.values()) <= 8 * 1024
    assert {style.name for style in style_list.known()} == set(pictures), "known before any backend was asked"
    assert len({path.read_bytes() for path in pictures.values()}) == len(pictures)


def test_files_dropped_on_the_viewport_are_ours_to_take(addon):
    import bpy

    handler = bpy.types.KINEMA_FH_reference
    assert set(handler.bl_file_extensions.split(";")) == {".bvh", ".npz", ".fbx", ".glb", ".gltf"}
    assert handler.bl_import_operator == "kinema.use_reference"


def test_job_file_carries_the_style_and_its_clip(style, bvh, tmp_path):
    import bpy

    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "hall.blend"))
    bpy.ops.kinema.use_reference("EXEC_DEFAULT", filepath=bvh())
    bpy.context.scene.kinema_style.strength = 0.5
    jobs = tmp_path / "farm" / "jobs.jsonl"
    jobs.parent.mkdir()
    bpy.context.scene.kinema.prompt = "a person walks"
    assert bpy.ops.kinema.save_job("EXEC_DEFAULT", filepath=str(jobs)) == {"FINISHED"}
    (line,) = jobs.read_text(encoding="utf-8").splitlines()
    fields = json.loads(line)
    assert fields["style_strength"] == 0.5
    assert (jobs.parent / fields["style_clip"]).is_file()
    read_jobs = pytest.importorskip("kinema.farm.jobs").read_jobs
    pytest.importorskip("jsonschema")
    (job,) = read_jobs(jobs)
    assert Path(job.request.style_clip) == jobs.parent / fields["style_clip"]


def test_an_armature_that_is_no_rig_is_read_on_its_own_skeleton(style):
    import bpy

    from blender_addon import keyframes, references
    from blender_addon.steps import finish

    scene = bpy.context.scene
    armature = bpy.data.objects.new("worm", bpy.data.armatures.new("worm"))
    scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for number, name in enumerate("abc"):
        bone = armature.data.edit_bones.new(name)
        bone.head, bone.tail = (0, 0, number), (0, 0, number + 1)
        bone.parent = armature.data.edit_bones["abc"[number - 1]] if number else None
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.location = (3.0, 0.0, 0.0)
    bone = armature.pose.bones["b"]
    bone.rotation_mode = "XYZ"
    for frame, angle in ((1, 0.0), (11, 0.5 * np.pi)):
        bone.rotation_euler = (angle, 0.0, 0.0)
        bone.keyframe_insert("rotation_euler", frame=frame)
    motion = finish(references.motion_steps(scene, armature, armature.animation_data.action))
    points = motion.positions()
    np.testing.assert_allclose(points[0], [[3, 0, 0], [3, 1, 0], [3, 2, 0]], atol=1e-5)
    scene.frame_set(11)
    bpy.context.view_layer.update()
    head = armature.matrix_world @ armature.pose.bones["c"].head
    np.testing.assert_allclose(points[-1, 2], [head.x, head.z, -head.y], atol=1e-5)
    assert motion.fps == keyframes.scene_rate(scene)
