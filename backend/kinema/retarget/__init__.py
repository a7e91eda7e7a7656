"""Any human source skeleton -> the 22 joints of SMPL_BODY.

`to_smpl` gives the motion, `retarget` the motion and how well it fits, `map_joints` which source joint plays which
part. `from_positions` gives the motion of SMPL joints whose positions alone are known.
"""

from ..protocol.anatomy import map_joints
from .from_positions import from_positions
from .report import Report
from .transfer import Retargeted, retarget, to_smpl

__all__ = ["Report", "Retargeted", "from_positions", "map_joints", "retarget", "to_smpl"]
