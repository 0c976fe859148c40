"""Read what commands are given as text: files in UTF-8, lists between commas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from pathlib import Path


def text_of(path: Path) -> str:
    """Return the text of a file, without the mark that editors on Windows put before UTF-8.

    Raises
    ------
    BadInputError
        It is not there, cannot be read, or is no text in UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInputError([
            Fault("file.cannot_read", f"不能读取：{why}", f"cannot be read: {why}", "核对路径，文件用 UTF-8 编码",
                  "check the path; the file must be UTF-8", file=path.name)
        ]) from error  # fmt: skip


def parts_of(text: str) -> list[str]:
    """Return what stands between commas, wide ones too; nothing of what is empty.

    >>> parts_of("W1, G1，H1、 ")
    ['W1', 'G1', 'H1']
    """
    return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
