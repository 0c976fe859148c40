"""Read what a deployment may choose from the environment, once, when `Settings` is made."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

import maps
from api.tile_service import tile_hosts
from geo.faults import BadInputError, Fault

CLIENT_FOLDER = Path(maps.__file__).parent / "web" / "dist"


class Settings(BaseSettings):
    """What a deployment may choose; each name is an environment variable with the prefix ``COTRENCH_``.

    Every setting is explained in ``api/package.md``; a test holds the two together.

    Examples
    --------
    >>> Settings(port=8100).port
    8100
    """

    model_config = SettingsConfigDict(env_prefix="COTRENCH_", frozen=True, extra="ignore")

    database_url: str | None = Field(
        default=None, description="The store; without it the SQLite file of the data folder."
    )
    data: Path = Field(default=Path("data"), description="The folder of everything that is kept on disk.")
    host: str = Field(default="127.0.0.1", description="The address to listen on; others than loopback need accounts.")
    hosts: str = Field(default="", description="Names under which others reach it, separated by commas.")
    demo: bool = Field(default=False, description="Whether the sample county is shown with ready-made accounts.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    certificate: Path | None = Field(default=None, description="The certificate for HTTPS, its chain in the same file.")
    certificate_key: Path | None = Field(default=None, description="The private key of the certificate.")
    body_limit: int = Field(default=10_000_000, gt=0, description="Bytes a request's body may have.")
    assessment_limit: int = Field(default=64_000_000, gt=0, description="Bytes the body of an assessment may have.")
    poll_seconds: float = Field(default=1.0, gt=0, description="Seconds between looks for writes of other processes.")
    tick_seconds: float = Field(default=20.0, gt=0, description="Seconds between looks for what came due.")
    client: Path = Field(default=CLIENT_FOLDER, description="The folder of the built web client.")

    tiles: str = Field(default="", description="A tile service under the county's layers: {z} {x} {y}; empty: none.")
    tiles_attribution: str = Field(default="", description="Whose the tiles are, told on the map.")
    tiles_projection: Literal["EPSG:3857", "EPSG:4490"] = Field(
        default="EPSG:3857", description="The projection of the tiles; EPSG:4490 is that of CGCS2000 in degrees."
    )
    tiles_zoom: int = Field(default=18, ge=0, le=24, description="The finest zoom that the tile service has.")

    @field_validator("tiles")
    @classmethod
    def _names_tiles(cls, given: str) -> str:
        tile_hosts(given.strip())
        return given.strip()

    @property
    def host_names(self) -> frozenset[str]:
        """The names of ``hosts``, in lower case and without brackets.

        >>> sorted(Settings(hosts="Map.County.example, [2001:db8::1]").host_names)
        ['2001:db8::1', 'map.county.example']
        """
        return frozenset(name.strip().strip("[]").lower() for name in self.hosts.split(",") if name.strip())


def chosen(**given: Any) -> Settings:  # noqa: ANN401 - the settings have several types
    """Return the settings of the environment, those ``given`` before them.

    Raises
    ------
    BadInputError
        With every variable that cannot be understood.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = [
            Fault(
                "setting.invalid",
                f"环境变量的值不能用：{entry['msg']}",
                f"the value of the variable cannot be used: {entry['msg']}",
                "改正它，或去掉它以用默认值",
                "mend it, or unset it to have the default",
                field="COTRENCH_" + ".".join(str(part) for part in entry["loc"]).upper(),
                value=entry["input"],
            )
            for entry in error.errors()
        ]
        raise BadInputError(faults) from error


def is_reached_from_outside(settings: Settings) -> bool:
    """Tell whether others than this machine are let in: by the address, or by a name that a proxy passes on.

    >>> is_reached_from_outside(Settings()), is_reached_from_outside(Settings(hosts="map.county.example"))
    (False, True)
    """
    return not is_loopback(settings.host) or bool(settings.host_names)


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this machine only: ``localhost`` or an address of 127.0.0.0/8 or ``::1``.

    A name other than ``localhost`` is not looked up: what it resolves to may change.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "example.com", "")]
    [True, True, True, False, False, False]
    """
    bare = host.strip("[]")
    if bare.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False
