"""The simulation a newcomer would write: a process per client, an event per call. Prints JSON."""

import json
import random  # noqa: TID251 - a newcomer's model draws like this; it is what the engine is held against
import resource
import time

import simpy

CLIENTS, CALLS_PER_S, SESSION_S, REFRESH_S = 20_000, 1 / 60, 3600.0, 0.05
WARM_UP_S, MEASURED_S, DAY_S = 3600.0, 7200.0, 86400.0
calls = refreshes = 0


def client(env, sts):
    global calls, refreshes  # noqa: PLW0603 - counters only
    expires = 0.0
    while True:
        yield env.timeout(random.expovariate(CALLS_PER_S))
        if env.now >= expires:
            with sts.request() as slot:
                yield slot
                yield env.timeout(REFRESH_S)
            expires = env.now + SESSION_S
            refreshes += 1
        calls += 1


if __name__ == "__main__":
    random.seed(1)
    environment = simpy.Environment()
    server = simpy.Resource(environment, capacity=50)
    for _ in range(CLIENTS):
        environment.process(client(environment, server))
    environment.run(until=WARM_UP_S)
    calls, refreshes, began = 0, 0, time.process_time()
    environment.run(until=WARM_UP_S + MEASURED_S)
    spent_s, peak_kib = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    day_s = spent_s * DAY_S / MEASURED_S
    print(json.dumps({"day_s": day_s, "calls": calls, "issued": refreshes, "peak_mib": peak_kib / 1024}))
