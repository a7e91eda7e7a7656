"""Our ten seconds of motion beside networks of published shapes with random weights, in one run.

`python -m tests.bench.published [--model NAME] [--device auto] [--repeats 9]` prints one Markdown table. The others'
times are of their networks alone, in float32: no tokenizer, no features, no clean-up; ours holds all of these.
196 frames at 20 a second are their longest clip, 9.8 s.

    MDM        arXiv 2209.14916, table 11: 8 layers, d 512, ff 1024, 4 heads, 196 frames and one condition, 50 steps
    MLD        arXiv 2212.04048: 9 layers, d 256, ff 1024, 4 heads on one latent, text and time, 50 steps; a decoder
    MotionLCM  arXiv 2404.19759: the same in 4 steps, guidance inside the network
    CLIP       arXiv 2103.00020: ViT-B/32's text tower, which all three condition on
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from torch import Tensor, nn

from kinema.checkpoints import find_pack
from kinema.pipeline import Pipeline
from kinema.protocol.messages import Generate
from kinema.text.open_clip_import import import_open_clip

from .timing import Seconds, measure

FRAMES = 196


def _layers(layers: int, width: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(width, 4, 1024, activation="gelu", batch_first=True)
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False).eval()


def _sampling(network: nn.Module, tokens: int, width: int, steps: int, guided: bool, device: torch.device) -> Callable:
    """`steps` calls on (1 or, with guidance, 2) x `tokens` x `width`, each fed from the last."""
    network = network.to(device)

    def run(_: int) -> float:
        x = torch.randn(2 if guided else 1, tokens, width, device=device)
        for _ in range(steps):
            made: Tensor = network(x)
            x = 0.9 * x + 0.1 * made
        return float(x[0, 0, 0])

    return run


def _decoding(device: torch.device) -> Callable[[int], float]:
    layer = nn.TransformerDecoderLayer(256, 4, 1024, activation="gelu", batch_first=True)
    network = nn.TransformerDecoder(layer, 9).eval().to(device)
    latent, frames = torch.randn(1, 1, 256, device=device), torch.zeros(1, FRAMES, 256, device=device)
    return lambda _: float(network(frames, latent)[0, 0, 0])


def _clip(device: torch.device) -> Callable[[int], float]:
    import_open_clip()
    from open_clip.transformer import TextTransformer

    tower = TextTransformer(context_length=77, vocab_size=49408, width=512, heads=8, layers=12, output_dim=512)
    tower = tower.eval().to(device)
    tokens = torch.randint(1, 49406, (1, 77), device=device)
    return lambda _: float(tower(tokens)[0, 0])


@torch.inference_mode()
def published(device: torch.device, repeats: int) -> dict[str, Seconds]:
    """Seconds of each network."""
    work = {
        "CLIP ViT-B/32 text tower": _clip(device),
        "MDM, 50 steps with guidance": _sampling(_layers(8, 512), FRAMES + 1, 512, 50, True, device),
        "MLD, 50 steps with guidance": _sampling(_layers(9, 256), 3, 256, 50, True, device),
        "MotionLCM, 4 steps": _sampling(_layers(9, 256), 3, 256, 4, False, device),
        "decoder of MLD and MotionLCM": _decoding(device),
    }
    return {name: measure(run, repeats, warm_up=1) for name, run in work.items()}


def ours(model: str | None, device: str, repeats: int) -> tuple[torch.device, str, Seconds]:
    """Seconds from a new prompt to its Motion of 10 s, text, sampling, decoding and clean-up together."""
    pipeline = Pipeline.open(find_pack(model), device)

    def generate(number: int) -> None:
        prompt = f"a person takes {number + 10} steps and waves"
        pipeline.generate(Generate(id="bench", prompt=prompt, seconds=10.0, seed=number + 10))

    sampling = pipeline.pack.section("sampling")
    name = f"{pipeline.pack.name}, {sampling['steps']} steps with guidance, prompt to Motion"
    return pipeline.device, name, measure(generate, repeats, warm_up=2)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.published", description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    device, name, own = ours(options.model, options.device, options.repeats)
    times = {name: own, **published(device, options.repeats)}
    print(f"Device {device}, {torch.get_num_threads()} threads.\n")
    print("| what | median s | least | most | n | of ours |\n|---|---|---|---|---|---|")
    for what, took in times.items():
        values = f"{took.median:.4f} | {took.least:.4f} | {took.most:.4f} | {took.repeats}"
        print(f"| {what} | {values} | {took.median / own.median:.2f} |")
    text, decoder = times["CLIP ViT-B/32 text tower"].median, times["decoder of MLD and MotionLCM"].median
    for what, extra in (("MDM, 50 steps with guidance", 0.0), ("MLD, 50 steps with guidance", decoder)) + (
        ("MotionLCM, 4 steps", decoder),
    ):
        whole = times[what].median + text + extra
        print(f"| {what}, with text{' and decoder' if extra else ''} | {whole:.4f} | | | | {whole / own.median:.2f} |")


if __name__ == "__main__":
    main()
