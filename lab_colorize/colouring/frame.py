"""At what size a photograph is shown to a network: its frame."""

from lab_colorize.colouring.models import Card

LONGEST = 4  # no side of what the network sees is more than this many times the model's side


def shown_size(shape: tuple[int, ...], card: Card) -> tuple[int, int]:
    """Height and width at which a photograph of `shape` is shown to the network of this card.

    The aspect ratio stays, and the photograph is as large as fits into a frame whose sides are multiples of the
    network's step and whose area is at most that of its square and a row of steps more: the network's time goes by the
    frame, and without that row one of 4:3 would be shown smaller than a square one. Networks of one side have one
    frame. Both numbers are multiples of `fraction`, so that the small colour planes lie exactly over the small
    photograph.
    """
    height, width = shape
    scale = max(min(high / height, wide / width) for high, wide in _frames(card))

    def fitting(length: int) -> int:
        return card.fraction * max(1, round(length * scale / card.fraction))

    return fitting(height), fitting(width)


def _frames(card: Card) -> list[tuple[int, int]]:
    if not card.resizable:
        return [(card.side, card.side)]
    longest = card.side * min(LONGEST, card.side // card.step)
    lengths = range(card.step, longest + 1, card.step)
    area = card.side * (card.side + card.step)
    return [(high, min(area // high // card.step * card.step, longest)) for high in lengths]
