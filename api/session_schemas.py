"""Describe who is signed in, and what signing in takes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape


class PersonShape(Shape):
    """Who is signed in; ``organisation`` is its id, ``organisation_name`` what routes and cases call it."""

    id: str
    name: str
    organisation: str
    organisation_name: str
    utility: str
    department: str
    roles: list[str]


class ReadyMadeShape(Shape):
    """An account of the sample county that anybody may sign in with."""

    role: str
    name: str
    password: str
    shown: str


class SessionShape(Shape):
    """Who asks and what this one may do; without an action in ``may`` it may not."""

    mode: Literal["desk", "demo", "accounts"] = Field(
        description="`desk`: whoever sits at the machine may do everything; `demo`: the sample county; `accounts`."
    )
    person: PersonShape | None
    may: dict[str, Literal["all", "own"]]
    ready_made: list[ReadyMadeShape] = Field(description="Empty but in mode `demo`.")


class SignInRequest(Shape):
    """A login name and its password."""

    name: str
    password: str


class PasswordRequest(Shape):
    """The password as it is and as it is to be."""

    old: str
    new: str
