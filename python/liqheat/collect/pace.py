"""How patient a collector is: every wait of its work in one place."""

from __future__ import annotations

from dataclasses import dataclass, field

from liqheat.exchanges import RetryPolicy, StreamPace


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits of a `Collector`, seconds.

    Attributes
    ----------
    requests : RetryPolicy
        How a request over REST is repeated.
    streams : RetryPolicy
        First and longest wait before a stream is asked for again; it never gives up.
    retry_failed_s, retry_refused_s : float
        From a failure, or a refusal of this location, to the next attempt.
    after_close_s : float
        From the close of a bar by the venue's clock to asking for it; see `backfill.SETTLE_MS`.
    refresh_every_s : float, optional
        Ask for closed bars this often, in place of after each close.
    markets_every_s : float
        Least time between two looks at the venue's list of contracts.
    recheck_every_s : float
        Between two looks at everything: old gaps, funding, long/short ratios.
    stall_s, poll_s : float
        See `StreamPace`.
    """

    requests: RetryPolicy = field(default_factory=RetryPolicy)
    streams: RetryPolicy = field(default_factory=lambda: RetryPolicy(longest_wait_s=60.0))
    retry_failed_s: float = 30.0
    retry_refused_s: float = 600.0
    after_close_s: float = 6.0
    refresh_every_s: float | None = None
    markets_every_s: float = 300.0
    recheck_every_s: float = 3600.0
    stall_s: float = 60.0
    poll_s: float = 15.0

    @property
    def of_streams(self) -> StreamPace:
        """Waits of each stream."""
        return StreamPace(self.poll_s, self.stall_s, refused_wait_s=self.retry_refused_s, retry=self.streams)
