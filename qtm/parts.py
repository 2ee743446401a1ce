"""The parts of the product, each with the same honest word as the surfaces: planned, partial or live."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what it is, how far it is, and what it lacks."""

    name: str
    status: str
    lacks: str = ""


PARTS = [
    Part("Public request forms and tracking", "live"),
    Part("Import of requests", "partial", "Open311 JSON files by a command; no live connection yet."),
    Part("Governance Console and Task Inbox", "live"),
    Part(
        "Desk and Jobs page",
        "partial",
        "They work without network in Chromium; in other browsers that is untried. What waits is sent while a page is open.",
    ),
    Part("Calendar feed", "live"),
    Part("Overview", "live"),
    Part("Evidence", "live"),
    Part("Records", "live"),
    Part("Proof of Records", "partial", "Nobody outside vouches for the log until a witness is named."),
    Part("⭐ Signal", "live"),
    Part("Settlement", "partial", "One amount for a Record, kept by people; no payment provider."),
    Part("Double-entry ledger", "planned"),
    Part("Omni", "partial", "Plain rules over what waits; it interprets no trends yet."),
    Part("Links between cases", "live"),
    Part("E-mail", "live"),
    Part("Messages by other ways than e-mail", "planned"),
    Part("Passkeys and second factors", "planned"),
    Part("Interface for other programs", "planned"),
]
