"""Joint names -> side and stem."""

import pytest

from kinema.protocol.joint_names import read_name


@pytest.mark.parametrize(
    ("name", "side", "stem"),
    [
        ("mixamorig:LeftUpLeg", "L", "upleg"),
        ("mixamorig9:RightForeArm", "R", "forearm"),
        ("mixamorigLeftToeBase", "L", "toe"),
        ("Character1|LeftArm", "L", "arm"),
        ("Bip01 L Thigh", "L", "thigh"),
        ("Bip001_R_Calf", "R", "calf"),
        ("ValveBiped.Bip01_L_UpperArm", "L", "upperarm"),
        ("CC_Base_L_Upperarm", "L", "upperarm"),
        ("J_Bip_R_LowerLeg", "R", "lowerleg"),
        ("DEF-thigh.L", "L", "thigh"),
        ("DEF-upper_arm.R", "R", "upperarm"),
        ("upperarm_l", "L", "upperarm"),
        ("upperleg.r", "R", "upperleg"),
        ("UpperArm_L", "L", "upperarm"),
        ("lfemur", "L", "femur"),
        ("rclavicle", "R", "clavicle"),
        ("lhipjoint", "L", "hip"),
        ("RHipJoint", "R", "hip"),
        ("lShldr", "L", "shldr"),
        ("rForeArm", "R", "forearm"),
        ("leftshoulder", "L", "shoulder"),
        ("right_hip", "R", "hip"),
        ("L_Collar", "L", "collar"),
        ("leftUpperLeg", "L", "upperleg"),
        ("leg_joint_L_1", "L", "leg"),
        ("Skeleton_arm_joint_R__2_", "R", "arm"),
        ("Hips", "", "hips"),
        ("joint_Root", "", "root"),
        ("lowerback", "", "lowerback"),
        ("Ribs1", "", "ribs"),
        ("CC_Base_NeckTwist01", "", "neck"),
        ("rotation", "", "rotation"),
        ("lantern", "", "lantern"),
        ("", "", ""),
    ],
)
def test_side_and_stem(name, side, stem):
    read = read_name(name)
    assert (read.side, read.stem) == (side, stem)


@pytest.mark.parametrize(
    "name",
    ["CC_Base_L_ThighTwist01", "LeftHand_End", "Bip01 L Toe0Nub", "kneeIK.l", "PoleTarget.L", "__Clavicle_L", "lEye"],
)
def test_joints_beside_the_body_are_helpers(name):
    assert read_name(name).helper


@pytest.mark.parametrize(
    "name", ["LeftHandThumb1", "middle_01_l", "rPinky2", "LThumb", "leftLittleProximal", "RFingers"]
)
def test_fingers_are_told_from_limbs(name):
    assert read_name(name).finger
