"""Start a throw-away PostGIS server for tests and benchmarks, and hand out empty databases on it.

with postgis_cluster() as url, fresh_database(url) as database:
    engine = sqlalchemy.create_engine(database)
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPLATE = "cotrench_template"
ROLE = "postgres"
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
# Tests lose their data anyway; a benchmark or a durability test passes its own.
FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgisMissingError(RuntimeError):
    """There is no PostgreSQL with PostGIS on this machine; the message says what was looked for."""


def server_programs() -> Path:
    """Return the folder with ``initdb`` and ``postgres``, the highest version first; raise if there is none."""
    found = [
        folder for place in PLACES for folder in Path("/").glob(place.lstrip("/")) if (folder / "initdb").is_file()
    ]
    if found:
        return max(found, key=lambda folder: [int(digits) for digits in re.findall(r"\d+", str(folder))])
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    msg = "no PostgreSQL server found (looked for initdb in " + ", ".join(PLACES) + " and on the PATH)"
    raise PostgisMissingError(msg)


def _identity() -> dict[str, object]:
    """Return the Popen arguments that leave root, since the server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": ROLE, "group": ROLE, "extra_groups": []}


@contextmanager
def postgis_cluster(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a PostgreSQL server with PostGIS in a folder of its own until the block ends.

    Parameters
    ----------
    settings
        Server settings (``{"shared_buffers": "512MB"}``), laid over the fast and forgetful ones of the tests.

    Yields
    ------
    str
        SQLAlchemy URL (``postgresql+psycopg://…``) of the maintenance database; see `fresh_database`.

    Raises
    ------
    PostgisMissingError
        No server programs, or a server without the PostGIS extension.
    """
    programs = server_programs()
    folder = Path(tempfile.mkdtemp(prefix="ctpg-"))  # short: a socket path may have 103 bytes at most
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, ROLE, ROLE)
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True,
            capture_output=True,
            cwd=folder,
            **_identity(),
        )
        with _running(programs, folder, {**FAST, **(settings or {})}) as url:
            _make_template(url)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Run the server of ``folder``; on leaving stop exactly this process, whatever its state."""
    options = {"listen_addresses": "", "unix_socket_directories": str(folder), **settings}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *arguments],
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            **_identity(),
        )
    try:
        url = f"postgresql+psycopg://{ROLE}@/postgres?host={folder}"
        _await(process, url, folder / "log")
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # "fast": sessions are ended, files are closed properly
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(15)


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Return as soon as the server answers; raise with its log when it ends or stays silent for 30 s."""
    for _ in range(600):
        with suppress(psycopg.OperationalError):
            psycopg.connect(plain(url)).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    msg = f"the PostgreSQL server did not start:\n{log.read_text(errors='replace')}"
    raise RuntimeError(msg)


def _make_template(url: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(f"create database {TEMPLATE} template template0 is_template true")
    with psycopg.connect(plain(_named(url, TEMPLATE)), autocommit=True) as connection:
        try:
            connection.execute("create extension postgis")
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
            msg = f"PostgreSQL is here, its PostGIS extension is not: {error}"
            raise PostgisMissingError(msg) from error


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Make an empty database with PostGIS on the cluster of ``url``; yield its SQLAlchemy URL; drop it afterwards."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(plain(url), autocommit=True) as connection:
        # The template is small: copying its files beats writing every block to the log.
        connection.execute(f"create database {name} template {TEMPLATE} strategy file_copy")
    try:
        yield _named(url, name)
    finally:
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")


def plain(url: str) -> str:
    """Return the URL without SQLAlchemy's driver name, as psycopg, psql and GDAL take it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _named(url: str, database: str) -> str:
    """Return ``url`` with another database."""
    return re.sub(r"/[^/?]*\?", f"/{database}?", url, count=1)


if __name__ == "__main__":  # a server to try things on: `python -m tests.postgis`, ended with Ctrl-C
    with postgis_cluster() as main_url, fresh_database(main_url) as one:
        print(one, flush=True)
        with suppress(KeyboardInterrupt):
            signal.pause()
    sys.exit(0)
