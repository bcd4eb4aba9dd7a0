"""The two backends of the kernels, and what every door to them checks."""

from __future__ import annotations

import os
from numbers import Integral
from typing import Any, Literal

import numpy as np

import liqheat._core as _core
from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.heatmap import _numpy

Backend = Literal["rust", "numpy"]
_BACKENDS: dict[str, Any] = {"rust": _core, "numpy": _numpy}
MOST_THREADS = 1024
N_THREADS = min(os.cpu_count() or 1, 8)


def find_kernel(backend: str) -> Any:
    """The kernel of a backend; what is none is refused."""
    if not isinstance(backend, str) or backend not in _BACKENDS:
        raise UnknownNameError("backend", f"must be one of {', '.join(_BACKENDS)}", backend)
    return _BACKENDS[backend]


def check_threads(n_threads: int, argument: str = "n_threads") -> None:
    """Refuse what is no number of threads."""
    rule = f"must be a whole number from 1 to {MOST_THREADS}"
    check_type(argument, n_threads, Integral, rule)
    if not 1 <= n_threads <= MOST_THREADS:
        raise InputError(argument, rule, n_threads)


def check_buffer(argument: str, buffer: Any, shape: tuple[int, ...], dtype: type[np.generic]) -> Any:
    """Check a caller's output buffer; return it.

    Raises
    ------
    InputError
        When it is not a writeable C-contiguous array of `shape` and `dtype`.
    """
    if not isinstance(buffer, np.ndarray) or buffer.shape != shape or buffer.dtype != dtype:
        found = f"{buffer.dtype}{buffer.shape}" if isinstance(buffer, np.ndarray) else type(buffer).__name__
        raise InputError(argument, f"must be a {np.dtype(dtype)} array of shape {shape}", found)
    if not buffer.flags.c_contiguous or not buffer.flags.writeable:
        raise InputError(argument, "must be C-contiguous and writeable", "an array that is not")
    return buffer
