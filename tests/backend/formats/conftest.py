"""Small BVH texts and the folder of real clips."""

import os
from pathlib import Path

import pytest

HUMAN = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Spine
  {
    OFFSET 0 25 1
    CHANNELS 3 Yrotation Xrotation Zrotation
    JOINT Head
    {
      OFFSET 0 35 0
      CHANNELS 3 Xrotation Yrotation Zrotation
      End Site
      {
        OFFSET 0 18 0
      }
    }
  }
  JOINT LeftUpLeg
  {
    OFFSET 9 -4 0
    CHANNELS 3 Zrotation Yrotation Xrotation
    JOINT LeftFoot
    {
      OFFSET 0 -82 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      End Site
      {
        OFFSET 0 -3 14
      }
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.0333333
1 90 2 10 20 30 5 -6 7 1 2 3 -20 10 35 4 5 6
2 91 4 11 21 31 6 -7 8 2 3 4 -21 11 36 5 6 7
3 92 6 12 22 32 7 -8 9 3 4 5 -22 12 37 6 7 8
"""


@pytest.fixture
def human() -> str:
    """BVH text: 5 joints, five Euler orders, centimetres, 3 frames at 30 fps."""
    return HUMAN


@pytest.fixture(scope="session")
def testclips() -> Path:
    """The real-world clips of KINEMA_DATA."""
    data = os.environ.get("KINEMA_DATA")
    if not data:
        pytest.skip("KINEMA_DATA is not set: real-world clips are not tested")
    folder = Path(data) / "testclips"
    if not folder.is_dir():
        pytest.skip(f"KINEMA_DATA has no folder testclips ({folder})")
    return folder


@pytest.fixture(scope="session")
def unpacked() -> Path:
    """The folder with the unpacked training archives cmu/ bandai/ extra/."""
    folder = os.environ.get("KINEMA_DATA_UNPACKED")
    if not folder:
        pytest.skip("KINEMA_DATA_UNPACKED is not set: the unpacked archives are not tested")
    return Path(folder)
