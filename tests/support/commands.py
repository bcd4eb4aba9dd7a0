"""The command line, run in this process."""

from __future__ import annotations

import subprocess
import sys


def run(*arguments, **options):
    code = "from liqheat.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options
    )
