"""Which module computes: the Rust core, or its numpy twin with the same names and signatures."""

from __future__ import annotations

from typing import Any

import liqheat._core as _core
from liqheat.errors import UnknownNameError
from liqheat.margin import _numpy

BACKENDS: dict[str, Any] = {"rust": _core, "numpy": _numpy}


def find_backend(name: str) -> Any:
    """Return the module of a backend."""
    backend = BACKENDS.get(name) if isinstance(name, str) else None
    if backend is None:
        raise UnknownNameError("backend", f"must be one of {', '.join(BACKENDS)}", name)
    return backend
