"""Venues on this machine: they speak the venues' REST and WebSocket protocols, and misbehave on order.

Nothing leaves 127.0.0.1. ``with VenueDouble(SyntheticMarket(...)) as double:`` serves a fixed moment,
``VenueDouble(RunningMarket(...))`` a market that moves; ``double.exchange_factory`` makes ccxt and ccxt.pro exchanges
that can reach nothing else, ``double.base_url`` is an address for those that are told one.

    market = RunningMarket(history_days=10, speed=300)      # a 5-minute bar each second; speed=0 stands until step()
    with VenueDouble(market, stream_speed=5) as double:
        client = VenueClient(find_venue("bybit", LINEAR), exchange_factory=double.exchange_factory)
        double.misbehave(Fault.too_many("/v5/market/kline", retry_after="3"))
        double.misbehave(StreamFault.cut_mid_frame("bybit", "kline", after_messages=5))
        double.clock_offset_ms["okx"] = 180_000
        double.wait_subscribed("bybit", "allLiquidation")
        due = double.push_liquidations("bybit", [(None, True, 66_000.0, 1.5)])      # what a client must end with
"""

from tests.support.venue_double.addresses import point_at
from tests.support.venue_double.faults import Fault
from tests.support.venue_double.market import SyntheticMarket
from tests.support.venue_double.replay import ReplayVenue, recorded_answers
from tests.support.venue_double.running import RunningMarket
from tests.support.venue_double.server import VenueDouble
from tests.support.venue_double.stream_faults import StreamFault
from tests.support.venue_double.streams import Liquidation

__all__ = [
    "Fault",
    "Liquidation",
    "ReplayVenue",
    "RunningMarket",
    "StreamFault",
    "SyntheticMarket",
    "VenueDouble",
    "point_at",
    "recorded_answers",
]
