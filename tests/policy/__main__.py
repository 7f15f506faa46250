"""`make policy`: ask every cell of the matrix, and break the definition everywhere once."""

import sys
import time
from collections import Counter

from tests.policy import matrix, mutants, oracle
from workflow.wiring.bid import BID

LEAST_CELLS = 1_000_000
LEAST_KILLED_PERCENT = 90
SHOWN = 20


def main() -> int:
    """Print what was found; 0 when the rules and the definition agree and the matrix notices what is broken."""
    started = time.monotonic()
    differences = matrix.structure(BID)
    cells = allowed = 0
    for answer in (*(matrix.compare(BID, name) for name in oracle.TABLE), matrix.compare_offers(BID)):
        cells, allowed = cells + answer.cells, allowed + answer.allowed
        differences += answer.differences
    _say(f"cells {cells:,}, allowed {allowed:,}, in {time.monotonic() - started:.0f} s")
    _say(f"differences {len(differences)}", *differences[:SHOWN])
    made, left = mutants.survivors(BID)
    killed = made - len(left)
    _say(
        f"mutants killed {killed:,} of {made:,} ({100 * killed / made:.1f} %), {time.monotonic() - started:.0f} s in all"
    )
    for kind, count in sorted(Counter(one.kind for one in left).items()):
        _say(f"  survivors by {kind}: {count}")
    unexplained = [one.name for one in left if one.name not in mutants.SURVIVORS]
    for one in left:
        _say(f"  survived: {one.name}: {mutants.SURVIVORS.get(one.name, 'NO REASON IS GIVEN')}")
    good = cells >= LEAST_CELLS and 100 * killed >= LEAST_KILLED_PERCENT * made
    return 0 if good and not differences and not unexplained else 1


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - this is a command.


if __name__ == "__main__":
    sys.exit(main())
