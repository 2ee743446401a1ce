"""Keeping people: invitations, members, roles on the network and one-time links; every verb asks first, and leaves a note."""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from qtm.acts import acting
from qtm.models import Invitation, Membership, Operator, PersonNote, User
from qtm.refusals import Conflict, Forbidden, Invalid, Lawless
from qtm.roles import MEMBER, NETWORK
from qtm.tokens import standing_token


def digest(token: str) -> str:
    """How the token of an invitation is kept: never as it is."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def roles_of(person: User) -> list[str]:
    """A person's roles on the network, in the order of the table."""
    held = {group.name for group in person.groups.all()}
    return [role for role in NETWORK if role in held]


def last_admin(person: User) -> bool:
    """Whether a person is an admin, and no other open account is one."""
    admins = User.objects.filter(groups__name="admin", is_active=True).values_list("pk", flat=True)
    return set(admins) <= {person.pk} and person.groups.filter(name="admin").exists()


def living_membership(person: User) -> Membership | None:
    """Where a person belongs now."""
    return person.memberships.filter(left_at=None).select_related("operator").first()


@dataclass(frozen=True, slots=True)
class Keeper:
    """What one person may do about others. Nobody raises themselves, and nobody opens what is above them."""

    user: User

    def over(self, operator: Operator | None) -> str:
        """By what this person keeps the people of an operator, or those of the network; empty where they do not."""
        standing = self.user.standing
        if operator is None:
            return standing.holds("qtm.keep_roles")
        return standing.holds("qtm.keep_people") or standing.holds("qtm.keep_people", operator.pk)

    @property
    def network(self) -> str:
        """By what this person keeps the people of every operator."""
        return self.user.standing.holds("qtm.keep_people")

    def operators(self) -> QuerySet[Operator]:
        """The operators whose people this person keeps."""
        standing = self.user.standing
        if self.network:
            return Operator.objects.all()
        if standing.operator and self.over(standing.operator):
            return Operator.objects.filter(pk=standing.operator.pk)
        return Operator.objects.none()

    def people(self) -> QuerySet[User]:
        """The people whom this person may look up."""
        if self.network:
            return User.objects.all()
        return User.objects.filter(
            memberships__in=Membership.objects.filter(left_at=None, operator__in=self.operators())
        )

    def may_reset(self, person: User) -> str:
        """By what this person may hand somebody a link for a new password; never upwards, and never to themselves."""
        if person == self.user or person.is_superuser or not person.is_active:
            return ""
        if person.is_staff or roles_of(person):
            return self.over(None)
        membership = living_membership(person)
        return self.over(membership.operator) if membership else self.network

    @contextmanager
    def noting(
        self, authority: str, said: str, *, person: User | None = None, operator: Operator | None = None
    ) -> Iterator[None]:
        """One act of keeping people, with its authority and its note; 403 without authority."""
        if not authority:
            raise Forbidden("These people are not yours to keep.")
        with acting(self.user, via="people", authority=authority):
            yield
            PersonNote.noted(person=person, operator=operator, said=said)

    def take_in(self, **details: Any) -> Operator:
        """An operator applies: it is put on file, to be reviewed."""
        if not self.network:
            raise Forbidden("Operators are taken in by those who keep the network's people.")
        with acting(self.user, via="people", authority=self.network):
            return Operator.born(**details)

    def amend(self, operator: Operator, details: Mapping[str, Any]) -> None:
        """Put the name or the contact of an operator right; what it was before stays in the note."""
        was = {name: getattr(operator, name) for name, value in details.items() if getattr(operator, name) != value}
        if was:
            said = f"changed the details; before: {', '.join(f'{name} “{value}”' for name, value in was.items())}"
            with self.noting(self.over(operator), said[:300], operator=operator):
                Operator.objects.filter(pk=operator.pk).update(**{name: details[name] for name in was})

    def invite(self, operator: Operator | None, role: str, name: str) -> tuple[Invitation, str]:
        """An invitation and its token, which is told once and kept nowhere."""
        if role not in (MEMBER if operator else NETWORK):
            raise Invalid({"role": "There is no such role."})
        with self.noting(self.over(operator), f"invited {name} as {role}", operator=operator):
            return new_invitation(name, role, operator, self.user)

    def withdraw(self, invitation: Invitation) -> None:
        """Let an invitation lead nowhere."""
        with self.noting(
            self.over(invitation.operator),
            f"withdrew the invitation of {invitation.name}",
            operator=invitation.operator,
        ):
            if not invitation.spend():
                raise Conflict(sentence="This invitation was used or withdrawn already.")

    def end(self, membership: Membership) -> None:
        """End a membership, and with it all that it allowed."""
        self._not_oneself(membership.user)
        with self._living(membership, f"ended the membership as {membership}"):
            membership.leave()

    def make(self, membership: Membership, role: str) -> None:
        """Let a member be owner or worker from now on."""
        self._not_oneself(membership.user)
        if role not in MEMBER:
            raise Invalid({"role": "There is no such role."})
        with self._living(membership, f"made {role} of {membership.operator}"):
            membership.leave()
            Membership.join(membership.user, membership.operator, role)

    @contextmanager
    def _living(self, membership: Membership, said: str) -> Iterator[None]:
        """An act on a membership that has not ended, held until it is done."""
        with self.noting(self.over(membership.operator), said, person=membership.user, operator=membership.operator):
            if not Membership.objects.select_for_update().filter(pk=membership.pk, left_at=None).exists():
                raise Conflict(sentence="This membership has ended or changed already.")
            yield

    def give(self, person: User, role: str) -> None:
        """Give a role on the network."""
        self._not_oneself(person)
        if role not in NETWORK:
            raise Invalid({"role": "There is no such role."})
        with self.noting(self.over(None), f"gave the role {role}", person=person):
            refuse_both_sides(person, network=True)
            person.groups.add(Group.objects.get(name=role))

    def take(self, person: User, role: str) -> None:
        """Take a role on the network back; one admin stays."""
        with self.noting(self.over(None), f"took the role {role} back", person=person):
            group = Group.objects.select_for_update().get(name=role) if role in NETWORK else None
            if group is None or not person.groups.filter(pk=group.pk).exists():
                raise Conflict(sentence=f"{person} does not hold the role {role}.")
            if role == "admin" and last_admin(person):
                raise Lawless("This is the last admin. Make another one first.")
            person.groups.remove(group)

    def reset_path(self, person: User) -> str:
        """A path that lets somebody choose a new password, once and for some days."""
        with self.noting(self.may_reset(person), "made a one-time link for a new password", person=person):
            uid = urlsafe_base64_encode(force_bytes(person.pk))
            return reverse("password_reset_confirm", args=[uid, standing_token.make_token(person)])

    def _not_oneself(self, person: User) -> None:
        """What raises or ends is done by somebody else."""
        if person == self.user:
            raise Forbidden("This concerns yourself: somebody else who keeps people does it.")


