"""Run the service on this machine: what ``cotrench serve`` does."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import uvicorn

from api.db.records import County
from api.db.store import open_store
from api.db.tables import LAYERS
from api.settings import is_loopback
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.db.store import Store
    from api.settings import Settings

BACKLOG = 128


def serve(settings: Settings, *, demo: bool = False, say: Callable[[str, str], None] | None = None) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    settings
        Host and port are taken from here, too; port 0 takes a free one.
    demo
        Whether the sample county is loaded first, if the store is empty.
    say
        Called with each line for the user in Chinese and English; by default both are printed.

    Raises
    ------
    BadInputError
        ``serve.not_loopback``: there are no accounts yet, so only this machine may reach it. ``serve.port_taken``.
    """
    tell = say or _say_both
    check_loopback(settings.host)
    listening = _listen(settings.host, settings.port)
    with open_store(settings.database_url, settings.data) as store:
        store.upgrade()
        if demo:
            tell(*_told(load_demo(store), store))
    from api.main import create_app  # noqa: PLC0415 - loads the kernels; what is refused is refused before

    port = listening.getsockname()[1]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    tell(f"同沟：http://{shown}:{port}", f"CoTrench: http://{shown}:{port}")
    tell("尚无账号：仅本机可访问。按 Ctrl+C 结束。", "No accounts exist yet: this machine only. Press Ctrl+C to end.")
    config = uvicorn.Config(create_app(settings), log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


def check_loopback(host: str) -> None:
    """Refuse every host but this machine's own.

    >>> check_loopback("0.0.0.0")
    Traceback (most recent call last):
    geo.faults.BadInputError: field host · '0.0.0.0': there are no accounts yet ... — use 127.0.0.1
    """
    if not is_loopback(host):
        raise BadInputError(
            [
                Fault(
                    "serve.not_loopback", "尚无账号，只能在本机监听",
                    "there are no accounts yet: only this machine may reach it",
                    "使用 127.0.0.1", "use 127.0.0.1", field="host", value=host,
                )
            ]
        )  # fmt: skip


def load_demo(store: Store, progress: Callable[[str, int, int], None] | None = None) -> int | None:
    """Load the sample county into an empty store, all of it or nothing.

    Parameters
    ----------
    progress
        Called with the layer, how many of its rows are in, and how many it has.

    Returns
    -------
    int or None
        How many rows; None where the store has a county or rows already, which are left as they are.
    """
    if store.county is not None or any(store.count(layer) for layer in LAYERS):
        return None
    from sample_data.county import make_county  # noqa: PLC0415 - only the demo makes a town

    sample, now, total = make_county(), datetime.now(UTC), 0
    with store.transaction():
        store.county = County(sample.policy, sample.name_zh, sample.name_en, sample.grid, sample.policy)
        for layer in LAYERS:
            if layer in sample.frames:
                report = (lambda done, of, name=layer: progress(name, done, of)) if progress else None
                total += store.import_frame(layer, sample.frames[layer], report, who="demo", now=now)
    return total


def _told(loaded: int | None, store: Store) -> tuple[str, str]:
    if loaded is not None:
        return f"已载入样例县：{loaded} 个要素", f"The sample county is loaded: {loaded} features"
    county = store.county
    name_zh, name_en = (county.name_zh, county.name_en) if county else ("本库", "the store")
    return f"已有数据（{name_zh}），未载入样例", f"There are data already ({name_en}); the sample was not loaded"


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a taken port is told before anything is started."""
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    try:
        return socket.create_server((bare, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise BadInputError(
            [
                Fault(
                    "serve.port_taken", "端口不可用", "the port cannot be used", "换一个端口：COTRENCH_PORT=8001",
                    "use another one: COTRENCH_PORT=8001", field="port", value=f"{port} ({error.strerror})",
                )
            ]
        ) from None  # fmt: skip


def _say_both(zh: str, en: str) -> None:
    print(f"{zh}\n{en}", flush=True)  # noqa: T201 - the service's own words to its terminal
