"""The models that come with the package: each a LiteRT file and the card beside it."""
