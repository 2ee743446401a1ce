"""Checklists: every item is answered yes, no or does not apply; the newest of a slot counts, because it was gone through anew."""

from collections.abc import Mapping
from typing import Any

from django import forms

from execution.kinds.base import Kind, Piece, said
from intake.questions import Choice
from qtm.refusals import Invalid
from qtm.runtime import Evidence

ANSWERS = {"yes": "Yes", "no": "No", "na": "Does not apply"}
FIELD = "check-{}"


class Checklist(Kind):
    """What was looked after, item by item; a no is explained in a note."""

    code = "checklist"
    todo = "go through it"
    button, first, again = "Keep the answers", "Go through it", "Go through it again"

    def own_fields(self, slot: Evidence) -> dict[str, forms.Field]:
        """Three answers for each item."""
        offered = list(ANSWERS.items())
        return {
            FIELD.format(item.code): Choice(
                label=item.label, choices=offered, widget=forms.RadioSelect(attrs={"required": True})
            )
            for item in slot.items
        }

    def given(self, slot: Evidence, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """The answers by item; one that was not given is left out."""
        answers = {item.code: cleaned[FIELD.format(item.code)] for item in slot.items}
        return {"text": cleaned["text"], "answers": {code: answer for code, answer in answers.items() if answer}}

    def pieces(self, slot: Evidence, *, text: str = "", answers: Mapping[str, str] = {}) -> list[Piece]:
        """One, if every item has its answer and every no its words."""
        items, words = [item.code for item in slot.items], said(text)
        if unknown := set(answers) - set(items):
            raise Invalid({"slot": f"This checklist has no item {min(unknown)!r}."})
        wrong = {FIELD.format(code): "Answer this one, too." for code in items if answers.get(code) not in ANSWERS}
        if not wrong and "no" in answers.values() and not words:
            wrong = {"text": "Say what the no is about: it is kept with the answers."}
        if wrong:
            raise Invalid(wrong)
        return [Piece(words, {"items": {code: answers[code] for code in items}})]

    def tells(self, slot: Evidence, value: Any) -> dict[str, Any]:
        """Each item with its answer, in words."""
        given = value["items"]
        told = [
            {"code": item.code, "label": item.label, "answer": given[item.code], "says": ANSWERS[given[item.code]]}
            for item in slot.items
        ]
        return {"answers": told}
