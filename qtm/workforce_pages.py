"""What the pages show of how people work: one's own week, what is off, and the board of all operators with their members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from qtm.models import Membership, Operator, Surface, SurfaceVersion, Transition, User
from qtm.workforce import Span, Who, end_of, minutes, said_of, start_of, theirs
from qtm.workforce_forms import WEEKDAYS
from qtm.working import Capability, DayOff, Hours, said_itself

SOON = timedelta(days=14)
A_BOARD = 20
GAPS: Mapping[str, tuple[str, Any]] = {"hours": ("no hours said", Hours), "surfaces": ("no surfaces said", Capability)}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week: its spans in words, and as bars on the line of a day."""

    name: str
    spans: Sequence[Span]

    @property
    def words(self) -> str:
        """Such as "09:00 to 12:00, 13:00 to 17:00"."""
        return ", ".join(str(Hours(opens=opens, closes=closes)) for opens, closes in self.spans)

    @property
    def bars(self) -> list[tuple[int, int]]:
        """The minute at which each begins, and how many it lasts."""
        return [(start_of(opens), end_of(closes) - start_of(opens)) for opens, closes in self.spans]


def hours_in_words(week: Sequence[Sequence[Span]] | None) -> str:
    """How much a week is: 38 h, 37.5 h; nothing where nobody said."""
    return f"{round(sum(map(minutes, week)) / 60, 2):g} h" if week else ""


@dataclass(frozen=True, slots=True)
class Work:
    """How an operator works, or one of its members: what they can do, their week, and what is off."""

    surfaces: Sequence[Capability]
    own_surfaces: bool
    week: Sequence[Day]
    hours: str
    own_hours: bool
    off: Sequence[DayOff]
    past: Sequence[DayOff]


def work_of(operator: Operator, user: User | None = None) -> Work:
    """What is said of an operator, or of a member and else of the operator; three queries."""
    who, above = (operator.pk, user.pk if user else None), (operator.pk, None)
    status = SurfaceVersion.objects.filter(surface=OuterRef("surface")).order_by("-number").values("status")[:1]
    of_both = Q(user=user) | Q(user=None)
    named = (
        Capability.objects.filter(of_both, operator=operator, until=None)
        .select_related("surface")
        .annotate(status=Subquery(status))
        .order_by("surface__name")
    )
    by_who = {key: [each for each in named if each.user_id == key[1]] for key in (who, above)}
    today = timezone.localdate()
    weeks = said_of([operator.pk], today, today).weeks
    week = theirs(weeks, who)
    off = list(DayOff.objects.filter(of_both, operator=operator).filter(_shown(today))[:60])
    return Work(
        surfaces=theirs(by_who, who) or [],
        own_surfaces=bool(by_who[who]),
        week=[Day(name, spans) for name, spans in zip(WEEKDAYS, week, strict=True)] if week else [],
        hours=hours_in_words(week),
        own_hours=who in weeks,
        off=[each for each in off if each.until is None and each.last >= today],
        past=sorted((each for each in off if each.until or each.last < today), key=lambda each: each.first)[::-1],
    )


def _shown(today: date) -> Q:
    """Days off of the last year, and all that come."""
    return Q(last__gte=today - timedelta(365))


@dataclass(frozen=True, slots=True)
class Line:
    """One operator or member on the board."""

    row: Any
    url: str
    surfaces: Sequence[Surface]
    hours: str
    off: str
    note: str = ""
    members: Sequence["Line"] = field(default_factory=list)
    together: str = ""

    @property
    def gaps(self) -> list[str]:
        """What nobody has said yet."""
        return [words for slug, (words, _) in GAPS.items() if not getattr(self, slug)]


def board(operators: Sequence[Operator], surfaces: Mapping[int, Surface]) -> list[Line]:
    """Operators with their members, as they work and are let in; three queries."""
    numbers, today = [each.pk for each in operators], timezone.localdate()
    said, why = said_of(numbers, today, today + SOON), reasons(numbers)
    living = Membership.objects.filter(operator__in=numbers, left_at=None).select_related("user")
    by_operator: dict[int, list[Membership]] = {each: [] for each in numbers}
    for membership in living.order_by("role", "joined_at"):
        by_operator[membership.operator_id].append(membership)

    def line(row: Any, url: str, who: Who, note: str, **more: Any) -> Line:
        """One of them."""
        can = sorted((surfaces[each] for each in theirs(said.surfaces, who) or ()), key=str)
        away = [*said.off.get((who[0], None), ()), *(said.off.get(who, ()) if who[1] else ())]
        return Line(row, url, can, hours_in_words(theirs(said.weeks, who)), off_in_words(away, today), note, **more)

    lines = []
    for each in operators:
        members = by_operator[each.pk]
        lines.append(
            line(
                each,
                each.page,
                (each.pk, None),
                why.get(each.pk, ""),
                members=[line(one.user, one.page, (each.pk, one.user_id), one.role) for one in members],
                together=hours_in_words(
                    [day for one in members for day in theirs(said.weeks, (each.pk, one.user_id)) or ()]
                ),
            )
        )
    return lines


def off_in_words(spans: Iterable[tuple[date, date]], today: date) -> str:
    """The next days off, as one says them."""
    nearest = min(spans, default=None)
    if nearest is None:
        return ""
    first, last = nearest
    if first <= today:
        return f"off until {last.day} {last:%b}" if last > today else "off today"
    return f"off from {first.day} {first:%b}"


def reasons(operators: Iterable[int]) -> dict[int, str]:
    """Why each operator's access is what it is, where a reason was given."""
    lines = Transition.objects.filter(case_id=None, room=Operator.label(), row_id__in=operators)
    newest = lines.order_by("row_id", "-id").distinct("row_id")
    return {line.row_id: line.reason for line in newest if line.reason}


def found(rows: QuerySet[Operator], *, state: str, surface: str, gap: str, after: str) -> QuerySet[Operator]:
    """The operators that match, by name, behind a name."""
    if state in Operator.states():
        rows = rows.filter(state=state)
    if surface:
        can = Capability.objects.filter(operator=OuterRef("pk"), until=None, surface__code=surface)
        rows = rows.filter(Exists(can))
    if gap in GAPS:
        rows = rows.filter(~said_itself(GAPS[gap][1]))
    return (rows.filter(name__gt=after) if after else rows).order_by("name")
