"""Start the real service with the sample county in a process of its own, and end it."""

from __future__ import annotations

import json
import os
import socket
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
    port, log = free_port(), data / "server.log"
    started = command or Path(sys.executable).with_name("cotrench")
    told = {**(os.environ if environment is None else environment), "COTRENCH_DATA": str(data)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(started), "serve", *(["--demo"] if demo else []), "--port", str(port)],
            cwd=folder,
            stdout=out,
            stderr=out,
            env=told,
        )
        try:
            _wait(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/health", timeout=5) as answer:
                health = json.load(answer)
                if health["status"] == "ready" and health["warm"]:
                    return
        except OSError:
            pass  # it does not listen yet
        time.sleep(0.2)
    raise NotStartedError(log.read_text()[-3000:])
