"""What other simulators do in a CPU-second on the queue that Calmline's was measured on: 50 agents, 48 calls per unit of time,
handling 1 and patience 1 in the mean, all exponential.

Usage: plan.py WORK, the file that `simulate_cost` leaves. Prints one JSON line. Measurement only; neither package is part of the
product.
"""

import json
import random
import sys
import time
from pathlib import Path

AGENTS, RATE, HANDLING, PATIENCE = 50, 48.0, 1.0, 1.0
CALLS = 60_000


def simpy(_):
    import simpy as library

    chance, environment = random.Random(1), library.Environment()
    agents = library.Resource(environment, capacity=AGENTS)
    counted = {"waited": 0, "given_up": 0}

    def call():
        with agents.request() as request:
            if not request.triggered:
                counted["waited"] += 1
                yield request | environment.timeout(chance.expovariate(1 / PATIENCE))
                if not request.triggered:
                    counted["given_up"] += 1
                    return
            yield environment.timeout(chance.expovariate(1 / HANDLING))

    def calls():
        for _ in range(CALLS):
            yield environment.timeout(chance.expovariate(RATE))
            environment.process(call())

    environment.process(calls())
    began = time.process_time()
    environment.run()
    return time.process_time() - began, counted["given_up"] / CALLS


def ciw(_):
    import ciw as library

    library.seed(1)
    network = library.create_network(
        arrival_distributions=[library.dists.Exponential(rate=RATE)],
        service_distributions=[library.dists.Exponential(rate=1 / HANDLING)],
        reneging_time_distributions=[library.dists.Exponential(rate=1 / PATIENCE)],
        number_of_servers=[AGENTS],
    )
    simulation = library.Simulation(network)
    began = time.process_time()
    simulation.simulate_until_max_customers(CALLS, method="Arrive")
    spent = time.process_time() - began
    records = simulation.get_all_records()
    return spent, sum(record.record_type == "renege" for record in records) / len(records)


def measured(peer, wanted):
    """Calls per CPU-second; none where it cannot be had, or simulates something else."""
    try:
        seconds, given_up = peer(wanted)
    except ImportError as error:
        print(f"{peer.__name__} cannot be measured: {error}", file=sys.stderr)
        return None
    if abs(given_up - wanted["p_abandon"]) > 0.01:
        print(f"{peer.__name__}: {given_up:.4f} of its calls are given up, not {wanted['p_abandon']:.4f}", file=sys.stderr)
        return None
    return round(CALLS / seconds)


def main():
    wanted = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps({f"{peer.__name__}_calls_per_cpu_s": measured(peer, wanted) for peer in (simpy, ciw)}))


main()
