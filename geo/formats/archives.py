"""Refuse zip files that would unpack to an absurd size, whatever format they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.faults import Fault

if TYPE_CHECKING:
    import zipfile

MAX_UNZIPPED_BYTES = 2 * 1024**3
#: Tables of blanks shrink a lot in honest files, so the ratio is held only against contents above a size.
MAX_RATIO, RATIO_FROM_BYTES = 200, 16 * 1024**2
MAX_MEMBERS = 2000
CHUNK = 1024**2


def refuse_archive(members: list[zipfile.ZipInfo]) -> Fault | None:
    """Return why an archive is not to be unpacked, by the sizes its directory states; None where nothing is odd.

    >>> import io, zipfile
    >>> archive = zipfile.ZipFile(io.BytesIO(), "w")
    >>> archive.writestr("a.txt", "a")
    >>> refuse_archive(archive.infolist()) is None
    True
    """
    total = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if len(members) > MAX_MEMBERS or total > MAX_UNZIPPED_BYTES:
        return bomb(f"{len(members)} × {total / 1024**2:.0f} MB")
    if total > RATIO_FROM_BYTES and total / packed > MAX_RATIO:
        return bomb(f"{total / packed:.0f} : 1")
    if any(member.flag_bits & 1 for member in members):
        return Fault("zip.encrypted", "压缩包有密码", "the zip file has a password", "先解压", "unpack it first")
    return None


def bomb(value: str) -> Fault:
    """Return the fault of an archive that is refused for its size; ``value`` says what was odd.

    >>> bomb("1000 : 1").code
    'zip.bomb'
    """
    return Fault(
        "zip.bomb",
        "压缩包展开后大得离谱，未解压",
        "the zip file would unpack to an absurd size; it was not unpacked",
        f"给出不超过 {MAX_UNZIPPED_BYTES // 1024**2} MB 的未压缩文件",
        f"give the unpacked file, of {MAX_UNZIPPED_BYTES // 1024**2} MB at most",
        value=value,
    )
