"""What OR-Tools' CP-SAT reaches on the centre that Calmline's schedule was measured on, in the same seconds on as many threads.

Usage: schedule.py WORK, the file that `schedule_cost` leaves: instance, seconds, threads. Prints one JSON line. Measurement only; the
package is no part of the product.

The model: for each person and day one start, for each start and break one place; people in a slot are sums over those; each slot has
its missing and surplus people; from one day to the next a start has a near one before it.
"""

import json
import sys
import time
from collections import defaultdict
from pathlib import Path


def solved(instance, seconds, threads):
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    slots, change = instance["slots_per_day"], instance["max_start_change_slots"]
    there = defaultdict(list)
    for agent in instance["agents"]:
        kind = instance["shift_types"][agent["type"]]
        before = None
        for day in agent["days"]:
            starts = range(agent["start_lo"], agent["start_hi"] + 1, instance["start_step_slots"])
            begins = {start: model.new_bool_var("") for start in starts}
            model.add_exactly_one(begins.values())
            for start, begin in begins.items():
                for slot in range(start, start + kind["length"]):
                    there[day * slots + slot].append((begin, 1))
            for pause in kind["breaks"]:
                places = defaultdict(list)
                for start, begin in begins.items():
                    offsets = [model.new_bool_var("") for _ in range(pause["lo"], pause["hi"] + 1)]
                    model.add(sum(offsets) == begin)
                    for offset, place in zip(range(pause["lo"], pause["hi"] + 1), offsets):
                        places[start + offset].append(place)
                for at, chosen in places.items():
                    for slot in range(at, at + pause["len"]):
                        there[day * slots + slot].extend((place, -1) for place in chosen)
            if before is not None:
                for start, begin in begins.items():
                    near = [other for at, other in before.items() if abs(at - start) <= change]
                    model.add_bool_or(near + [begin.negated()])
            before = begins
    cost = []
    for day, wanted in enumerate(instance["demand"]):
        for slot, people in enumerate(wanted):
            terms = there[day * slots + slot]
            short = model.new_int_var(0, people, "")
            many = model.new_int_var(0, len(terms), "")
            model.add(sum(var * sign for var, sign in terms) + short - many == people)
            cost.append(instance["under_weight"] * short + instance["over_weight"] * many)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = 1
    began = time.monotonic()
    found = solver.solve(model)
    print(f"{solver.status_name(found)} after {time.monotonic() - began:.1f} s", file=sys.stderr)
    if found not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, round(solver.best_objective_bound)
    return round(solver.objective_value), round(solver.best_objective_bound)


def main():
    told = json.loads(Path(sys.argv[1]).read_text())
    try:
        objective, bound = solved(told["instance"], told["seconds"], told["threads"])
    except ImportError as error:
        print(f"CP-SAT cannot be measured: {error}", file=sys.stderr)
        objective, bound = None, None
    print(json.dumps({"centre_200_cp_sat": objective, "centre_200_cp_sat_bound": bound}))


main()
