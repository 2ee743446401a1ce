"""Keeping people: invitations, members, roles on the network and one-time links; every verb asks first, and leaves a note."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
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

    def over(self, operator: Operator | None, role: str = "") -> str:
        """By what this person keeps an operator's people of some role, or those of the network; empty where they do not."""
        standing = self.user.standing
        if operator is None:
            return standing.holds("qtm.keep_roles")
        # Owners govern: whoever gives no roles on the network would come to govern through an owner of their own making.
        above = standing.holds("qtm.keep_roles" if role == "owner" else "qtm.keep_people")
        return standing.holds("qtm.keep_people", operator.pk) or above

    @property
    def accounts(self) -> str:
        """By what this person opens and closes accounts."""
        return self.over(None) or ("superuser" if self.user.is_superuser else "")

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
        if roles_of(person):
            return self.over(None)
        membership = living_membership(person)
        return self.over(membership.operator, membership.role) if membership else self.network

    def may_close(self, person: User) -> str:
        """By what this person may open or close somebody's account; never their own, nor one that is kept at the machine."""
        return "" if person == self.user or person.is_superuser else self.accounts

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
            said = f"changed the details; before: {', '.join(f'{name} “{"" if value is None else value}”' for name, value in was.items())}"
            with self.noting(self.over(operator), said[:300], operator=operator):
                Operator.objects.filter(pk=operator.pk).update(**{name: details[name] for name in was})

    def invite(self, operator: Operator | None, role: str, name: str) -> tuple[Invitation, str]:
        """An invitation and its token, which is told once and kept nowhere."""
        if role not in (MEMBER if operator else NETWORK):
            raise Invalid({"role": "There is no such role."})
        with self.noting(self.over(operator, role), f"invited {name} as {role}", operator=operator):
            return new_invitation(name, role, operator, self.user)

    def withdraw(self, invitation: Invitation) -> None:
        """Let an invitation lead nowhere."""
        with self.noting(
            self.over(invitation.operator, invitation.role),
            f"withdrew the invitation of {invitation.name}",
            operator=invitation.operator,
        ):
            if not invitation.spend():
                raise Conflict(sentence="This invitation was used or withdrawn already.")

    def end(self, membership: Membership) -> None:
        """End a membership, and with it all that it allowed."""
        self._not_oneself(membership.user)
        with self._of_member(membership, membership.role, f"ended the membership as {membership}"):
            membership.leave()

    def make(self, membership: Membership, role: str) -> None:
        """Let a member be owner or worker from now on."""
        self._not_oneself(membership.user)
        if role not in MEMBER:
            raise Invalid({"role": "There is no such role."})
        either = "owner" if "owner" in (membership.role, role) else role
        with self._of_member(membership, either, f"made {role} of {membership.operator}"):
            membership.leave()
            Membership.join(membership.user, membership.operator, role)

    def _of_member(self, membership: Membership, role: str, said: str) -> AbstractContextManager[None]:
        """An act on somebody who is a member, and is or becomes what the role says."""
        operator = membership.operator
        return self.noting(self.over(operator, role), said, person=membership.user, operator=operator)

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
            if role == "admin":
                self._one_admin_stays(person)
            held = User.groups.through._default_manager.filter(user=person, group__name=role)
            if role not in NETWORK or not held.delete()[0]:  # of several at once one takes it
                raise Conflict(sentence=f"{person} does not hold the role {role}.")

    def close(self, person: User) -> None:
        """Close an account: nobody signs in with it, and it holds nothing; one admin stays."""
        with self.noting(self.may_close(person), "closed the account", person=person):
            self._one_admin_stays(person)
            _be_open(person, False)

    def reopen(self, person: User) -> None:
        """Open an account again, with what it holds by now."""
        with self.noting(self.may_close(person), "opened the account again", person=person):
            _be_open(person, True)

    def _one_admin_stays(self, person: User) -> None:
        """Asked while nobody else lets an admin go: whoever does so must still be who may, and another admin must stay."""
        Group.objects.select_for_update(no_key=True).get(name="admin")
        if not Keeper(self.user.anew()).accounts:
            raise Forbidden("Meanwhile this is not yours to do any more.")
        if last_admin(person):
            raise Lawless("This is the last admin. Make another one first.")

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


def _be_open(person: User, is_open: bool) -> None:
    """Open or close an account that is not so already."""
    if not User.objects.filter(pk=person.pk, is_active=not is_open).update(is_active=is_open):
        raise Conflict(sentence=f"The account of {person} is {'open' if is_open else 'closed'} already.")
    person.is_active = is_open


def new_invitation(
    name: str, role: str, operator: Operator | None = None, inviter: User | None = None
) -> tuple[Invitation, str]:
    """An invitation for some days, of which only the digest of its token is kept."""
    token = secrets.token_urlsafe(24)
    made = Invitation(token_sha256=digest(token), name=name, operator=operator, role=role, inviter=inviter)
    made.expires_at = timezone.now() + Invitation.LASTS
    made.save()
    return made, token


def everybody(keeper: Keeper, words: str) -> QuerySet[User]:
    """People by name, as far as a keeper may look them up."""
    found = keeper.people().order_by("first_name", "last_name", "username").prefetch_related("groups")
    for word in words.replace("\0", "").split()[:5]:
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username__icontains=word))
    return found
