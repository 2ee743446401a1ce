"""The listing: a row for each case with what it is found and filtered by, kept by the law as requests, intakes, corrections and plans come.

It says what stands now: once a phone number was corrected, the case is found by the right one and no longer by the wrong one, which may be
somebody else's. What was rejected, withdrawn or closed stays in it, and so can always be found.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left

from intake.models import Funnel, Request
from qtm.fields import WordsField
from qtm.law import own_law
from qtm.models import Operator, Surface
from qtm.spine import Room

LAST = 8  # digits of a phone number, without what some write and others leave out: a country's code, a zero before the town's


@WordsField.register_lookup
class Sought(models.Lookup):
    """Whether all words of a text are among those of a row, each by its beginning."""

    lookup_name = "sought"
    mark: ClassVar[str] = ""
    words: ClassVar[str] = "{} @@ law_sought(%s, %s)"

    def get_prep_lookup(self) -> Any:
        """The text as it is: the law folds it as it folds what it is compared with."""
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Along the index of words."""
        left, given = self.process_lhs(compiler, connection)
        return self.words.format(left), (*given, self.rhs, self.mark)


@WordsField.register_lookup
class SoughtPlace(Sought):
    """The same among the words of the place alone."""

    lookup_name = "sought_place"
    mark = "@"


@WordsField.register_lookup
class SoughtBeside(Sought):
    """The same of a row that was come by in another way: the index is not asked, and what is sought is folded once."""

    lookup_name = "sought_beside"
    words = "ts_match_vq({}, (SELECT law_sought(%s, %s)))"


@WordsField.register_lookup
class SoughtPlaceBeside(SoughtBeside):
    """That among the words of the place alone."""

    lookup_name = "sought_place_beside"
    mark = "@"


# By what two cases are alike, as it is indexed.
ALIKE: dict[str, Any] = {"phone": Left("phone", LAST), "email": F("email"), "name": F("name"), "place": F("place")}


class Listing(models.Model):
    """A case as it is found; written by the law alone. Who sees its Task sees it."""

    layer, seen_with, open_to = "governor", "governance.see_console", Room.open_to

    # Of rows that stay for ever, as the law copies them; so nothing is asked again whether they are there.
    case = models.OneToOneField(Request, models.PROTECT, primary_key=True, db_constraint=False, related_name="listing")
    governor = models.ForeignKey(
        Operator, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    surface = models.ForeignKey(Surface, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    funnel = models.ForeignKey(Funnel, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    since = models.DateTimeField()  # when it was asked
    priority = models.PositiveSmallIntegerField()
    due = models.DateTimeField(null=True)
    proven = models.BooleanField(db_default=False)  # whether it has a piece of evidence
    phone = models.CharField(max_length=40)  # its digits backwards, without the zeros in front and in brackets
    email = models.CharField(max_length=250)  # these three folded and whole
    name = models.CharField(max_length=250)
    place = models.CharField(max_length=250)
    words = WordsField()  # folded; those of the place a second time, marked as such

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["phone"],
                opclasses=["text_pattern_ops"],
                name="governance_listing_phone",
            ),
            models.Index(fields=["governor", "-case"], name="governance_listing_newest"),
            models.Index(fields=["governor", "surface", "-case"], name="governance_alike_work"),
            *(
                models.Index(
                    "governor", said, F("case").desc(), condition=~Q(**{name: ""}), name=f"governance_alike_{name}"
                )
                for name, said in ALIKE.items()
            ),
        ]
        constraints = [own_law("governance_listing_law", "governance/listing.sql")]

    def __str__(self) -> str:
        """Which case."""
        return f"Q-{self.case_id}"
