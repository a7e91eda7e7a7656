"""Kinema's commands in a Blender that has not installed the extension:

blender -b [FILE.blend] --python-exit-code 1 -P blender_addon/run_headless.py -- batch JOBS.jsonl --out DIR
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "backend")]

from blender_addon import headless  # noqa: E402

sys.exit(headless.main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []))
