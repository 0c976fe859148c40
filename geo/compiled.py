"""Compile the kernels of `geo` once, keep them on disk, and never run one that is older than its sources."""

from __future__ import annotations

import contextlib
import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from numba import njit
from numba.core.caching import FunctionCache

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")
R = TypeVar("R")

LEAST_SHARE = 10_000
"""Items that are not worth a thread of their own."""


@lru_cache(maxsize=64)
def _digest(path: str) -> str:
    return hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest()


class _KernelCache(FunctionCache):
    """Numba's cache, keyed also by the sources of the kernels that a kernel may call.

    Numba alone looks at the file of the outermost function only: it would go on running old code of a kernel that
    was inlined from another module and has been changed since.
    """

    def __init__(self, function: Callable[..., Any], sources: frozenset[str]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]  # numba's
        self._sources = tuple(sorted(sources))

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:  # noqa: ANN401 - numba's own types
        key = super()._index_key(sig, codegen)  # type: ignore[no-untyped-call]  # numba's
        return (*key, tuple(_digest(path) for path in self._sources))


def _sources(function: Callable[..., Any]) -> frozenset[str]:
    """Return the files of ``function`` and of every kernel its module has imported, and of theirs."""
    found = {function.__code__.co_filename}
    for value in function.__globals__.values():
        found |= getattr(value, "kernel_sources", frozenset())
    return frozenset(found)


def kernel(function: F) -> F:
    """Compile ``function`` without Python objects and without the interpreter's lock, cached on disk.

    Arithmetic stays that of IEEE 754 (no ``fastmath``), so that results do not depend on the machine's vector width.
    Pass C-contiguous, writable arrays of ``float64``, ``int64`` or ``bool`` only: every other type is one more
    compilation of some seconds. Import the kernels of other modules at the top of the module, by name.

    Examples
    --------
    >>> import numpy as np
    >>> @kernel
    ... def total(values):
    ...     result = 0.0
    ...     for value in values:
    ...         result += value
    ...     return result
    >>> total(np.array([1.0, 2.0]))
    3.0
    """
    dispatcher: Any = njit(nogil=True, error_model="numpy")(function)
    dispatcher.kernel_sources = _sources(function)
    if Path(function.__code__.co_filename).exists():  # a doctest has no file to keep a cache beside
        with contextlib.suppress(RuntimeError):  # no writable folder at all: compile in each process, but work
            dispatcher._cache = _KernelCache(function, dispatcher.kernel_sources)  # noqa: SLF001 - as enable_caching
    return dispatcher  # type: ignore[no-any-return]  # to its callers the kernel is the function that was written


def in_shares(work: Callable[[int, int, int], R], n: int, workers: int) -> list[R]:
    """Return ``work(share, first, last)`` of equal shares of ``0 .. n``, one a thread, in order.

    There is one share only where ``n`` is small.

    Examples
    --------
    >>> in_shares(lambda share, first, last: (share, first, last), 90_000, workers=2)
    [(0, 0, 45000), (1, 45000, 90000)]
    >>> in_shares(lambda share, first, last: (share, first, last), 3, workers=2)
    [(0, 0, 3)]
    """
    shares = max(1, min(workers, n // LEAST_SHARE))
    bounds = [n * share // shares for share in range(shares + 1)]
    if shares == 1:
        return [work(0, 0, n)]
    with ThreadPoolExecutor(shares) as pool:
        return list(pool.map(work, range(shares), bounds[:-1], bounds[1:]))


def each(work: Callable[[int], R], n: int, workers: int) -> list[R]:
    """Return ``work(i)`` for each of ``0 .. n - 1``, in order; a thread that is done takes the next one.

    Examples
    --------
    >>> each(lambda i: i * i, 4, workers=2)
    [0, 1, 4, 9]
    """
    if workers <= 1 or n <= 1:
        return [work(i) for i in range(n)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(n)))
