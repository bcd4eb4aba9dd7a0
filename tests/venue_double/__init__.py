"""Venues on this machine: they speak the venues' REST and WebSocket protocols, and misbehave on order.

Nothing leaves 127.0.0.1. ``with VenueDouble(SyntheticMarket(...)) as double:`` serves a fixed moment,
``VenueDouble(RunningMarket(...))`` a market that moves; ``double.exchange_factory`` makes ccxt and ccxt.pro exchanges
that can reach nothing else, ``double.base_url`` is an address for those that are told one.
"""

from .faults import Fault
from .market import SyntheticMarket
from .running import RunningMarket
from .server import VenueDouble, point_at
from .stream_faults import StreamFault
from .streams import Liquidation

__all__ = ["Fault", "Liquidation", "RunningMarket", "StreamFault", "SyntheticMarket", "VenueDouble", "point_at"]
