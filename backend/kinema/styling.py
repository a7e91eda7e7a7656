"""Style as the pipeline uses it: a request's style to a code, features of any length in it, motions in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import cleanup
from .checkpoints import Pack
from .cleanup.soles import sole_heights
from .errors import RequestError
from .features import encoding, layout, standing
from .geometry import heading_angle, yaw_quaternion
from .networks.autoencoder import Autoencoder
from .networks.style import StyleConfig, StyleNetwork
from .protocol import quaternion
from .protocol.messages import PARTS, STYLE_RANDOM, Styled
from .protocol.motion import Motion
from .stylization import codes, library
from .stylization.codes import Style
from .stylization.names import label_for
from .stylization.parts import blend_parts
from .stylization.references import check_reference
from .stylization.transfer import restyle, windows

WEIGHTS = "style.safetensors"

SEEN = np.r_[layout.YAW_VELOCITY, layout.PLANAR_VELOCITY.stop : layout.WIDTH]
"""Features that the motion predictor sees."""


CLEARANCE = 0.06
"""Metres; a styled foot swings past the ground as far above it as the clip's own did, up to this: a style learnt from
shuffling feet would else let them skate."""

LEGS = {"left_leg", "right_leg"}

STEADIED = 5
"""Frames; shorter clips travel as predicted."""


@dataclass(frozen=True)
class Footing:
    """What the clean-up shall do with the feet: `contacts` (T, 4) and `clearance` (T, 2) as `cleanup.clean` takes them;
    None leaves swings."""

    contacts: np.ndarray
    clearance: np.ndarray | None = None


class Stylist:
    """The style network on the CPU, where its few numbers are quickest, beside the auto-encoder wherever that is."""

    def __init__(self, network: StyleNetwork, autoencoder: Autoencoder, predicts_travel: bool = True) -> None:
        """`predicts_travel` False keeps the clip's own planar velocity instead, to measure what that costs."""
        self.network = network.cpu().eval().requires_grad_(False)
        self.predicts_travel = predicts_travel
        self.autoencoder = autoencoder.eval().requires_grad_(False)

    @classmethod
    def open(cls, pack: Pack, autoencoder: Autoencoder) -> Stylist | None:
        """The pack's style network; None for a pack without. Raises WeightsError or TypeError, RuntimeError for one
        that does not fit."""
        if "style" not in pack.manifest:
            return None
        section: dict[str, Any] = dict(pack.section("style"))
        network = StyleNetwork(StyleConfig(**{**section, "labels": tuple(section["labels"])}))
        state = pack.load(WEIGHTS)
        network.load_state_dict({name: value.float() for name, value in state.items()})
        return cls(network, autoencoder)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the styles that the network knows."""
        return self.network.config.labels

    def style(self, request: Styled, reference: Motion | None) -> Style:
        """The style that a request asks for; `reference`: its style clip on the SMPL body.

        Raises RequestError for unknown styles, MotionError for a reference that shows none.
        """
        if request.style_clip and reference is None:
            raise RequestError(f"the style clip {request.style_clip!r} did not come with the request; send it along")
        with torch.inference_mode():
            if reference is not None and request.style_clip:
                style = self.clip_style(reference, request.style_seed)
            else:
                style = self.named_style(request.style, request.style_seed)
            if request.style_mix:
                second = self.named_style(request.style_mix, request.style_seed + 1)
                style = codes.mix(style, second, request.style_share)
        return style

    def named_style(self, name: str, seed: int) -> Style:
        """The style of a label, a saved style, a word for a label, or "random". Raises RequestError for other names."""
        if name == STYLE_RANDOM:
            return codes.random_style(self.network, len(self.labels), seed)
        if name in self.labels:
            return codes.label_style(self.network, self.labels.index(name) + 1, seed)
        saved = {preset.name for preset in library.presets()}
        if name in saved:
            return self.clip_style(library.load(name)[1], seed)
        if (label := label_for(name, self.labels)) is not None:
            return self.named_style(label, seed)
        known = ", ".join([*self.labels, *sorted(saved)])
        raise RequestError(f"there is no style {name[:60]!r}; use one of {known}, or random")

    def clip_style(self, motion: Motion, seed: int = 0) -> Style:
        """The style of a clip on the SMPL body, at any rate. Raises MotionError when it is too short or still."""
        check_reference(motion)
        latents = self.encode(_floats(encoding.encode(motion.resample(layout.FPS))))
        return codes.clip_style(self.network, windows(latents)[0], len(self.labels), seed)

    def encode(self, features: Tensor) -> Tensor:
        """Features (T, F) -> raw latents (ceil(T / 4), C); the last frame is repeated to fill the last latent."""
        missing = -len(features) % self.autoencoder.config.stride
        padded = torch.cat([features, features[-1:].expand(missing, -1)])
        return self.autoencoder.posterior(padded[None].to(self._device()))[0][0].float().cpu()

    def decode(self, latents: Tensor) -> Tensor:
        """Raw latents (B, L, C) -> features (B, 4 L, F), on the CPU."""
        out = self.autoencoder.decode_raw(latents.to(self._device()))
        return (out * self.autoencoder.feature_std + self.autoencoder.feature_mean).float().cpu()

    def features(self, features: np.ndarray, style: Style, strength: float) -> np.ndarray:
        """Features (T, F) of a clip in a style, in the same number of frames; strength 0 changes nothing.

        The heading turns as it did; how fast the body travels follows from the styled pose.
        """
        if strength == 0.0:
            return features
        with torch.inference_mode():
            given = _floats(features)
            latents = self.encode(given)
            made = restyle(self.network, latents, style, strength)
            styled, plain = self.decode(torch.stack([made, latents]))[:, : len(given)]
            left = max(0.0, 1.0 - strength)
            out = styled + left * (given - plain)
            out[:, layout.YAW_VELOCITY] = given[:, layout.YAW_VELOCITY]
            if not self.predicts_travel:
                out[:, layout.PLANAR_VELOCITY] = given[:, layout.PLANAR_VELOCITY]
                return out.numpy().astype(np.float64)
            moved, before = self.network.velocity(torch.stack([out, given])[..., SEEN])
            moved = moved + left * (given[:, layout.PLANAR_VELOCITY] - before)
            if len(out) > STEADIED:
                moved = torch.lerp(moved, standing.steadied(out, moved), 1.0 - left)
            out[:, layout.PLANAR_VELOCITY] = moved
        return out.numpy().astype(np.float64)

    def motion(self, features: np.ndarray, style: Style, request: Styled) -> tuple[Motion, Footing]:
        """Features (T, F) of a clip -> its styled motion from x = z = 0 facing +Z, not cleaned, and how its feet go.

        Only the request's body parts are styled.
        """
        styled = self.features(features, style, request.style_strength)
        motion, content = encoding.decode(styled), encoding.decode(features)
        if request.style_parts and request.style_strength > 0:
            motion = blend_parts(content, motion, request.style_parts)
        both = LEGS.issubset(request.style_parts or PARTS)
        contacts = (styled if both else features)[:, layout.CONTACTS]
        least = CLEARANCE * min(1.0, request.style_strength)
        return motion, Footing(contacts, np.minimum(sole_heights(content).max(axis=2), least))

    def stylize(self, clip: Motion, style: Style, request: Styled, clean: bool) -> Motion:
        """A clip on the SMPL body, at any rate and of any length, styled; 30 fps, where and facing as the clip.

        `clean`: clean its feet, where a leg is styled; else they are the clip's own.
        """
        clip = clip.resample(layout.FPS)
        if request.style_strength == 0.0:
            return clip
        motion, feet = self.motion(encoding.encode(clip), style, request)
        if clean and not LEGS.isdisjoint(request.style_parts or PARTS):
            strength = min(1.0, request.style_strength)
            motion = cleanup.clean(motion, feet.contacts, strength=strength, clearance=feet.clearance)
        return _placed(motion, clip)

    def _device(self) -> torch.device:
        return self.autoencoder.feature_mean.device


def _placed(motion: Motion, clip: Motion) -> Motion:
    """The motion moved and turned so that it starts where and as `clip` does."""
    turn = yaw_quaternion(heading_angle(clip.rotations[:1, 0]) - heading_angle(motion.rotations[:1, 0]))[0]
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    ground = np.array([1.0, 0.0, 1.0])
    path = quaternion.rotate(turn, motion.root_translation - motion.root_translation[0] * ground)
    return replace(motion, rotations=rotations, root_translation=path + clip.root_translation[0] * ground)


def _floats(features: np.ndarray) -> Tensor:
    return torch.from_numpy(np.asarray(features, dtype=np.float32))
