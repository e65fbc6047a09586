"""The networks: a catalog of rows, and one file a network. See `catalog` for the list and README.md for why."""
