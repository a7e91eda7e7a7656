"""Which joint plays which part, for the naming families that people bring; and the refusal of what is no human."""

import numpy as np
import pytest

from kinema.errors import SkeletonError
from kinema.protocol.anatomy import find_anatomy
from kinema.protocol.motion import Skeleton
from kinema.protocol.smpl import SMPL_BODY
from kinema.retarget import map_joints

CHAINS = {
    "smpl": "; ".join(
        (
            "Pelvis > Spine1 > Spine2 > Spine3 > Neck > Head",
            "Spine3 > {L_,R_}Collar > {}Shoulder > {}Elbow > {}Wrist > {}Hand",
            "Pelvis > {L_,R_}Hip > {}Knee > {}Ankle > {}Foot",
        )
    ),
    "smplx": "; ".join(
        (
            "pelvis > spine1 > spine2 > spine3 > neck > head",
            "spine3 > {left_,right_}collar > {}shoulder > {}elbow > {}wrist",
            "pelvis > {left_,right_}hip > {}knee > {}ankle > {}foot",
        )
    ),
    "cmu asf": "; ".join(
        (
            "root > lowerback > upperback > thorax > lowerneck > upperneck > head",
            "thorax > {l,r}clavicle > {}humerus > {}radius > {}wrist > {}hand > {}fingers",
            "{}wrist > {}thumb",
            "root > {l,r}hipjoint > {}femur > {}tibia > {}foot > {}toes",
        )
    ),
    "motionbuilder": "; ".join(
        (
            "Hips > LowerBack > Spine > Spine1 > Neck > Neck1 > Head",
            "Spine1 > {Left,Right}Shoulder > {}Arm > {}ForeArm > {}Hand > {}HandIndex1",
            "Hips > {Left,Right}HipJoint > {}UpLeg > {}Leg > {}Foot > {}ToeBase",
        )
    ),
    "mixamo": "; ".join(
        (
            "mixamorig:Hips > mixamorig:Spine > mixamorig:Spine1 > mixamorig:Spine2 > mixamorig:Neck > "
            "mixamorig:Head > mixamorig:HeadTop_End",
            "mixamorig:Spine2 > mixamorig:{Left,Right}Shoulder > mixamorig:{}Arm > mixamorig:{}ForeArm > "
            "mixamorig:{}Hand > mixamorig:{}HandThumb1",
            "mixamorig:Hips > mixamorig:{Left,Right}UpLeg > mixamorig:{}Leg > mixamorig:{}Foot > "
            "mixamorig:{}ToeBase > mixamorig:{}Toe_End",
        )
    ),
    "bandai": "; ".join(
        (
            "Hips > Spine > Chest > Neck > Head",
            "Chest > Shoulder{_L,_R} > UpperArm{} > LowerArm{} > Hand{}",
            "Hips > UpperLeg{_L,_R} > LowerLeg{} > Foot{} > Toes{}",
        )
    ),
    "biovision": "; ".join(
        (
            "Hips > Chest > Neck > Head",
            "Chest > {Left,Right}Collar > {}Shoulder > {}Elbow > {}Wrist",
            "Hips > {Left,Right}Hip > {}Knee > {}Ankle > {}Toe",
        )
    ),
    "classic biovision": "; ".join(
        (
            "Hips > Chest > Neck > Head",
            "Chest > {Left,Right}Collar > {}UpArm > {}LowArm > {}Hand",
            "Hips > {Left,Right}UpLeg > {}LowLeg > {}Foot",
        )
    ),
    "daz": "; ".join(
        (
            "hip > abdomen > chest > neck > head > leftEye",
            "head > rightEye",
            "chest > {l,r}Collar > {}Shldr > {}ForeArm > {}Hand > {}Index1",
            "hip > {l,r}Buttock > {}Thigh > {}Shin > {}Foot",
        )
    ),
    "character creator": "; ".join(
        (
            "CC_Base_Hip > CC_Base_Waist > CC_Base_Spine01 > CC_Base_Spine02 > CC_Base_NeckTwist01 > "
            "CC_Base_NeckTwist02 > CC_Base_Head",
            "CC_Base_Spine02 > CC_Base{_L_,_R_}Clavicle > CC_Base{}Upperarm > CC_Base{}Forearm > CC_Base{}Hand",
            "CC_Base{}Upperarm > CC_Base{}UpperarmTwist01",
            "CC_Base_Hip > CC_Base_Pelvis > CC_Base{_L_,_R_}Thigh > CC_Base{}Calf > CC_Base{}Foot > "
            "CC_Base{}ToeBase > CC_Base{}BigToe1",
            "CC_Base{}Thigh > CC_Base{}ThighTwist01",
        )
    ),
    "biped": "; ".join(
        (
            "Bip01 > Bip01 Pelvis > Bip01 Spine > Bip01 Spine1 > Bip01 Neck > Bip01 Head > Bip01 HeadNub",
            "Bip01 Neck > Bip01 {L,R} Clavicle > Bip01 {} UpperArm > Bip01 {} Forearm > Bip01 {} Hand > Bip01 {} "
            "Finger0",
            "Bip01 Spine > Bip01 {L,R} Thigh > Bip01 {} Calf > Bip01 {} Foot > Bip01 {} Toe0 > Bip01 {} Toe0Nub",
        )
    ),
    "unreal": "; ".join(
        (
            "pelvis > spine_01 > spine_02 > spine_03 > neck_01 > head",
            "spine_03 > clavicle{_l,_r} > upperarm{} > lowerarm{} > hand{} > index_01{}",
            "upperarm{} > upperarm_twist_01{}",
            "pelvis > thigh{_l,_r} > calf{} > foot{} > ball{}",
        )
    ),
    "rigify": "; ".join(
        (
            "DEF-spine > DEF-spine.001 > DEF-spine.002 > DEF-spine.003 > DEF-spine.004 > DEF-spine.005 > DEF-spine.006",
            "DEF-spine.003 > DEF-shoulder{.L,.R} > DEF-upper_arm{} > DEF-forearm{} > DEF-hand{}",
            "DEF-spine > DEF-thigh{.L,.R} > DEF-shin{} > DEF-foot{} > DEF-toe{}",
        )
    ),
    "vrm": "; ".join(
        (
            "J_Bip_C_Hips > J_Bip_C_Spine > J_Bip_C_Chest > J_Bip_C_UpperChest > J_Bip_C_Neck > J_Bip_C_Head",
            "J_Bip_C_UpperChest > J_Bip{_L_,_R_}Shoulder > J_Bip{}UpperArm > J_Bip{}LowerArm > J_Bip{}Hand > "
            "J_Bip{}Index1",
            "J_Bip_C_Hips > J_Bip{_L_,_R_}UpperLeg > J_Bip{}LowerLeg > J_Bip{}Foot > J_Bip{}ToeBase",
        )
    ),
    "makehuman": "; ".join(
        (
            "Root > Spine1 > Spine2 > Spine3 > Neck > Head > __Jaw > Jaw",
            "Spine3 > __Clavicle{_L,_R} > Clavicle{} > UpArm{} > LoArm{} > Hand{} > __Index1{} > Index1{}",
            "Root > Hips > __UpLeg{_L,_R} > UpLeg{} > LoLeg{} > Foot{} > Toe{}",
        )
    ),
    "kaykit": "; ".join(
        (
            "hips > spine > chest > head",
            "chest > upperarm{.l,.r} > lowerarm{} > wrist{} > hand{} > handslot{}",
            "hips > upperleg{.l,.r} > lowerleg{} > foot{} > toes{}",
        )
    ),
    "deepmimic": "; ".join(
        (
            "root > chest > neck",
            "chest > {right_,left_}shoulder > {}elbow > {}wrist",
            "root > {right_,left_}hip > {}knee > {}ankle",
        )
    ),
    "numbered": "; ".join(
        (
            "torso_joint_1 > torso_joint_2 > torso_joint_3 > neck_joint_1 > neck_joint_2",
            "torso_joint_3 > arm_joint_{L,R}_1 > arm_joint_{}_2 > arm_joint_{}_3",
            "torso_joint_1 > leg_joint_{L,R}_1 > leg_joint_{}_2 > leg_joint_{}_3 > leg_joint_{}_5",
        )
    ),
}
"""Trees as chains from parent to child; {a,b} names the two sides, {} repeats them."""

