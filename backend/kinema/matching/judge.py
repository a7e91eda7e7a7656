"""The trained judge as search and metrics ask it: texts and motions in, embeddings out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..checkpoints import Pack, find_pack
from ..errors import WeightsError
from ..features import encoding, layout
from ..protocol.motion import Motion
from ..text.tokens import Tokenizer, tidy
from .network import READS, STRIDE, UNKNOWN, Evaluator, EvaluatorConfig

JUDGE = "kinema-evaluator"
"""The pack that ships with Kinema."""


class Vocabulary:
    """Byte pair tokens of the judge's training texts, numbered; every other token is one and the same unknown."""

    def __init__(self, tokens: Sequence[int], context: int) -> None:
        self.rows = {token: UNKNOWN + 1 + number for number, token in enumerate(tokens)}
        self.context = context
        self._tokenizer = Tokenizer(10_000)

    @classmethod
    def of(cls, texts: Sequence[str], context: int) -> Vocabulary:
        """All tokens of `texts`."""
        empty = cls((), context)
        return cls(sorted({token for row in empty.tokens(texts) for token in row}), context)

    def __len__(self) -> int:
        return UNKNOWN + 1 + len(self.rows)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Byte pair tokens without start and end."""
        return [row[1:-1] for row in self._tokenizer.rows([tidy(text) for text in texts])]

    def words(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Rows of the word table, at most `context` a text."""
        return [tuple(self.rows.get(token, UNKNOWN) for token in row[: self.context]) for row in self.tokens(texts)]


class Judge:
    """Embeds texts and motions with one set of weights, on the CPU."""

    def __init__(self, network: Evaluator, vocabulary: Vocabulary) -> None:
        self.network, self.vocabulary = network.eval().requires_grad_(False), vocabulary

    @classmethod
    def open(cls, pack: Pack | str | None = None) -> Judge:
        """The judge of a pack (default: the shipped one). Raises WeightsError when it is missing or no judge."""
        found = pack if isinstance(pack, Pack) else find_pack(pack or JUDGE)
        section = dict(found.section("evaluator"))
        try:
            tokens = section.pop("vocabulary")
            network = Evaluator(EvaluatorConfig(**section))
            network.load_state_dict({k: v.float() for k, v in found.load("evaluator.safetensors").items()})
        except (KeyError, TypeError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise WeightsError(f"{found.name} holds no evaluator of this version ({reason}); train it again") from None
        return cls(network, Vocabulary(tokens, network.config.context))

    @torch.inference_mode()
    def texts(self, texts: Sequence[str], batch: int = 256) -> np.ndarray:
        """(N, E) float64 embeddings of unit length."""
        rows = self.vocabulary.words(texts)
        parts = [self.network.embed_texts(word_rows(rows[k : k + batch])) for k in range(0, len(rows), batch)]
        return torch.cat(parts).double().numpy()

    @torch.inference_mode()
    def motions(self, motions: Sequence[np.ndarray | Motion], batch: int = 64) -> tuple[np.ndarray, np.ndarray]:
        """Motions, or what `seen` made of them -> embeddings and motion features, (N, E) float64 each."""
        clips = [seen(motion) if isinstance(motion, Motion) else motion for motion in motions]
        order = np.argsort([len(clip) for clip in clips], kind="stable")
        width = self.network.config.embedding
        embeddings, features = np.zeros((len(clips), width)), np.zeros((len(clips), width))
        for k in range(0, len(clips), batch):
            rows = order[k : k + batch]
            embedding, feature = self.network.read_motions(*padded([clips[row] for row in rows]))
            embeddings[rows], features[rows] = embedding.numpy(), feature.numpy()
        return embeddings, features


def seen(motion: Motion) -> np.ndarray:
    """SMPL body Motion -> (T, 67) float32, what the judge sees of it. Raises MotionError for another skeleton."""
    return encoding.encode(motion.resample(layout.FPS))[:, READS].astype(np.float32)


def padded(clips: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Motions (T_k, 67) -> (B, T, 67), T a multiple of 4 and at least 4, and their lengths (B,)."""
    lengths = [len(clip) for clip in clips]
    out = np.zeros((len(clips), -(-max(lengths) // STRIDE) * STRIDE, clips[0].shape[1]), dtype=np.float32)
    for k, clip in enumerate(clips):
        out[k, : len(clip)] = clip
    return torch.from_numpy(out), torch.tensor(lengths)


def word_rows(rows: Sequence[Sequence[int]]) -> Tensor:
    """(B, L) int64, zero past each sentence's end."""
    out = torch.zeros(len(rows), max([1, *map(len, rows)]), dtype=torch.long)
    for k, row in enumerate(rows):
        out[k, : len(row)] = torch.tensor(row, dtype=torch.long)
    return out
