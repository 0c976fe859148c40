"""HTTPS as the README tells it: an authority of one's own, a certificate of it, and an account that signs in by it."""

from __future__ import annotations

import os
import shlex
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from api.db.store import open_store
from api.identity.people import People
from api.outside import faults_of_certificate
from api.settings import Settings
from tests.api.conftest import small_county
from tests.api.identity.moments import PASSWORD
from tests.service import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NAME = "map.county.lan"


def recipe(readme: str, program: str) -> list[str]:
    """Return the commands of a README that run a program."""
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.startswith(f"    {program} ")]


@pytest.fixture(scope="module")
def signed(tmp_path_factory) -> Path:
    """Return a folder in which the README's commands have been run."""
    folder: Path = tmp_path_factory.mktemp("signed")
    for line in recipe("README.md", "openssl"):
        subprocess.run(shlex.split(line), cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def address(signed) -> Iterator[str]:
    """Yield the address of `cotrench serve` with that certificate, over the small county with an administrator."""
    small_county(None, signed)
    with open_store(None, signed) as store:
        People(store).add("wang", ["admin"], PASSWORD, now=datetime.now(UTC))
    told = {
        "COTRENCH_DATA": ".", "COTRENCH_PORT": "0", "COTRENCH_HOSTS": f"{NAME},10.1.2.3",
        "COTRENCH_CERTIFICATE": "server.crt", "COTRENCH_CERTIFICATE_KEY": "server.key",
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("cotrench")), "serve"]
    with subprocess.Popen(command, cwd=signed, env=os.environ | told, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        said = ADDRESS.search(first)
        assert said, first
        yield said[1]
        process.terminate()


def browser(signed: Path, address: str) -> httpx.Client:
    """Return a client that trusts the authority alone; it comes to the name, wherever that is."""
    trusting = ssl.create_default_context(cafile=str(signed / "ca.crt"))
    return httpx.Client(base_url=address, verify=trusting, headers={"Host": NAME}, timeout=60)


def asked(client: httpx.Client, method: str, path: str, name: str = NAME, **more) -> httpx.Response:
    """Ask under the name that the certificate must have; wait for the service to listen."""
    for _ in range(200):
        try:
            return client.request(method, path, extensions={"sni_hostname": name}, **more)
        except httpx.ConnectError as error:
            if "CERTIFICATE" in str(error):
                raise
            time.sleep(0.1)
    raise TimeoutError(address)


def test_both_pages_tell_the_same_commands():
    for program in ("openssl", "COTRENCH_HOST=0.0.0.0", "cotrench user add wang"):
        told = [recipe(page, program) for page in ("README.md", "README.zh-CN.md")]
        assert told[0] == told[1] != []
    [line] = recipe("README.md", "COTRENCH_HOST=0.0.0.0")
    assert {part.partition("=")[0].removeprefix("COTRENCH_").lower() for part in line.split() if "=" in part} <= set(
        Settings.model_fields
    )


def test_who_trusts_the_authority_signs_in_by_a_cookie_for_https_alone(signed, address):
    with browser(signed, address) as client:
        told = asked(client, "GET", "/api/session").json()
        assert (told["mode"], told["person"]) == ("accounts", None)
        ours = {"Origin": f"https://{NAME}"}
        body = {"name": "wang", "password": PASSWORD}
        answer = asked(client, "POST", "/api/session", json=body, headers=ours)
        assert answer.status_code == 201, answer.text
        assert "Secure" in answer.headers["set-cookie"].split("; ")
    strangers = ((browser(signed, address), "evil.example"), (httpx.Client(base_url=address, timeout=60), NAME))
    for client, name in strangers:  # another name, and nobody who trusts the authority
        with client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            asked(client, "GET", "/api/session", name)


def test_files_that_do_not_fit_are_told_before_anything_is_served(signed, tmp_path):
    def codes(certificate, key) -> list[str]:
        given = {name: value for name, value in (("certificate", certificate), ("certificate_key", key)) if value}
        faults = faults_of_certificate(Settings(**given))
        assert all(fault.mend_zh and fault.mend_en and fault.field for fault in faults)
        return [fault.code for fault in faults]

    locked = tmp_path / "locked.key"
    line = f"openssl rsa -in {signed / 'server.key'} -aes256 -passout pass:secret -out {locked}"
    subprocess.run(shlex.split(line), check=True, capture_output=True)
    assert codes(None, None) == codes(signed / "server.crt", signed / "server.key") == []
    assert codes(signed / "server.crt", None) == codes(None, signed / "server.key") == ["certificate.half"]
    for certificate, key in (("ca.crt", "server.key"), ("nothing.crt", "server.key"), ("server.crt", "server.csr")):
        assert codes(signed / certificate, signed / key) == ["certificate.unfit"]
    assert codes(signed / "server.crt", locked) == ["certificate.unfit"]
