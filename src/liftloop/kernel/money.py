"""Money is whole fen (分), never a float."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

Fen = NewType("Fen", int)


def fen_from_yuan(yuan: float | str | Decimal) -> Fen:
    """Return an amount in yuan as fen, half a fen rounded up.

    >>> fen_from_yuan("19.995")
    2000
    """
    return Fen(int((Decimal(str(yuan)) * 100).to_integral_value(rounding=ROUND_HALF_UP)))


def yuan_text(fen: int) -> str:
    """Return an amount for reading, with thousands separated and no needless fen.

    >>> yuan_text(20_000_000), yuan_text(1999)
    ('¥200,000', '¥19.99')
    """
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}¥{whole:,}" + (f".{rest:02d}" if rest else "")
