const NAMES: Record<string, string> = {
  binanceusdm: 'Binance',
  binancecoinm: 'Binance COIN-M',
  bybit: 'Bybit',
  okx: 'OKX',
  bitget: 'Bitget',
  gate: 'Gate',
  kucoinfutures: 'KuCoin',
  htx: 'HTX',
  mexc: 'MEXC',
  hyperliquid: 'Hyperliquid',
  dydx: 'dYdX',
  deribit: 'Deribit',
  krakenfutures: 'Kraken',
  all: 'All venues',
};

/** What people call a venue: its id where no name is known. */
export function venueName(venue: string): string {
  return NAMES[venue] ?? venue;
}
