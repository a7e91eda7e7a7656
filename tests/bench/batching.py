"""Many prompts, as a batch samples them: `python -m tests.bench.batching [1 10 100 1000]`. Prints a Markdown table."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from kinema.checkpoints import find_pack
from kinema.farm import groups
from kinema.farm.jobs import job_of
from kinema.generation import never, open_batched


def main() -> None:
    generate = open_batched(find_pack(None), "auto")
    print("| prompts | seconds each | seconds of the processor each | peak memory MiB |\n|---|---|---|---|")
    for count in [int(word) for word in sys.argv[1:]] or [1, 10, 100, 1000]:
        lines = [{"name": f"j{k}", "prompt": f"a person takes {k} steps and waves", "seed": k} for k in range(count)]
        began, computed = time.perf_counter(), time.process_time()
        for group in groups.grouped([job_of(line, Path()) for line in lines]):
            generate([job.request for job in group], lambda _: None, never)
        took, computed = (time.perf_counter() - began) / count, (time.process_time() - computed) / count
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {count} | {took:.3f} | {computed:.3f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
