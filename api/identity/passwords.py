"""Hash passwords, try them, and say what is wrong with one; make what nobody can guess."""

from __future__ import annotations

import functools
import hashlib
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.db.accounts import folded
from geo.faults import Fault

LEAST_LENGTH = 10
#: Longer ones are refused: every try would have to be read and hashed.
MOST_LENGTH = 1_000
TOKEN_BYTES = 32
#: 19 MiB and 2 passes (the smaller setting that OWASP gives for argon2id): about 20 ms, and many at once fit in memory.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@functools.cache
def nobodys_hash() -> str:
    """Return what is tried where there is no account, so that it takes as long; nobody knows its password."""
    return HASHER.hash(secrets.token_urlsafe(TOKEN_BYTES))


def hashed(password: str) -> str:
    """Return the argon2id hash, with its parameters and a salt of its own."""
    return HASHER.hash(_bytes(password))


def matches(password: str, kept: str) -> bool:
    """Tell whether a hash was made of this password; a kept hash that cannot be read matches nothing.

    >>> matches("Ａ-long-password", hashed("A-long-password")), matches("another one", hashed("A-long-password"))
    (True, False)
    """
    try:
        return HASHER.verify(kept, _bytes(password[:MOST_LENGTH])) and len(password) <= MOST_LENGTH
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def faults_of(password: str, name: str) -> list[Fault]:
    """Return everything that is wrong with a new password of the account with this login name.

    The password is in none of the faults: they are printed and logged.

    >>> [fault.code for fault in faults_of("short", "li.wei")], faults_of("correct horse battery", "li.wei")
    (['password.short'], [])
    """
    found = []
    if len(unicodedata.normalize("NFKC", password)) < LEAST_LENGTH:
        found.append(Fault(
            "password.short", f"密码不足 {LEAST_LENGTH} 个字符",
            f"the password has less than {LEAST_LENGTH} characters",
            f"用至少 {LEAST_LENGTH} 个字符，几个词也可以", f"use {LEAST_LENGTH} characters or more; some words will do",
            field="password",
        ))  # fmt: skip
    if len(password) > MOST_LENGTH:
        found.append(Fault(
            "password.long", f"密码超过 {MOST_LENGTH} 个字符", f"the password has more than {MOST_LENGTH} characters",
            "换一个短些的", "use a shorter one", field="password",
        ))  # fmt: skip
    if folded(password) == folded(name):
        found.append(Fault(
            "password.name", "密码与登录名相同", "the password is the login name", "换一个别人猜不到的",
            "use one that nobody can guess", field="password",
        ))  # fmt: skip
    return found


def made_password() -> str:
    """Return a password that nobody can guess: 120 bits, readable and easily typed."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"  # without those that look alike
    return "-".join("".join(secrets.choice(letters) for _ in range(6)) for _ in range(4))


def made_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def fingerprint(text: str) -> str:
    """Return SHA-256 of what was made by `made_token`, the only form in which it is kept.

    Enough for 256 random bits, which cannot be guessed; passwords need argon2.
    """
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _bytes(password: str) -> bytes:
    """Return a password as one sequence of bytes, however the keyboard composed it."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
