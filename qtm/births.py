"""Births: the row upstream that a row is born of, in which state, and who then stands with whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models


class Birth:
    """What both kinds of birth declare: the upstream room, the state it must be in, and who stands with whom."""

    def __init__(
        self,
        to: Any,
        stands: Mapping[str, Sequence[str]] | Sequence[str] = "",
        *,
        same: Sequence[str] = (),
        at_sealing: bool = False,
        **kwargs: Any,
    ) -> None:
        """`stands`: state of the upstream row → states of the successor it owes (empty: any); its first key is the state to be born in.

        Where it owes none, the state to be born in, or several of them.
        """
        owed = stands if isinstance(stands, Mapping) else {}
        self.stands: dict[str, list[str]] = {key: list(value) for key, value in owed.items()}
        states = list(owed)[:1] or ([stands] if isinstance(stands, str) else stands)
        self.born_in: tuple[str, ...] = tuple(states)
        self.same, self.at_sealing = tuple(same), at_sealing
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        super().__init__(to, **kwargs)  # type: ignore[call-arg]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations a plain key: the law itself is declared by the room's constraint."""
        name, _, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{self.plain}", args, kwargs  # type: ignore[attr-defined]

    def clone(self) -> Any:
        """A copy of the declaration, births and all."""
        _, _, args, kwargs = self.deconstruct()
        return type(self)(
            args[0] if args else kwargs.pop("to"),
            self.stands or self.born_in,
            same=self.same,
            at_sealing=self.at_sealing,
            **kwargs,
        )


class BornOf(Birth, models.OneToOneField):  # type: ignore[type-arg]
    """The row upstream that a row is born of, once and no more."""

    plain = "OneToOneField"


class BornAmong(Birth, models.ForeignKey):  # type: ignore[type-arg]
    """The row upstream that several rows may be born of, one after the other, one living at a time."""

    plain = "ForeignKey"


class PartOf(models.ForeignKey):  # type: ignore[type-arg]
    """The row of a room that a fact is part of, and the states in which that one takes it."""

    def __init__(self, to: Any, states: Sequence[str] = (), **kwargs: Any) -> None:
        """`states`: while the room's row is in one of these, the fact is taken."""
        self.states = tuple(states)
        kwargs.setdefault("on_delete", models.PROTECT)
        super().__init__(to, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations a plain key."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

    def clone(self) -> Any:
        """A copy of the declaration."""
        _, _, _, kwargs = self.deconstruct()
        return type(self)(kwargs.pop("to"), self.states, **kwargs)
