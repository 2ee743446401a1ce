"""Coming in by an invitation: a link that lets one person in, once, as long as who made it may still say so."""

from collections.abc import Callable

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from qtm.acts import acting
from qtm.models import Invitation, Membership, Operator, PersonNote, User
from qtm.people import Keeper, digest, refuse_both_sides
from qtm.refusals import Conflict, Forbidden, Invalid


def open_invitation(token: str) -> Invitation | None:
    """The invitation of a token, while it can be used."""
    living = Invitation.objects.filter(spent_at=None, expires_at__gt=timezone.now()).exclude(inviter__is_active=False)
    return living.select_related("operator", "inviter").filter(token_sha256=digest(token)).first()


def open_invitations(operator: Operator | None) -> QuerySet[Invitation]:
    """The invitations that nobody has used yet."""
    return Invitation.objects.filter(operator=operator, spent_at=None, expires_at__gt=timezone.now()).select_related(
        "inviter", "operator"
    )


def come_in(invitation: Invitation, who: Callable[[], User]) -> User:
    """Use an invitation: of several presses one comes in, and the others change nothing."""
    try:
        with transaction.atomic():
            if not invitation.spend():
                raise Conflict(sentence="This invitation was used a moment ago, or is too old. Ask for another one.")
            person = who()
            Invitation.objects.filter(pk=invitation.pk).update(user=person)
            _join(invitation, person)
    except IntegrityError as error:
        raise Invalid({"username": "Somebody was quicker and took this name. Choose another."}) from error
    return person


def _join(invitation: Invitation, person: User) -> None:
    """What the invitation says is so from now on; the inviter must still be who may say so, and somebody else."""
    inviter = invitation.inviter
    authority = (
        f"{Keeper(inviter).over(invitation.operator, invitation.role)}, {inviter}" if inviter else "made at the machine"
    )
    if person == inviter or authority.startswith(","):
        raise Forbidden(
            "Nobody invites themselves."
            if person == inviter
            else "Whoever invited you may not do so any more. Ask for another invitation."
        )
    with acting(person, via="invitation", authority=authority[:200]):
        refuse_both_sides(person, network=invitation.operator is None)
        if invitation.operator:
            Membership.join(person, invitation.operator, invitation.role)
        else:
            person.groups.add(Group.objects.get(name=invitation.role))
        PersonNote.noted(person=person, operator=invitation.operator, said=f"came in as {invitation}")
