"""What is asked of the requester, and what they answer: the forms of both sides."""

from django import forms

from governance.question import LONGEST_ANSWER, LONGEST_QUESTION
from qtm.doors import DoorForm


class QuestionForm(DoorForm):
    """One question, in words that the requester reads."""

    text = forms.CharField(
        label="Question",
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="They read it word for word.",
        error_messages={"required": "A question says something."},
    )


def answer_field() -> forms.CharField:
    """What was answered, in their own words."""
    return forms.CharField(
        label="Answer",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "An answer says something."},
    )


class AnswerForm(DoorForm):
    """What the requester said in another way than on their tracking page."""

    answer = answer_field()


class RequesterForm(forms.Form):
    """The answer of whoever holds the tracking link."""

    use_required_attribute = False
    answer = answer_field()


class NotContentForm(forms.Form):
    """What is not right, in the requester's own words."""

    use_required_attribute = False
    words = forms.CharField(
        label="What is not right?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what is not right: somebody will read it word for word."},
    )
