"""What the overview counts of settlement."""

from qtm.overview.declared import BEGINS, PACES, Pace
from records.models import Record
from settlement.models import Settlement

BEGINS[Record, "sealed"] = [(Record, "sealed"), (Settlement, "voided")]
PACES.append(Pace("Settled", Settlement, "authorized", "captured"))
