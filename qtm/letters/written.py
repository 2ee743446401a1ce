"""A letter in words: composed in the language of its recipient as plain text, and the same again as HTML."""

import re
from collections.abc import Iterator, Mapping
from email.utils import formataddr, parseaddr
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import TemplateDoesNotExist
from django.template.context import make_context
from django.template.loader import get_template, render_to_string
from django.utils.crypto import salted_hmac

from qtm.letters.declared import STAMPS, Recipient
from qtm.letters.model import Letter
from qtm.letters.spoken import PLAIN, SPOKEN, moment

LEADS = re.compile(r"(?P<words>[^\n]+): (?P<url>https?://\S+)")


def row_of(letter: Letter) -> Any:
    """The row that a letter is about."""
    return apps.get_model(letter.room)._default_manager.get(pk=letter.row_id)


def address_of(letter: Letter) -> Recipient | None:
    """To whom it goes now; nobody where no address is known any more, or they may not have it."""
    return next((each for each in letter.declared.to(row_of(letter)) if each.who == letter.who), None)


def message_of(letter: Letter, recipient: Recipient) -> EmailMultiAlternatives:
    """The message, under a number that is the same however often it is sent."""
    language, subject, text = words_of(letter, recipient)
    message = EmailMultiAlternatives(
        subject,
        text,
        settings.MAIL_FROM,
        [formataddr((line(recipient.name), recipient.address), "utf-8")],
        reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        headers={
            "Message-ID": message_id(letter),
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )
    message.attach_alternative(as_html(language, subject, text), "text/html")
    return message


def message_id(letter: Letter) -> str:
    """Made from the letter alone, so that a mail program takes a second copy for the first."""
    digest = salted_hmac("qtm.letters", str(letter.pk), algorithm="sha256").hexdigest()[:20]
    return f"<letter-{letter.pk}.{digest}@{parseaddr(settings.MAIL_FROM)[1].rpartition('@')[2] or 'localhost'}>"


def words_of(letter: Letter, recipient: Recipient) -> tuple[str, str, str]:
    """The language, the subject and the text: the first line of the template is the subject."""
    language = recipient.language if recipient.language in SPOKEN else PLAIN
    try:
        template: Any = get_template(f"letters/{language}/{letter.kind}.txt")
    except TemplateDoesNotExist:
        language = PLAIN
        template = get_template(f"letters/{language}/{letter.kind}.txt")
    told = {name: value for stamp in STAMPS for name, value in stamp().items()}
    told |= letter.declared.says(row_of(letter))
    said = {name: _plain(value, language) for name, value in told.items()}
    given = {**said, "name": line(recipient.name), "when": moment(letter.at, language), "language": language}
    subject, _, text = template.template.render(make_context(given, autoescape=False)).strip().partition("\n")
    return language, line(subject), re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"


def _plain(value: Any, language: str) -> Any:
    """What a template is told: text of others is one line, a moment is said in the letter's language."""
    if isinstance(value, str):
        return line(value)
    return moment(value, language) if hasattr(value, "tzinfo") else value


def line(words: str) -> str:
    """Words as one printable line: no header and no paragraph begins within them."""
    return "".join(each for each in " ".join(words.split()) if each.isprintable())


def as_html(language: str, subject: str, text: str) -> str:
    """The same words as HTML: a line that ends with an address of ours is a link there."""
    said: Mapping[str, Any] = {"language": language, "subject": subject, "paragraphs": [*paragraphs(text)]}
    return render_to_string("letters/letter.html", said)


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The paragraphs of a text; those that lead somewhere in the house apart."""
    for each in text.strip().split("\n\n"):
        found = LEADS.fullmatch(each)
        if found and found["url"].startswith(settings.SITE_URL + "/"):
            yield found.groupdict()
        else:
            yield {"text": each}
