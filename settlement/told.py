"""What the requester is told of settlement: nothing but money that was received."""

from qtm.tracking import TOLD
from settlement.models import Settlement

TOLD[Settlement.label(), "captured"] = "The payment for it was received."
