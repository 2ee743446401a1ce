"""The log of records as rows: its leaves, the nodes of its tree, how far it has come, and its checkpoints; and the keys that vouch."""

from django.db import models
from django.db.models.functions import Now

from qtm.law import own_law
from records.log import tree
from records.log.memory import Rewound
from records.log.notes import Verifier
from records.log.witnesses import vouched
from records.seal.keys import LOG, RECORD, pem, raw_of


class Key(models.Model):
    """The public part of a key that the house signs with, or once did; it stays for ever, and only the owner adds one."""

    use = models.CharField(max_length=10, choices=[(RECORD, "Records"), (LOG, "the log")])
    name = models.CharField(max_length=200)  # of the log as the key knows it; of a key for Records, empty
    public = models.CharField(max_length=200, unique=True)  # SubjectPublicKeyInfo in DER, as base64
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        app_label = "records"
        default_permissions = ()
        ordering = ["id"]
        constraints = [own_law("records_key_law", "records/log/log.sql", "keys")]

    def __str__(self) -> str:
        """What it signs, and since when."""
        return f"{self.get_use_display()}, since {self.since:%Y-%m-%d}"

    @property
    def pem(self) -> str:
        """As openssl reads it."""
        return pem(self.public)

    @property
    def verifier(self) -> Verifier:
        """Of the log: as those read it who check checkpoints."""
        return Verifier(self.name, raw_of(self.public))


class Leaf(models.Model):
    """The place of a Record in the log: its number from 0, without gaps, given by the law when the sealing commits."""

    number = models.BigIntegerField(primary_key=True)
    record = models.OneToOneField("records.Record", models.PROTECT, related_name="leaf", db_constraint=False)

    class Meta:
        app_label = "records"
        default_permissions = ()
        ordering = ["number"]

    def __str__(self) -> str:
        """Which leaf."""
        return f"leaf {self.number:,}"


class Node(models.Model):
    """The hash of a complete subtree: level 0 are the leaves; written by the law when its last leaf is."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        app_label = "records"
        default_permissions = ()

    def __str__(self) -> str:
        """Where it is."""
        return f"node {self.level}/{self.number}"


class Head(models.Model):
    """How many leaves there are: one row, which whoever seals holds from the end of their transaction to its commit."""

    size = models.BigIntegerField(default=0)

    class Meta:
        app_label = "records"
        default_permissions = ()
        # Last of all, when the tables of the log and the Records stand.
        constraints = [own_law("records_head_law", "records/log/log.sql", "log")]

    def __str__(self) -> str:
        """The size."""
        return f"{self.size:,} leaves"


class Signed(models.Model):
    """A checkpoint that was signed and published: the tree of a log at one size, as a note, with whoever vouches for it."""

    log = models.CharField(max_length=200)  # the law takes it from the note
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        app_label = "records"
        default_permissions = ()
        ordering = ["size"]
        verbose_name = "checkpoint"
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="records_signed_once")]

    @property
    def whole(self) -> str:
        """The note with those signatures of its witnesses that are valid."""
        lines = dict.fromkeys(each.line for each in self.cosigned.all() if vouched(self.note, each.line))
        return self.note + "".join(lines)

    def __str__(self) -> str:
        """Of which size."""
        return f"checkpoint of {self.size:,} leaves"


class Cosigned(models.Model):
    """A witness's own signature under a checkpoint: it has seen no other history of this log."""

    signed = models.ForeignKey(Signed, models.PROTECT, related_name="cosigned", db_constraint=False)
    name = models.CharField(max_length=200)
    line = models.CharField(max_length=400)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        app_label = "records"
        default_permissions = ()
        ordering = ["id"]
        indexes = [models.Index(fields=["name", "signed"], name="records_cosigned_by")]
        # A line that is not the witness's keeps no place from the one that is.
        constraints = [models.UniqueConstraint(fields=["signed", "name", "line"], name="records_cosigned_once")]

    def __str__(self) -> str:
        """By whom."""
        return f"{self.name} on the {self.signed}"


def size() -> int:
    """How many leaves there are now."""
    head = Head.objects.first()
    if head is None:
        raise Rewound("Nothing says how long the log is: its head is missing.")
    return head.size


def node(level: int, number: int) -> bytes:
    """The hash of one complete subtree."""
    return nodes({(level, number)})(level, number)


def nodes(wanted: set[tuple[int, int]]) -> tree.Nodes:
    """The named nodes, read in one query."""
    levels, numbers = zip(*sorted(wanted), strict=True) if wanted else ((), ())
    found = Node.objects.raw(
        "SELECT n.* FROM unnest(%s::smallint[], %s::bigint[]) AS w (level, number)"
        " JOIN records_node n ON n.level = w.level AND n.number = w.number",
        [list(levels), list(numbers)],
    )
    kept = {(each.level, each.number): bytes(each.hash) for each in found}

    def read(level: int, number: int) -> bytes:
        """One of them; Rewound where it is not there."""
        if (level, number) not in kept:
            raise Rewound(f"Node {level}/{number} of the tree is missing.")
        return kept[level, number]

    return read