EXPECTED = {
    "smpl": {name: name for name in SMPL_BODY.names},
    "smplx": {"L_Ankle": "left_ankle", "L_Foot": "left_foot", "L_Collar": "left_collar", "L_Wrist": "left_wrist"},
    "cmu asf": {"Pelvis": "root", "L_Hip": "lfemur", "R_Knee": "rtibia", "L_Ankle": "lfoot", "R_Foot": "rtoes"}
    | {"L_Elbow": "lradius", "L_Wrist": "lhand", "Spine3": "thorax", "Neck": "lowerneck", "Head": "head"},
    "motionbuilder": {"L_Hip": "LeftUpLeg", "L_Knee": "LeftLeg", "L_Collar": "LeftShoulder", "L_Shoulder": "LeftArm"}
    | {"Spine1": "LowerBack", "Spine2": "Spine", "Spine3": "Spine1", "Neck": "Neck", "R_Wrist": "RightHand"},
    "mixamo": {"Pelvis": "mixamorig:Hips", "Head": "mixamorig:Head", "R_Foot": "mixamorig:RightToeBase"},
    "bandai": {"Pelvis": "Hips", "Spine1": "Spine", "Spine3": "Chest", "L_Collar": "Shoulder_L", "L_Foot": "Toes_L"},
    "biovision": {"L_Hip": "LeftHip", "L_Shoulder": "LeftShoulder", "L_Collar": "LeftCollar", "R_Ankle": "RightAnkle"},
    "classic biovision": {"L_Elbow": "LeftLowArm", "R_Knee": "RightLowLeg", "Spine3": "Chest"},
    "daz": {"Pelvis": "hip", "L_Hip": "lThigh", "R_Shoulder": "rShldr", "Spine1": "abdomen", "Head": "head"},
    "character creator": {"Pelvis": "CC_Base_Pelvis", "L_Hip": "CC_Base_L_Thigh", "L_Elbow": "CC_Base_L_Forearm"}
    | {"Spine1": "CC_Base_Waist", "Neck": "CC_Base_NeckTwist01", "R_Foot": "CC_Base_R_ToeBase"},
    "biped": {"Pelvis": "Bip01 Pelvis", "Neck": "Bip01 Neck", "L_Collar": "Bip01 L Clavicle", "L_Foot": "Bip01 L Toe0"},
    "unreal": {"L_Shoulder": "upperarm_l", "R_Foot": "ball_r", "Spine2": "spine_02", "Neck": "neck_01"},
    "rigify": {"Pelvis": "DEF-spine", "Spine3": "DEF-spine.003", "Head": "DEF-spine.006", "Neck": "DEF-spine.004"},
    "vrm": {"Spine3": "J_Bip_C_UpperChest", "R_Wrist": "J_Bip_R_Hand", "L_Knee": "J_Bip_L_LowerLeg"},
    "makehuman": {"Pelvis": "Hips", "L_Hip": "UpLeg_L", "L_Collar": "Clavicle_L", "R_Elbow": "LoArm_R"},
    "kaykit": {"Spine3": "chest", "Head": "head", "L_Wrist": "wrist.l", "R_Foot": "toes.r"},
    "deepmimic": {"Pelvis": "root", "Spine3": "chest", "Neck": "neck", "L_Hip": "left_hip", "R_Ankle": "right_ankle"},
    "numbered": {
        "Pelvis": "torso_joint_1",
        "L_Hip": "leg_joint_L_1",
        "R_Foot": "leg_joint_R_5",
        "L_Wrist": "arm_joint_L_3",
    }
    | {"Neck": "neck_joint_1", "Head": "neck_joint_2"},
}