def refuse_both_sides(person: User, *, network: bool) -> None:
    """Whoever governs the network works for no operator, and the other way round."""
    User.objects.select_for_update().get(pk=person.pk)  # two acts at once would each see the other's half missing
    if network and (membership := living_membership(person)):
        raise Lawless(f"{person} is {membership}. Whoever has a role on the network works for no operator.")
    if not network and roles_of(person):
        raise Lawless(f"{person} has a role on the network, and so works for no operator.")


def new_invitation(
    name: str, role: str, operator: Operator | None = None, inviter: User | None = None
) -> tuple[Invitation, str]:
    """An invitation for some days, of which only the digest of its token is kept."""
    token = secrets.token_urlsafe(24)
    made = Invitation(token_sha256=digest(token), name=name, operator=operator, role=role, inviter=inviter)
    made.expires_at = timezone.now() + Invitation.LASTS
    made.save()
    return made, token


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
    authority = f"{Keeper(inviter).over(invitation.operator)}, {inviter}" if inviter else "made at the machine"
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


def everybody(keeper: Keeper, words: str) -> QuerySet[User]:
    """People by name, as far as a keeper may look them up."""
    found = keeper.people().order_by("first_name", "last_name", "username").prefetch_related("groups")
    for word in words.replace("\0", "").split()[:5]:
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username__icontains=word))
    return found
