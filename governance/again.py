"""Asking again about what was asked before: a new Request that is linked to it, in words of its own, with all else as it stands."""

from collections.abc import Mapping
from typing import Any

from governance.details import as_asked
from governance.models import Task
from governance.submit import Asking
from intake.asking import read
from intake.models import Request

OF_THEN = {"wished", "summary"}  # what was said of that one time alone


def stands(asked: Request) -> dict[str, Any] | None:
    """The details with what was put right; nothing where there is no Task yet."""
    task = Task.objects.filter(case_id=asked.pk).select_related("intake").first()
    return as_asked(task.stands()) if task else None


def again(asked: Request, words: str, **how: Any) -> Asking:
    """The same asking again, by the same requester, in these words; what the surface no longer takes is left to be completed."""
    before = stands(asked) or asked.asked
    said = {name: value for name, value in before.items() if value and name not in OF_THEN}
    fitting = _fitting(asked, {**said, "description": words})
    return Asking(asked.funnel, asked.surface, asked=fitting, follows=asked, incomplete=True, past=True, **how)


def _fitting(asked: Request, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, without what the surface no longer takes: that is completed by whoever governs it, and keeps nobody silent."""
    wrong = read(asked.surface.current, said).wrong
    answers = {code: value for code, value in said.get("answers", {}).items() if f"answers.{code}" not in wrong}
    return {name: value for name, value in {**said, "answers": answers}.items() if name not in wrong}