def tree(text: str) -> Skeleton:
    """Skeleton of the chains in `text`, all offsets a hand's breadth."""
    parents: dict[str, str | None] = {}
    for chain in text.split(";"):
        sides = chain[chain.index("{") + 1 : chain.index("}")].split(",") if "{" in chain and "," in chain else [""]
        for side in sides:
            named = chain.replace("{" + ",".join(sides) + "}", side).replace("{}", side)
            joints = [joint.strip() for joint in named.split(" > ")]
            for parent, child in zip([None, *joints], joints, strict=False):
                parents.setdefault(child, parent)
    # Chains that begin with a sided joint repeat its side from the chain before.
    order = [joint for joint in parents if parents[joint] is None][:1]
    for joint in order:
        order.extend(child for child, parent in parents.items() if parent == joint)
    index = {joint: number for number, joint in enumerate(order)}
    above = [-1 if parents[joint] is None else index[parents[joint]] for joint in order]
    return Skeleton(tuple(order), np.array(above), np.full((len(order), 3), 0.1))


@pytest.mark.parametrize("family", CHAINS)
def test_every_part_of_a_naming_family_is_found(family):
    skeleton = tree(CHAINS[family])
    found = {part: skeleton.names[joint] for part, joint in map_joints(skeleton).items()}
    for side in "LR":
        for part in ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist"):
            assert f"{side}_{part}" in found
    assert {part: found.get(part) for part in EXPECTED[family]} == EXPECTED[family]
    assert len(set(found.values())) == len(found)
    mirrored = {part: found[f"R{part[1:]}"] for part in found if part.startswith("L_")}
    assert not set(mirrored.values()) & {found[part] for part in mirrored}


