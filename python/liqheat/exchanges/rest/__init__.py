"""What venues answer over REST, through ccxt."""
