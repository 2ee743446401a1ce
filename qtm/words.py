"""Words for numbers: ages, moments, money and sizes, the same on every page."""

from datetime import UTC, date, datetime, timedelta, tzinfo

# ISO 4217: every currency in use, with the number of its decimals.
EXPONENTS = dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0)
EXPONENTS |= dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0)
EXPONENTS |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
EXPONENTS |= dict.fromkeys(("CLF", "UYW"), 4)
HUNDREDTHS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR
FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
EXPONENTS |= dict.fromkeys(HUNDREDTHS.split(), 2)


def span(length: timedelta) -> str:
    """A length of time in its largest unit: 40 min, 3 h, 2 d."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 24 * 60 else f"{minutes // (24 * 60):,} d"


def lasted(seconds: int) -> str:
    """How long something took, to the minute: under a minute, 12 min, 1 h 05 min."""
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"{hours:,} h {minutes:02} min"
    return f"{minutes} min" if minutes else "under a minute"


def age(then: datetime, now: datetime) -> str:
    """How long ago something was, or how soon it will be."""
    if abs(now - then) < timedelta(minutes=1):
        return "just now"
    return span(now - then) if then < now else f"in {span(then - now)}"


def moment(then: datetime, now: datetime, zone: tzinfo) -> str:
    """When something was, in the zone of the place: 10:41 today, or 24 Nov 2026, 11:52."""
    there = then.astimezone(zone)
    days = (now.astimezone(zone).date() - there.date()).days
    if near := {0: "today", 1: "yesterday", -1: "tomorrow"}.get(days):
        return f"{there:%H:%M} {near}"
    return f"{there.day} {there:%b %Y, %H:%M}"


def day(then: date, today: date) -> str:
    """A day as people say it: today, tomorrow, or Fri 27 Nov 2026."""
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}.get((today - then).days)
    return near or f"{then:%a} {then.day} {then:%b %Y}"


def window(starts: datetime, ends: datetime, now: datetime, zone: tzinfo) -> str:
    """From when until when, in the zone of the place: 10:00–12:00 today, or 22:00 today – 02:00 tomorrow."""
    begin, end, today = starts.astimezone(zone), ends.astimezone(zone), now.astimezone(zone).date()
    if begin.date() == end.date():
        return f"{begin:%H:%M}–{end:%H:%M} {day(begin.date(), today)}"
    return " – ".join(f"{each:%H:%M} {day(each.date(), today)}" for each in (begin, end))


def exact(then: datetime) -> str:
    """When something was, to the second and in UTC, as a certificate says it."""
    there = then.astimezone(UTC)
    return f"{there.day} {there:%B %Y, %H:%M:%S} UTC"


def money(amount_minor: int, currency: str) -> str:
    """An amount of minor units with its currency: 180.00 EUR, 1,200 JPY, 4.500 KWD."""
    exponent = EXPONENTS.get(currency, 2)
    whole, rest = divmod(abs(amount_minor), 10**exponent)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{whole:,}{f'.{rest:0{exponent}}' if exponent else ''} {currency}"


def size(length_bytes: int) -> str:
    """A size of a file in decimal units: 834 B, 1.2 kB, 3.4 MB."""
    if length_bytes < 1000:
        return f"{length_bytes} B"
    amount = float(length_bytes)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95 or unit == "GB":
            break
    return f"{amount:,.1f} {unit}"
