"""The pages of the workforce: the board, and what is said of an operator or a member, for who keeps them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qtm.doors import blame
from qtm.models import Membership, Operator, Surface
from qtm.pages import asked, done, keeping, one, operator_of, posted
from qtm.people import Keeper
from qtm.refusals import Conflict, Invalid
from qtm.signed import Signed
from qtm.typed import pressed, typed_before
from qtm.workforce_forms import DayOffForm, KeptForm, SurfacesForm, WeekForm
from qtm.workforce_keeping import Kept
from qtm.workforce_pages import A_BOARD, GAPS, board, found
from qtm.working import Capability, DayOff, Hours, Said


@require_safe
@keeping
def workforce(request: Signed, keeper: Keeper) -> HttpResponse:
    """Who is there, what they can do, how much they work, who is off, and how each is let in."""
    asks = {name: request.GET.get(name, "").replace("\0", "") for name in ("state", "surface", "gap", "after")}
    surfaces = {each.pk: each for each in Surface.objects.all()}
    rows = list(found(keeper.operators(), **asks)[: A_BOARD + 1])
    said = {
        "lines": board(rows[:A_BOARD], surfaces),
        "further": rows[A_BOARD - 1].name if len(rows) > A_BOARD else "",
        "states": Operator.states(),
        "surfaces": surfaces.values(),
        "gaps": [(slug, words) for slug, (words, _) in GAPS.items()],
        "filtered": any(asks[name] for name in ("state", "surface", "gap")),
        "keeper": keeper,
        **asks,
    }
    return render(request, "qtm/workforce.html", said)


def kept_of(keeper: Keeper, pk: int, member: bool) -> tuple[Kept, str, str]:
    """Whose work it is, what they are called, and their page; 404 where it is not this keeper's."""
    if not member:
        row = operator_of(keeper, pk)
        return Kept(keeper, row), str(row), row.page
    living = Membership.objects.filter(operator__in=keeper.operators(), left_at=None, pk=pk)
    membership = one(living.select_related("user", "operator"))
    return Kept(keeper, membership.operator, membership.user), str(membership.user), membership.page


def said_by(form: KeptForm, kept: Kept, kind: type[Said], say: Callable[[str], None]) -> int:
    """Say what a form says; the status of the page that shows it again, or 302 where it is done."""
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return 422
    try:
        say(form.cleaned_data["seen"])
    except Conflict as conflict:
        anew: Any = form.data
        form.add_error(None, conflict.sentence)
        form.data = anew.copy()
        form.data["seen"] = kept.stamp(kind)  # type: ignore[index]
        return 409
    return 302


@keeping
def surfaces(request: Signed, keeper: Keeper, pk: int, member: bool = False) -> HttpResponse:
    """What an operator or a member can do."""
    kept, name, back = kept_of(keeper, pk, member)
    form = SurfacesForm(posted(request), kept=kept, initial=typed_before(request))

    def say(seen: str) -> None:
        kept.say_surfaces([form.rows[each] for each in form.cleaned_data["surfaces"]], seen)

    status = said_by(form, kept, Capability, say)
    if status == 302:
        return done(request, f"What {name} can do is kept.", back)
    said = {"form": form, "title": f"What {name} can do", "press": "Keep it", "back": back}
    return render(request, "qtm/asked.html", said, status=status)


@keeping
def hours(request: Signed, keeper: Keeper, pk: int, member: bool = False) -> HttpResponse:
    """The week of an operator or a member; one press copies Monday's line to Friday and keeps nothing yet."""
    kept, name, back = kept_of(keeper, pk, member)
    form, status = WeekForm(posted(request), kept=kept, initial=typed_before(request)), 200
    if "copy" in request.POST:
        form = WeekForm(kept=kept, initial=form.copied())
    else:
        status = said_by(form, kept, Hours, lambda seen: kept.say_hours(form.week(), seen))
    if status == 302:
        return done(request, f"The hours of {name} are kept.", back)
    said = {"form": form, "name": name, "back": back, "kept": kept}
    return render(request, "qtm/hours.html", said, status=status)


@keeping
def days_off(request: Signed, keeper: Keeper, pk: int, member: bool = False) -> HttpResponse:
    """Days off of an operator or a member."""
    kept, name, back = kept_of(keeper, pk, member)
    form = DayOffForm(posted(request), initial=typed_before(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = kept.take_off(**form.cleaned_data)
            return done(request, f"{name} is off: {made}.", back)
        except Invalid as invalid:
            blame(form, invalid)
    says = "" if member else "All members are off on these days."
    return asked(request, form, f"Days off of {name}", "Put them on file", back=back, says=says)


@pressed
@keeping
def end_days_off(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """From today on they work again."""
    row = one(DayOff.objects.filter(operator__in=keeper.operators(), pk=pk).select_related("operator", "user"))
    Kept(keeper, row.operator, row.user).end_days_off(row)
    url = row.operator.page
    if row.user and (membership := row.user.memberships.filter(operator=row.operator, left_at=None).first()):
        url = membership.page
    return done(request, "These days off are ended.", url)
