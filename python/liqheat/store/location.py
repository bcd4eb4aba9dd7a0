"""Where the history is kept unless told otherwise."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def default_store_url() -> str:
    """Folder ``history`` of the user's data folder; nothing is created.

    Examples
    --------
    >>> default_store_url().endswith("history")
    True
    """
    return str(Path(platformdirs.user_data_dir("liqheat", appauthor=False)) / "history")
