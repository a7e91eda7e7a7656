"""The one path from a request to Motion: refine -> condition -> diffuse -> decode -> style -> clean.

The panel, the headless command, the command line and the tests all come through `Pipeline.generate`; motions that exist
already come through `Pipeline.stylize`, which is its last part, or `Pipeline.edit`, which samples a part of them anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import __version__, refine, staging
from .checkpoints import Pack, no_styles
from .editing.correcting import Correction
from .editing.finishing import finish
from .editing.guiding import weighed
from .editing.making import make
from .editing.measuring import errors
from .editing.stepping import stepping
from .editing.wanted import Wanted
from .editing.windows import windows
from .errors import Cancelled, RequestError, WeightsError
from .features import encoding, layout
from .networks.autoencoder import Autoencoder, AutoencoderConfig
from .networks.denoiser import Denoiser, DenoiserConfig
from .protocol.messages import PARTS, STYLE_AUTO, Edit, Generate, Progress, Styled, Stylize
from .protocol.motion import Motion
from .sampling import MOST_AT_ONCE, Row, Sampling, Settings
from .styling import Footing, Stylist
from .stylization.codes import Style
from .stylization.names import label_for
from .text.encoder import TextEncoder


@dataclass(frozen=True)
class Result:
    """What a request gave. `motions`: SMPL body at 30 fps, starting at x = z = 0 facing +Z. `settings`: what was used
    where the request left the choice to the pack, the device, and the versions that computed. `contacts`: for each
    motion (T, 4) of 0..1, which feet stand as the network says, in the order of `contacts.FEET`."""

    motions: tuple[Motion, ...]
    parts: Mapping[str, str]
    warnings: tuple[str, ...]
    pack: Mapping[str, Any]
    seconds_taken: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    contacts: tuple[np.ndarray, ...] = ()


def choose_device(name: str) -> torch.device:
    """ "auto" -> CUDA, else Apple's MPS, else CPU; any torch device name. Raises RequestError when it is not there."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise RequestError(f"device {name!r} cannot be used ({reason}); use auto or cpu") from None
    return device


