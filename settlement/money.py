"""Amounts as people type them: exact, in major units, without floating point."""

import re

from qtm.runtime import MOST_MINOR
from qtm.words import EXPONENTS, money


class NotMoney(ValueError):
    """What was typed is no amount; the text is a sentence for who typed it."""


def minor(typed: str, currency: str) -> int:
    """What was typed as an integer of the currency's minor units: 180.00 EUR is 18000, 1200 JPY is 1200."""
    decimals = EXPONENTS[currency]
    found = re.fullmatch(r"([0-9]{1,15})(?:\.([0-9]+))?", typed.strip())
    if not found or len(found[2] or "") not in (0, decimals):
        raise NotMoney(
            f"Write the amount with digits and a point, like {plain(18000 * 10**decimals // 100, currency)}: {_decimals(currency)}."
        )
    amount: int = int(found[1]) * 10**decimals + int(found[2] or 0)
    if not 0 < amount <= MOST_MINOR:
        raise NotMoney(f"The amount is more than nothing, and at most {money(MOST_MINOR, currency)}.")
    return amount


def plain(amount_minor: int, currency: str) -> str:
    """An amount as somebody would type it: 180.00, 1200."""
    return money(amount_minor, currency).replace(",", "").removesuffix(f" {currency}")


def _decimals(currency: str) -> str:
    """How many decimals a currency has, in words."""
    count = EXPONENTS[currency]
    return f"{currency} has {count} decimals" if count else f"{currency} has no decimals"