def test_the_hand_of_cmu_conversions_bends_in_its_finger_base():
    skeleton = tree(CHAINS["motionbuilder"].replace("> {}HandIndex1", "> {}FingerBase > {}HandIndex1"))
    base = skeleton.index("LeftFingerBase")
    offsets = np.array(skeleton.offsets)
    offsets[base] = 0.0
    anatomy = find_anatomy(Skeleton(skeleton.names, skeleton.parents, offsets))
    assert anatomy.hands["L"] == base
    assert anatomy.limbs["L_Wrist"] == skeleton.index("LeftHand")


def test_thumbs_and_little_fingers_tell_the_palm_apart():
    hands = "; {Left,Right}Hand > {}HandThumb1; {Left,Right}Hand > {}HandPinky1"
    skeleton = tree(CHAINS["motionbuilder"] + hands)
    anatomy = find_anatomy(skeleton)
    assert anatomy.palms["R"] == (skeleton.index("RightHandIndex1"), skeleton.index("RightHandPinky1"))
    assert skeleton.index("LeftHandThumb1") not in anatomy.fingers["L"]


def without(*parts: str) -> Skeleton:
    """The Bandai tree with the joints of these names called something else."""
    text = CHAINS["bandai"]
    for part in parts:
        text = text.replace(part, "Thing" + str(len(part)) + part[:1])
    return tree(text)


@pytest.mark.parametrize(
    ("skeleton", "words"),
    [
        (Skeleton(("base", "child1", "child2"), np.array([-1, 0, 1]), np.zeros((3, 3))), ["hips", "wrists", "human"]),
        (without("UpperLeg"), ["hips"]),
        (tree(CHAINS["bandai"].replace(" > Neck > Head", "")), ["head"]),
        (tree(CHAINS["bandai"].replace("{_L,_R}", "").replace("{}", "")), ["hips", "elbows"]),
    ],
    ids=["a chain", "no thighs", "no head", "no sides"],
)
def test_what_is_no_human_is_refused_in_one_sentence(skeleton, words):
    with pytest.raises(SkeletonError) as refusal:
        map_joints(skeleton)
    message = str(refusal.value)
    assert "does not look human" in message
    assert all(word in message for word in words)
    assert "\n" not in message


def test_a_missing_left_is_named_as_such():
    skeleton = tree(CHAINS["bandai"])
    names = tuple("Stump" if name == "LowerLeg_L" else name for name in skeleton.names)
    names = tuple("Peg" if name == "Foot_L" else "Knob" if name == "Toes_L" else name for name in names)
    parents = np.array(skeleton.parents)
    # A second child beside the stump, so that descent alone cannot tell which is the shin.
    extra = Skeleton(
        (*names, "Pocket"), np.append(parents, skeleton.index("UpperLeg_L")), np.zeros((len(names) + 1, 3))
    )
    with pytest.raises(SkeletonError, match="left knees"):
        map_joints(extra)
