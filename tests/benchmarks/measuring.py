"""Time things, run them in processes of their own, print tables."""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def timed(call, repeats=1):
    """Return the median wall time of ``repeats`` calls in seconds, and the last result."""
    seconds, result = [], None
    for _ in range(repeats):
        result = None  # the one before does not count as memory of the next
        begun = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), result


def worked(call):
    """Return the processor time of all threads in one call (seconds): other work on the machine hardly shows."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def peak_mib():
    """Return the peak resident memory of this process so far, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def child(step, *arguments):
    """Run ``tests.benchmarks.children`` in a fresh process and return what it reports."""
    command = [sys.executable, "-m", "tests.benchmarks.children", step, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{step} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def table(title, header, rows):
    """Print a table for people and for the README alike (Markdown)."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    print(f"\n## {title}\n")
    for number, row in enumerate(cells):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    sys.stdout.flush()


def s(seconds):
    """A time for people."""
    return (
        f"{seconds:.2f} s"
        if seconds >= 1
        else f"{seconds * 1000:.1f} ms"
        if seconds >= 1e-3
        else f"{seconds * 1e6:.0f} µs"
    )
