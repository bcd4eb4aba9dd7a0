"""What venues push, through ccxt's streams."""
