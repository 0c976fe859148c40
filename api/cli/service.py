"""`cotrench serve`: the service on this machine."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.database import whoever
from api.cli.language import both
from api.cli.reporting import answering, progress, say, words
from geo.faults import BadInputError, Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI

    from api.db.store import Store
    from api.identity.demo import ReadyMade
    from api.settings import Settings

commands = typer.Typer()
WAITING_CONNECTIONS = 128
#: Seconds that open requests have to end in when the service is stopped.
LAST_SECONDS = 3


@commands.command("serve", help=both("启动本机服务", "Run the service on this machine"))
@answering
def serve(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help=both("空库时载入样例县", "Load the sample county into an empty store"))
    ] = False,
    host: Annotated[
        str | None, typer.Option("--host", help=both("监听地址，默认本机", "Address to listen on; this machine's own"))
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help=both("端口，默认 8000", "Port; else 8000"))
    ] = None,
    reload: Annotated[
        bool,
        typer.Option(
            "--reload", help=both("改动代码后自动重启（开发用）", "Restart when the code changes, for developers")
        ),
    ] = False,
) -> None:
    """Open the store, load the sample county if asked, and answer until stopped."""
    import uvicorn
    from uvicorn.supervisors import ChangeReload

    from api.db.store import open_store
    from api.identity.demo import is_demo, ready_made
    from api.outside import faults_of_certificate, faults_outside
    from api.settings import chosen

    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = chosen(**given, **({"demo": True} if demo else {}))
    listening = _listen(settings)
    with contextlib.ExitStack() as refused:
        refused.callback(listening.close)
        with open_store(settings.database_url, settings.data) as store:
            store.upgrade()
            refuse([*faults_of_certificate(settings), *faults_outside(settings, store)])
            if settings.demo:
                load_sample(store)
            _check_policy(store)
            offered = ready_made(store, dt.datetime.now(dt.UTC)) if is_demo(settings, store) else None
        refused.pop_all()  # the port stays taken for the server
    config = uvicorn.Config(
        "api.cli.service:application" if reload else application(settings),
        factory=reload,
        reload=reload,
        log_level="warning",
        timeout_graceful_shutdown=LAST_SECONDS,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.certificate_key,
    )
    if reload and settings.demo:
        os.environ["COTRENCH_DEMO"] = "true"  # the processes that are started again read the environment
    _announce(settings, listening, offered)
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):  # how a service on a terminal is stopped
        if reload:
            ChangeReload(config, target=server.run, sockets=[listening]).run()
        else:
            server.run(sockets=[listening])
    say(words("服务已停止，数据已保存。", "The service has stopped; the data is kept."))


def _check_policy(store: Store) -> None:
    """Refuse to start upon a policy that is gone or unclear, with file and line: cases would be decided by nothing."""
    from survey.policies import load_policy

    county = store.county
    if county is not None and county.policy is not None:
        load_policy(county.policy)


def application(settings: Settings | None = None) -> FastAPI:
    """Return the application of the settings; without them, of the environment (a reloaded process)."""
    from api.main import create_app
    from api.settings import chosen

    return create_app(settings or chosen())


def _listen(settings: Settings) -> socket.socket:
    """Take the port at once, so that one in use is said before anything is loaded."""
    bare = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    # asyncio switches Nagle's algorithm off only for a socket that names TCP; else every answer comes 40 ms late.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((bare, settings.port))
    except OSError as error:
        listening.close()
        fault = Fault(
            "port.in_use",
            f"端口不能用：{error.strerror}",
            f"the port cannot be used: {error.strerror}",
            "停止占用它的程序，或用 --port 换一个",
            "stop the program that holds it, or choose another with --port",
            field="--port",
            value=settings.port,
        )
        raise BadInputError([fault]) from error
    listening.listen(WAITING_CONNECTIONS)
    return listening


def _announce(settings: Settings, listening: socket.socket, offered: Sequence[ReadyMade] | None) -> None:
    from api.identity.permissions import ROLES
    from api.settings import is_reached_from_outside

    name = f"[{settings.host.strip('[]')}]" if ":" in settings.host else settings.host
    scheme = "http" if settings.certificate is None else "https"
    say(words("同沟已启动：", "CoTrench is running: ") + f"{scheme}://{name}:{listening.getsockname()[1]}")
    if is_reached_from_outside(settings):
        names = "、".join(sorted(settings.host_names))
        zh, en = ("", "") if scheme == "https" else ("；请只经 HTTPS 对外开放", "; let them in through HTTPS only")
        say(
            words(
                f"可从其他机器以 {names} 访问，须登录{zh}。按 Ctrl+C 停止。",
                f"Others reach it as {names} and sign in{en}. Ctrl+C stops it.",
            )
        )
    else:
        say(words("仅限本机访问。按 Ctrl+C 停止。", "This machine only. Ctrl+C stops it."))
    if offered is not None:
        say(words("样例账号（登录名、密码）：", "Ready-made accounts (login name, password):"))
        for one in offered:
            say(f"  {words(*ROLES[one.role])}：{one.name}  {one.password}")


def load_sample(store: Store) -> bool:
    """Fill an empty store with the sample county, all or nothing; a store that has a county is left as it is.

    Returns
    -------
    bool
        Whether it was filled.
    """
    if store.county is not None:
        return False
    from api.db.records import County
    from api.db.tables import LAYERS
    from api.identity.demo import SAMPLE_COUNTY
    from sample_data.county import make_county

    sample = make_county()
    now = dt.datetime.now(dt.UTC)
    with progress("样例县", "sample county", len(LAYERS)) as bar, store.transaction():
        store.county = County(SAMPLE_COUNTY, sample.name_zh, sample.name_en, sample.grid, sample.policy)
        for number, (name, layer) in enumerate(LAYERS.items()):
            bar(number, len(LAYERS))
            if name in sample.frames:
                frame = sample.frames[name]
                known = [column for column in frame.columns if column in {"id", "geometry", *layer.columns}]
                store.import_frame(name, frame[known], who=whoever(), now=now)
    return True
