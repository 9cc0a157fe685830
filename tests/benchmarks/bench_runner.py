"""What the machinery of verification costs; prints wall times.

Run it by hand, on a machine with nothing else to do:

    python tests/benchmarks/bench_runner.py
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLAIM = """
made{i} = Claim(id="trivial.n{i}", statement="x", source="s", constants={{"c": {i}}}, mutants={{}})
@made{i}.proof(covers='numbers')
def same{i}(c):
    yield exactly("x", c, {i})
"""
IMPORT = "from ntkproofs.claims import Claim, exactly\n"


def timed(what: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "ntkproofs.cli", "verify", *arguments]
    start = time.perf_counter()
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = time.perf_counter() - start
    print(f"{seconds:6.2f} s  {what}: {output.splitlines()[-1].strip()}")


def main() -> None:
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many, store = folder / "one.py", folder / "many", str(folder / "store")
        one.write_text(IMPORT + "".join(CLAIM.format(i=i) for i in range(100)))
        many.mkdir()
        for i in range(100):
            (many / f"claim{i}.py").write_text(IMPORT + CLAIM.format(i=i))
        for _ in range(3):
            timed("100 trivial claims in one file, 2 jobs", str(one), "--jobs", "2", "--no-store")
        timed("100 trivial claims in 100 files, 2 jobs", str(many), "--jobs", "2", "--no-store")
        timed("the same into a store", str(many), "--jobs", "2", "--store", store)
        timed("the same again from the store", str(many), "--jobs", "2", "--store", store)
        bundled = ("--mutants", "--jobs", "2")
        timed("bundled suite with mutants, cold", *bundled, "--store", store)
        for _ in range(3):
            timed("bundled suite with mutants, warm", *bundled, "--store", store)
        timed("bundled suite with mutants, twice", *bundled, "--no-store", "--twice")


if __name__ == "__main__":
    main()
