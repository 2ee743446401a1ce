"""What is printed."""

from tests.bench.house import house
from tests.bench.pairs import pair
from tests.bench.raw import Copy, Hand, lay_out
from tests.bench.verbs import Verbs


def report() -> int:
    with house("qtm_bench"):
        lay_out()
        verbs = Verbs()
        for _ in range(3):
            case = verbs.case()
        copy = Copy(case)
        print([len(act) for act in copy.acts], len(copy.acts))
        for clients in (1, 2):
            print(clients, pair(Verbs, lambda: Hand(copy), clients), flush=True)
    return 0
