"""Say what is in the way of serving others than this machine: nobody may come in without having signed in."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from api.identity.demo import open_to_anybody
from api.identity.people import People
from api.settings import is_reached_from_outside
from geo.faults import Fault

if TYPE_CHECKING:
    from api.db.store import Store
    from api.settings import Settings


def faults_outside(settings: Settings, store: Store) -> list[Fault]:
    """Return every reason why the service must not be reached from elsewhere; none where it is not to be.

    Tries the passwords of the ready-made accounts, which takes some tenths of a second: once, at the start.
    """
    if not is_reached_from_outside(settings):
        return []
    faults = [DEMO] if settings.demo else []
    accounts = [one for one in People(store).accounts() if one.disabled_at is None]
    if not accounts:
        faults.append(NO_ACCOUNTS.at(value=settings.host))
    elif not any("admin" in one.roles for one in accounts):
        faults.append(NO_ADMIN)
    if not settings.host_names:
        faults.append(NO_HOSTS)
    known = open_to_anybody(store)
    if known:
        faults.append(KNOWN_PASSWORDS.at(value="、".join(known)))
    return faults


def faults_of_certificate(settings: Settings) -> list[Fault]:
    """Return what is wrong with the files for HTTPS; nothing where none are given: it is served as HTTP then."""
    certificate, key = settings.certificate, settings.certificate_key
    if certificate is None or key is None:
        return [] if certificate is key else [HALF_A_PAIR]
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # an SSLError is an OSError; a locked key is a ValueError
        return [BAD_CERTIFICATE.at(value=f"{certificate}, {key}: {error}")]
    return []


HALF_A_PAIR = Fault(
    "certificate.half", "证书和私钥须一起给出", "a certificate and its key are given together",
    "设 COTRENCH_CERTIFICATE 和 COTRENCH_CERTIFICATE_KEY，或都不设",
    "set COTRENCH_CERTIFICATE and COTRENCH_CERTIFICATE_KEY, or neither", field="COTRENCH_CERTIFICATE",
)  # fmt: skip
BAD_CERTIFICATE = Fault(
    "certificate.unfit", "证书或私钥读不出，或两者不配", "the certificate or its key is unreadable, or they do not fit",
    "用 PEM 文件；私钥不加密码，只让运行服务的用户可读",
    "use PEM files; the key without a password, readable by the user alone who runs the service",
    field="COTRENCH_CERTIFICATE",
)  # fmt: skip
DEMO = Fault(
    "host.demo", "样例（--demo）只供本机试用", "a demonstration (--demo) is for this machine alone",
    "去掉 --demo，或监听 127.0.0.1 且不设 COTRENCH_HOSTS",
    "leave --demo out, or listen on 127.0.0.1 without COTRENCH_HOSTS", field="--demo",
)  # fmt: skip
NO_ACCOUNTS = Fault(
    "host.not_loopback", "还没有账号，只能监听本机",
    "there are no accounts yet, so the service listens on this machine only",
    "用 127.0.0.1；要从别处访问，先建管理员账号：cotrench user add NAME --role admin",
    "use 127.0.0.1; to be reached from elsewhere, first make an administrator: cotrench user add NAME --role admin",
    field="--host",
)  # fmt: skip
NO_ADMIN = Fault(
    "host.no_admin", "没有可用的管理员账号，不能对外服务", "there is no administrator who can sign in",
    "建一个：cotrench user add NAME --role admin", "make one: cotrench user add NAME --role admin", field="--host",
)  # fmt: skip
NO_HOSTS = Fault(
    "host.no_names", "没有写明别人用什么主机名访问", "the names under which others reach the service are not given",
    "设 COTRENCH_HOSTS，如 map.example.gov.cn，多个用逗号隔开",
    "set COTRENCH_HOSTS, such as map.example.gov.cn, several separated by commas", field="COTRENCH_HOSTS",
)  # fmt: skip
KNOWN_PASSWORDS = Fault(
    "host.known_passwords", "样例账号的密码人人可知，不能对外服务",
    "ready-made accounts still have passwords that anybody can read",
    "停用或改密码：cotrench user disable NAME，cotrench user password NAME",
    "disable them or change their passwords: cotrench user disable NAME, cotrench user password NAME",
    field="account",
)  # fmt: skip
