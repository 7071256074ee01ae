"""How quickly pyworkforce sizes the half hours that Calmline's `queueing` was measured on, Erlang C and A.

Usage: staffing.py WORK, the file that `queueing_cost` leaves. Prints one JSON line. Measurement only; the package is no part of the
product.
"""

import json
import sys
import time
from pathlib import Path


def erlang_c(work, target):
    from pyworkforce.queuing import ErlangC

    # Calls of a minute, as time is in minutes: handling is three.
    load = ErlangC(transactions=work, aht=3, interval=3, asa=target["within"] / 60, shrinkage=0.0)
    return load.required_positions(service_level=target["service_level"], max_occupancy=1.0)["raw_positions"]


def measured(sizing, cases, target):
    """Sizings per CPU-second; none where it cannot be had, or sizes otherwise."""
    try:
        sizing(*cases[0][:1], target)
    except ImportError as error:
        print(f"{sizing.__name__} cannot be measured: {error}", file=sys.stderr)
        return None
    began = time.process_time()
    found = [sizing(work, target) for work, _ in cases]
    spent = time.process_time() - began
    for (work, agents), other in zip(cases, found):
        if agents != other:
            print(f"{sizing.__name__}: {other} agents for {work} erlangs, not {agents}", file=sys.stderr)
            return None
    return round(len(cases) / spent)


def main():
    told = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps({"pyworkforce_c_per_cpu_s": measured(erlang_c, told["erlang_c"], told["target"])}))


main()