class Pipeline:
    """A model pack, loaded on one device. Not for use by two threads at once."""

    def __init__(
        self,
        pack: Pack,
        device: torch.device,
        text: TextEncoder,
        autoencoder: Autoencoder,
        denoiser: Denoiser,
        stylist: Stylist | None = None,
    ) -> None:
        self.pack, self.device = pack, device
        self.text, self.autoencoder, self.denoiser, self.stylist = text, autoencoder, denoiser, stylist
        self.sampling = Sampling(autoencoder, denoiser, device)

    @classmethod
    def open(cls, pack: Pack, device: str = "auto") -> Pipeline:
        """Load the pack's weights. Raises WeightsError for a damaged or foreign pack, RequestError for the device."""
        where = choose_device(device)
        try:
            text = TextEncoder.from_state(pack.section("text"), pack.load("text.safetensors"), str(where))
            autoencoder = Autoencoder(AutoencoderConfig(**_tuples(pack.section("autoencoder"))))
            autoencoder.load_state_dict(_floats(pack.load("autoencoder.safetensors")))
            denoiser = Denoiser(DenoiserConfig(**pack.section("denoiser")))
            denoiser.load_state_dict(_floats(pack.load("denoiser.safetensors")))
            autoencoder = autoencoder.to(where).eval()
            stylist = Stylist.open(pack, autoencoder)
        except (KeyError, TypeError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise WeightsError(
                f"model pack {pack.name} does not fit this version of Kinema ({reason}); install a matching pack"
            ) from None
        return cls(pack, where, text, autoencoder, denoiser.to(where).eval(), stylist)

    def generate(
        self,
        request: Generate,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        llm: refine.LLMSettings | None = None,
        reference: Motion | None = None,
    ) -> Result:
        """Motions for a request; the same request on the same device gives the same motions.

        `progress` hears of each stage and step; when `cancelled` returns True the next step raises Cancelled.
        `reference`: the request's style clip on the SMPL body.
        Raises RequestError for an unknown sampler or style, MotionError for a reference that shows no style.
        """
        return self.generate_many((request,), progress, cancelled, llm, [reference])[0]

    def generate_many(
        self,
        requests: Sequence[Generate],
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        llm: refine.LLMSettings | None = None,
        references: Sequence[Motion | None] = (),
    ) -> list[Result]:
        """A result each for requests of equal seconds, sampler, steps and guidance, sampled together.

        Each motion is the one that its request gives alone, up to the rounding of matrix products whose size changes
        with the batch: below 1e-5 in every feature. The same requests together give the same bytes. `progress` hears
        of the first request's id. `references`: each request's style clip. Raises as `generate` does, for one
        unusable request of them too.
        """
        began = time.perf_counter()
        first = requests[0]
        if any(_sampling(request) != _sampling(first) for request in requests):
            raise RequestError("only requests of equal seconds, sampler, steps and guidance can be sampled together")
        settings = Settings.of(first, self.pack.section("sampling"))
        frames = max(1, round(first.seconds * layout.FPS))
        done = total = 0

        def report(stage: str) -> None:
            if cancelled():
                raise Cancelled("the request was cancelled")
            progress(Progress(first.id, stage, done, total))

        def stepped() -> None:
            nonlocal done
            done += 1
            report("sample")

        report("refine")
        refined = [refined_text(each, llm) for each in requests]
        warnings = [list(each.warnings) for each in refined]
        shown = references or [None] * len(requests)
        styles = [
            self._style_of(each, text.style, reference, said)
            for each, text, reference, said in zip(requests, refined, shown, warnings, strict=True)
        ]
        report("encode")
        stride = self.autoencoder.config.stride
        told_in = [staging.told(each, frames, stride, self.encode_texts) for each in refined]
        rows = [(index, k) for index, each in enumerate(requests) for k in range(each.samples)]
        turns = staging.turns(rows, told_in)
        total = settings.steps * sum(len(told_in[turn[0][0]].spans) for turn in turns)
        motions: list[list[Motion]] = [[] for _ in requests]
        stands: list[list[np.ndarray]] = [[] for _ in requests]
        for turn in turns:
            heard = [(told_in[index], requests[index].seed + sample) for index, sample in turn]
            features = staging.features(self.sampling, heard, frames, settings, stepped)
            report("decode")
            for (index, _), sample in zip(turn, features, strict=True):
                request, style = requests[index], styles[index]
                if style is None or self.stylist is None:
                    motion, feet = encoding.decode(sample), Footing(sample[:, layout.CONTACTS])
                else:
                    motion, feet = self.stylist.motion(sample, style, request)
                if request.cleanup:
                    motion = stepping(motion, feet.contacts, clearance=feet.clearance)
                motions[index].append(motion)
                stands[index].append(np.clip(feet.contacts, 0.0, 1.0))
        told = settings.told(self.device)
        took = (time.perf_counter() - began) / len(requests)
        return [
            Result(tuple(made), each.parts, tuple(said), self.pack.provenance(), took, told, tuple(stood))
            for made, each, said, stood in zip(motions, refined, warnings, stands, strict=True)
        ]

    def edit(
        self,
        request: Edit,
        clip: Motion | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        llm: refine.LLMSettings | None = None,
    ) -> Result:
        """A clip on the SMPL body, of any rate and length, changed where the request says so and exact elsewhere; or a
        fresh motion at 30 fps that follows the request's path and goals.

        `settings["errors"]` of the result holds `editing.measuring.errors` of each sample. Raises RequestError for what
        cannot be done to this clip, and as `generate` does.
        """
        began = time.perf_counter()
        settings = Settings.of(request, self.pack.section("sampling"))
        scale = weighed(request, settings.guidance.scale)
        settings = replace(settings, guidance=replace(settings.guidance, scale=scale))
        wanted = Wanted.of(request, clip)
        coarse = wanted.at(layout.FPS)
        total = settings.steps * sum(1 for _ in windows(coarse.changed)) * -(-request.samples // MOST_AT_ONCE)
        numbers = count(1)

        def report(stage: str, step: int = 0) -> None:
            if cancelled():
                raise Cancelled("the request was cancelled")
            progress(Progress(request.id, stage, step, total if step else 0))

        report("refine")
        refined = _edited_text(request, llm)
        report("encode")
        texts, given = self.encode_texts(refined.prompt, refined.parts)
        said = bool(given.any())

        def sample(first: int, corrections: Sequence[Correction], frames: int) -> np.ndarray:
            rows = [
                Row(
                    texts,
                    given,
                    request.seed + first + k,
                    each.channels(),
                    each if each.steers(said) else None,
                    each.start(said),
                )
                for k, each in enumerate(corrections)
            ]
            return self.sampling.features(rows, frames, settings, lambda _: report("sample", next(numbers)))

        motions: list[Motion] = []
        for first in range(0, request.samples, MOST_AT_ONCE):
            drafts = make(coarse, min(MOST_AT_ONCE, request.samples - first), partial(sample, first))
            report("decode", total)
            motions += [finish(draft, wanted, request.cleanup) for draft in drafts]
        told = settings.told(self.device) | {"errors": [errors(motion, wanted) for motion in motions]}
        took = time.perf_counter() - began
        return Result(tuple(motions), refined.parts, refined.warnings, self.pack.provenance(), took, told)

    def stylize(self, request: Stylize, clip: Motion, reference: Motion | None = None) -> Result:
        """A clip on the SMPL body, of any rate and length, in the request's style, where and facing as it was; 30 fps.

        `reference`: the request's style clip on the SMPL body. Strength 0 gives `clip` at 30 fps. Raises RequestError
        for an unknown style or a pack without styles, MotionError for a reference that shows no style.
        """
        began = time.perf_counter()
        stylist = self.require_stylist()
        style = stylist.style(request, reference)
        motion = stylist.stylize(clip, style, request, request.cleanup)
        settings = {"device": str(self.device), "versions": {"kinema": __version__, "torch": torch.__version__}}
        took = time.perf_counter() - began
        return Result((motion,), {}, (), self.pack.provenance(), took, settings)

    def require_stylist(self) -> Stylist:
        """What styles motion. Raises RequestError, naming packs that can, for a pack without styles."""
        if self.stylist is None:
            raise RequestError(no_styles(self.pack))
        return self.stylist

    def _style_of(
        self, request: Styled, said: str | None, reference: Motion | None, warnings: list[str]
    ) -> Style | None:
        """The style that a request asks for, None for none; `said` is the prompt's own style, "auto" means it."""
        if request.style != STYLE_AUTO:
            return self.require_stylist().style(request, reference) if request.asks_for_style else None
        if said is None or self.stylist is None:
            return None
        label = label_for(said, self.stylist.labels)
        if label is None:
            warnings.append(f"the model has no style {said!r}; the prompt's words alone say it")
            return None
        return self.stylist.style(replace(request, style=label), reference)

    def encode_texts(self, prompt: str, parts: Mapping[str, str]) -> tuple[Tensor, Tensor]:
        """Global prompt and part sentences -> embeddings (1, 7, E) and which of them are given (1, 7)."""
        sentences = [prompt, *(parts.get(part, "") for part in PARTS)]
        given = torch.tensor([[bool(sentence.strip()) for sentence in sentences]], device=self.device)
        with torch.inference_mode():
            return self.text.encode(sentences).to(self.device)[None], given


def _sampling(request: Generate) -> tuple[object, ...]:
    """What requests must share to be sampled in one batch."""
    return request.seconds, request.sampler, request.steps, request.guidance


def refined_text(request: Generate, llm: refine.LLMSettings | None = None) -> refine.Refined:
    """What each body part shall do, by the request's action label or by its prompt."""
    if request.action is not None:
        return refine.refine_action(request.action, request.parts)
    return refine.refine(request.prompt, request.refiner, overrides=request.parts, llm=llm)


def _edited_text(request: Edit, llm: refine.LLMSettings | None) -> refine.Refined:
    """As `refined_text`, without sentences for the parts that are kept; nothing is said where no prompt is."""
    if not request.prompt.strip():
        return refine.Refined("", {part: request.parts.get(part, "") for part in PARTS})
    refined = refine.refine(request.prompt, request.refiner, overrides=request.parts, llm=llm)
    if not request.body_parts:
        return refined
    kept = dict.fromkeys(set(PARTS) - set(request.body_parts), "")
    return replace(refined, parts={**refined.parts, **kept})


def _floats(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.float() if value.is_floating_point() else value for name, value in state.items()}


def _tuples(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
