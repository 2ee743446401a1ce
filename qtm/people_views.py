"""The pages of the people: roles on the network, members, invitations, and links that are shown once."""

from django.contrib.auth import login
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from qtm.doors import blame
from qtm.forms import ComeInForm, GiveForm, InviteForm, RoleForm
from qtm.models import Invitation, Membership
from qtm.pages import A_PAGE, asked, done, keeping, noted, one, operator_of, posted, shown_once
from qtm.people import Keeper, everybody, living_membership, roles_of
from qtm.people_invited import come_in, open_invitation, open_invitations
from qtm.refusals import Forbidden, Invalid
from qtm.roles import MEMBER, NETWORK
from qtm.signed import Signed
from qtm.typed import pressed, typed_before
from qtm.workforce_pages import work_of


@keeping
def everyone(request: Signed, keeper: Keeper) -> HttpResponse:
    """Everybody by name, with their roles; those of the network first of all."""
    if not keeper.network:
        raise Forbidden("The network's people are not yours to keep.")
    sought = request.GET.get("q", "")
    found = (
        everybody(keeper, sought)
        if sought.strip()
        else everybody(keeper, "").filter(groups__name__in=NETWORK).distinct()
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    said = {
        "keeper": keeper,
        "page": page,
        "asked": sought,
        "invitations": open_invitations(None),
        "keeps_roles": keeper.over(None),
    }
    return render(request, "qtm/everyone.html", said)


@never_cache
@keeping
def invite(request: Signed, keeper: Keeper, pk: int | None = None) -> HttpResponse:
    """Invite somebody to an operator, or to a role on the network; the link is shown once."""
    row = operator_of(keeper, pk) if pk else None
    roles = [role for role in (MEMBER if row else NETWORK) if keeper.over(row, role)]
    if not roles:
        raise Forbidden("Roles on the network are given by admins.")
    form = InviteForm(posted(request), roles=roles, initial=typed_before(request))
    back = row.page if row else reverse("everyone")
    if request.method == "POST" and form.is_valid():
        made, token = keeper.invite(row, form.cleaned_data["role"], form.cleaned_data["name"])
        link = request.build_absolute_uri(reverse("invited", args=[token]))
        return shown_once(
            request,
            link,
            f"An invitation for {made.name}",
            f"It lets one person in as {made}, once, within seven days.",
            back,
        )
    return asked(request, form, f"Invite somebody to {row or 'the network'}", "Make the invitation", back=back)


@pressed
@keeping
def withdraw(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Let an invitation lead nowhere."""
    mine = Q(operator__in=keeper.operators()) | (Q(operator=None) if keeper.over(None) else Q(pk=None))
    invitation = one(Invitation.objects.filter(mine, pk=pk).select_related("operator"))
    keeper.withdraw(invitation)
    return done(
        request,
        "The invitation leads nowhere now.",
        invitation.operator.page if invitation.operator else reverse("everyone"),
    )


@pressed
@keeping
def end(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """End a membership."""
    membership = one(
        Membership.objects.filter(operator__in=keeper.operators(), pk=pk).select_related("operator", "user")
    )
    keeper.end(membership)
    return done(
        request, f"{membership.user} does not belong to {membership.operator} any more.", membership.operator.page
    )


@pressed
@keeping
def make(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Let a member be owner or worker from now on."""
    membership = one(
        Membership.objects.filter(operator__in=keeper.operators(), pk=pk).select_related("operator", "user")
    )
    keeper.make(membership, role_in(request))
    return done(request, "Done: the role is changed.", membership.operator.page)


@keeping
def person(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """One person: where they belong, what they hold, and what was done to it."""
    row = one(keeper.people().filter(pk=pk).prefetch_related("groups"))
    held, membership, keeps_roles = roles_of(row), living_membership(row), keeper.over(None)
    chosen = typed_before(request, reverse("give_role", args=[pk]))
    said = {
        "keeper": keeper,
        "person": row,
        "membership": membership,
        "roles": held,
        "keeps_roles": keeps_roles,
        "give": GiveForm(held=held, initial=chosen) if keeps_roles and row != request.user else None,
        "may_reset": keeper.may_reset(row),
        "may_end": membership and keeper.over(membership.operator, membership.role),
        "may_make": membership and keeper.over(membership.operator, "owner"),
        "may_close": keeper.may_close(row),
        "work": work_of(membership.operator, row) if membership and keeper.over(membership.operator) else None,
        "log": [noted(note) for note in row.notes.select_related("by")[:A_PAGE]],
    }
    return render(request, "qtm/person.html", said)


@pressed
@keeping
def give(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Give somebody a role on the network."""
    row = one(keeper.people().filter(pk=pk))
    keeper.give(row, role_in(request))
    return done(request, f"{row} holds it from now on.", reverse("person", args=[pk]))


@pressed
@keeping
def take(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Take a role on the network back."""
    row = one(keeper.people().filter(pk=pk))
    keeper.take(row, role_in(request))
    return done(request, f"{row} does not hold it any more.", reverse("person", args=[pk]))


@pressed
@keeping
def close(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Close somebody's account."""
    row = one(keeper.people().filter(pk=pk))
    keeper.close(row)
    return done(request, f"The account of {row} is closed.", reverse("person", args=[pk]))


@pressed
@keeping
def reopen(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Open somebody's account again."""
    row = one(keeper.people().filter(pk=pk))
    keeper.reopen(row)
    return done(request, f"The account of {row} is open again.", reverse("person", args=[pk]))


@never_cache
@pressed
@keeping
def reset(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Make a one-time link for a new password; it is shown once."""
    row = one(keeper.people().filter(pk=pk))
    link = request.build_absolute_uri(keeper.reset_path(row))
    says = "It lets them choose a new password, once, within three days. The old one holds until then."
    return shown_once(request, link, f"A new password for {row}", says, reverse("person", args=[pk]))


@sensitive_post_parameters()
@never_cache
def invited(request: Signed, token: str) -> HttpResponse:
    """Who was invited comes in: as somebody new, or as who is signed in."""
    invitation = open_invitation(token)
    if invitation is None:
        return render(request, "registration/invited.html", {"form": None}, status=410)
    known = request.user.is_authenticated
    form = None if known else ComeInForm(posted(request))
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            person = come_in(invitation, lambda: form.save() if form else request.user)
            login(request, person, backend="django.contrib.auth.backends.ModelBackend")
            request.session.set_expiry(None)
            return redirect("home")
        except Invalid as invalid:
            if form is None:
                raise
            blame(form, invalid)
    said = {
        "form": form,
        "known": known,
        "invitation": invitation,
        "operator": invitation.operator,
        "inviter": invitation.inviter,
    }
    return render(request, "registration/invited.html", said, status=422 if form and form.errors else 200)


def role_in(request: HttpRequest) -> str:
    """The role that a button names."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid({"role": "Name a role."})
    return str(form.cleaned_data["role"])
