"""Trains networks of rising width and compares the mean of their kernels with the prediction.

Run it by hand; it takes about ten minutes on two cores and writes a file of results:

    python tests/benchmarks/bench_hierarchy.py checks/talk/results/hierarchy.json

Three points on the circle, activation erf, no biases. For each width and time the file holds the
distinct entries (11, 12, 13, 22, 23, 33) in units of 1/n with their standard errors. With
``--quick`` it takes few draws and prints only.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy as np

from ntkproofs.finite_width.averages import GroupedMean
from ntkproofs.finite_width.comparison import Comparison, compare
from ntkproofs.finite_width.network import Network, limit

ANGLES = (0.0, 1.0, 2.1)
TARGETS = (2.0, 1.0, 0.5)
TIMES = (0.5, 2.0, math.inf)
PLAN = {
    2: {64: 3000, 128: 1500, 256: 800, 512: 320, 1024: 128},
    3: {64: 960, 128: 256, 256: 64},
}
SEED, FALSE_ALARM, TOLERANCE = 2024, 1e-3, 1e-8
SHOWN = ("measured", "predicted", "difference", "remainder", "from_swapped", "from_talk")


def entries(mean: GroupedMean, width: int) -> dict[str, list[float]]:
    upper = np.triu_indices(len(mean.value))
    rounded = lambda array: [round(float(x) * width, 4) for x in array[upper]]  # noqa: E731
    return {"mean": rounded(mean.value), "error": rounded(mean.error)}


def row(found: Comparison, draws: int) -> dict:
    width = found.network.widths[0]
    means = {name: getattr(found, name) for name in SHOWN if getattr(found, name) is not None}
    scores = {name: float(np.abs(means[name].z_scores()).max()) for name in means}
    return {
        "depth": found.network.depth,
        "width": width,
        "time": "inf" if found.time == math.inf else found.time,
        "draws": draws,
        "threshold_of_z": round(found.threshold, 3),
        "largest_z": {name: round(scores[name], 2) for name in scores},
        "agrees": found.agrees,
        "refutes_swapped": found.refutes_swapped,
        "refutes_talk": found.refutes_talk,
        "times_width": {name: entries(mean, width) for name, mean in means.items()},
    }


def main() -> None:
    quick = "--quick" in sys.argv
    X = np.array([[math.cos(a), math.sin(a)] for a in ANGLES])
    rows, start = [], time.process_time()
    for depth, widths in PLAN.items():
        for width, planned in widths.items():
            draws = planned // 20 if quick else planned
            network = Network.of(depth, width, "erf")
            run = compare([network], X, TARGETS, TIMES, draws=draws, seed=SEED + width,
                          false_alarm=FALSE_ALARM, tolerance=TOLERANCE)  # fmt: skip
            rows += [row(found, draws) for found in run]
            for each in rows[-len(TIMES) :]:
                scores = each["largest_z"]
                print(depth, width, each["time"], scores, each["agrees"], flush=True)
    eigenvalues = {
        depth: np.linalg.eigvalsh(limit(Network.of(depth, 1, "erf"), X).ntk).round(6).tolist()
        for depth in PLAN
    }
    result = {
        "what": "mean of the trained kernel less the initial one, against the order-1/n prediction",
        "made_by": "tests/benchmarks/bench_hierarchy.py",
        "activation": "erf", "angles": ANGLES, "targets": TARGETS, "seed": "2024 + width",
        "false_alarm_of_one_row": FALSE_ALARM, "tolerance_of_a_step": TOLERANCE,
        "eigenvalues_of_the_limit": eigenvalues,
        "entries": "11, 12, 13, 22, 23, 33, times the width",
        "rows": rows,
    }  # fmt: skip
    print(f"{time.process_time() - start:.0f} s of CPU time")
    for path in [Path(name) for name in sys.argv[1:] if not name.startswith("--")]:
        lines = ",\n".join("  " + json.dumps(each) for each in rows)
        head = json.dumps({**result, "rows": []})[: -len("[]}")]
        path.write_text(head + "[\n" + lines + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
