"""Start the real service with the sample county in a process of its own, and end it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "maps" / "web" / "dist" / "index.html"
ADDRESS = re.compile(r"(https?://[\w.]+:\d+)\s")
START_S = 180  # the first start on a machine compiles the kernels


class NotStartedError(RuntimeError):
    """The service did not come up; the message is the end of its log."""


@contextmanager
def served(
    data: Path,
    command: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    *,
    demo: bool = True,
) -> Iterator[str]:
    """Yield the address of ``cotrench serve --demo`` once the county is in memory and the kernels are warm.

    Without ``demo`` the store is served as it is: by its accounts where it has some.
    """
    log = data / "server.log"
    started = command or Path(sys.executable).with_name("cotrench")
    told = {**(os.environ if environment is None else environment), "COTRENCH_DATA": str(data)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(started), "serve", *(["--demo"] if demo else []), "--port", "0"],
            cwd=folder,
            stdout=out,
            stderr=out,
            env=told,
        )
        try:
            yield _address_of(process, log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the address that the service says in its log, once it is ready there."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        address = address_in(log)
        if address and _is_ready(address):
            return address
        time.sleep(0.2)
    raise NotStartedError(log.read_text("utf-8", errors="replace")[-3000:])


def address_in(log: Path) -> str | None:
    """Return the address that a service, told to take any port, says in its log; None: it has not yet."""
    said = ADDRESS.search(log.read_text("utf-8", errors="replace"))
    return said[1] if said else None


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/health", timeout=5) as answer:
            health = json.load(answer)
    except OSError:
        return False  # it does not answer yet
    return bool(health["status"] == "ready" and health["warm"])
