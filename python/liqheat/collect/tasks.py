"""Waiting for tasks that may be ended by others."""

from __future__ import annotations

import asyncio


async def wait_for_task(task: asyncio.Task[None]) -> None:
    """Wait for the end of a task, which ends with whoever waits, and may be cancelled apart from it.

    Raises
    ------
    Exception
        What the task raised.
    """
    try:
        await asyncio.wait({task})
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    if not task.cancelled():
        task.result()
