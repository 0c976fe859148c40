"""Serve the built web client: its assets for ever, its page never from a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

FOR_EVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"
HASHED = "assets/"  # Vite puts what has a hash in its name here
NOT_BUILT = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>同沟 CoTrench</title>
<body style="font-family: sans-serif; max-width: 40em; margin: 3em auto; line-height: 1.6">
<h1>同沟 CoTrench</h1>
<p>服务已启动，但地图页面尚未构建。请在源码目录运行 <code>make setup</code>，然后刷新本页。</p>
<p>The service runs, but its map has not been built. Run <code>make setup</code> in the source folder, then reload.</p>
<p><a href="/api">/api</a> · <a href="/api/health">/api/health</a></p>
"""


class Client(StaticFiles):
    """The files of the client's folder, which may be built while the service runs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self.folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what no route has answered: files of the client, but nothing below ``/api``."""
        path: str = scope["path"]
        if path == "/api" or path.startswith("/api/"):
            raise HTTPException(404)
        if path in {"/", "/index.html"} and not (self.folder / "index.html").is_file():
            await HTMLResponse(NOT_BUILT, 503, {"cache-control": ALWAYS_ASK})(scope, receive, send)
            return
        if not self.folder.is_dir() or "\0" in path:
            raise HTTPException(404)
        await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with its rule for caches."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOR_EVER if path.replace("\\", "/").startswith(HASHED) else ALWAYS_ASK
        return response
