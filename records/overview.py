"""What the overview counts of records: how work ended, and how often a ⭐ followed. The network's numbers, and nobody's rank."""

from datetime import datetime

from django.db.models import Count

from qtm.models import Surface, Transition
from qtm.overview.counted import Counted
from qtm.overview.declared import PACES, TALLIES, Pace, Tally
from qtm.overview.drawing import Drawn, Table, bars
from qtm.overview.figures import FIGURES, Figure
from qtm.runtime import Runtime
from records.models import Record, Signal

PACES.append(Pace("Sealed", Record, "", "sealed"))


def outcomes(after: datetime, before: datetime) -> Tally:
    """How the work ended that was sealed in a time, by surface, outcome and reason."""
    sealed = Transition.objects.filter(room=Record.label(), was="", at__gte=after, at__lt=before).values("row_id")
    words = ("event__version__surface__code", "event__outcome", "event__reason")
    counted = Record.objects.filter(pk__in=sealed).order_by().values_list(*words).annotate(number=Count("pk"))
    return [list(row) for row in counted]


TALLIES["outcomes"] = outcomes


def _outcomes(counted: Counted) -> Drawn | None:
    """How work ended, surface by surface, in the words of each surface's newest version."""
    tally, groups, rows = counted.tally("outcomes"), [], []
    for surface in Surface.objects.filter(code__in={row[0] for row in tally}):
        said: list[tuple[str, int, bool]] = []
        for label, number, reasons in _ended(
            surface.current.reads, [row[1:] for row in tally if row[0] == surface.code]
        ):
            said.append((label, number, False))
            said += [(reason, count, True) for reason, count in reasons if reason]
            rows += [(surface.name, label, reason, count) for reason, count in reasons]
        whole = sum(number for _, number, under in said if not under)
        groups.append(bars(surface.name, "execution", said, f"{whole:,}"))
    return Drawn("bars", Table(("Surface", "Outcome", "Reason", "Sealed"), rows, 3), groups) if rows else None


def _ended(reads: Runtime, tally: Tally) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Each outcome of a surface with its number and its reasons, the most frequent first; a word that it dropped stands as its code."""
    told = {each.code: each for each in reads.outcomes}
    found: dict[str, list[tuple[str, int]]] = {}
    for outcome, reason, number in tally:
        labels = {each.code: each.label for each in told[outcome].reasons} if outcome in told else {}
        found.setdefault(outcome, []).append((labels.get(reason) or reason, number))
    each = [
        (
            told[outcome].label if outcome in told else outcome,
            sum(number for _, number in reasons),
            sorted(reasons, key=lambda pair: -pair[1]),
        )
        for outcome, reasons in found.items()
    ]
    return sorted(each, key=lambda ended: -ended[1])


def _stars(counted: Counted) -> Drawn | None:
    """How many Records were sealed with a ⭐ and how many without; of the whole network."""
    sealed, given = (counted.line(room.label(), "", room.first) for room in (Record, Signal))
    if not sealed:
        return None
    counts = [("given", given, False), ("withheld", sealed - given, False)]
    rows = [(name, number) for name, number, _ in counts]
    return Drawn(
        "bars", Table(("⭐ at sealing", "Records"), rows), [bars("Sealed records", "records", counts, f"{sealed:,}")]
    )


FIGURES += [
    Figure(
        "outcomes",
        "How the work ended",
        "Every part that was sealed in the period, by its outcome and the reason given for it.",
        "No record was sealed in this time.",
        _outcomes,
        5,
    ),
    Figure(
        "stars",
        "⭐ given and withheld",
        "What the policy read from the records of the whole network. It ranks nobody.",
        "No record was sealed in this time.",
        _stars,
        6,
    ),
]
