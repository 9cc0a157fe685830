"""The store: what is valid is taken, nothing else is, and no damage gives a wrong result."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntkproofs import cli
from ntkproofs.claims import fingerprint
from ntkproofs.claims.dependencies import is_local
from ntkproofs.claims.report import verify
from ntkproofs.claims.store import Store
from ntkproofs.claims.verdict import Verdict
from ntkproofs.errors import InvalidInput, Unable

CLAIM = """
from ntkproofs.claims import Claim, exactly
made = Claim("small.sum", "1 + 1 = c", "school", {"c": 2}, {"c": [1, 3]})
@made.proof(covers='numbers')
def add(c):
    yield exactly("the sum", 1 + 1, c)
"""


def write(folder: Path, text: str = CLAIM, name: str = "claims.py") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def taken(paths, store, **options) -> tuple[int, int]:
    report = verify(paths, store=store, jobs=1, mutants=True, **options)
    return report.stored, report.results


def run(*arguments: str, **environment: str):
    variables = {"COLUMNS": "100", **environment}
    return CliRunner().invoke(cli.app, ["verify", *arguments], env=variables)


def test_a_second_run_takes_everything_and_says_the_same(tmp_path):
    path, store = write(tmp_path), tmp_path / "store of mine, ünïcode"
    first = verify([path], store=store, jobs=1, mutants=True)
    second = verify([path], store=store, jobs=2, mutants=True)
    assert (first.stored, first.results) == (0, 3)
    assert (second.stored, second.results) == (3, 3)
    assert first.claims == second.claims
    assert "3 of 3 results taken from the store" in run(
        str(path), "--mutants", "--store", str(store)
    ).stdout.replace("\n", " ")


@pytest.mark.parametrize("options", [{"seed": 1}, {"memory": 2048}], ids=lambda o: next(iter(o)))
def test_other_parameters_take_nothing(tmp_path, options):
    path, store = write(tmp_path), tmp_path / "store"
    taken([path], store)
    assert taken([path], store, **options) == (0, 3)
    assert taken([path], store, **options) == (3, 3)
    assert taken([path], store) == (3, 3)


def test_what_ran_once_is_not_taken_for_what_is_to_run_twice(tmp_path):
    """With mutants, the statement's own evidence ran twice already; its two mutants did not."""
    path, store = write(tmp_path), tmp_path / "store"
    taken([path], store)
    assert taken([path], store, twice=True) == (1, 3)
    assert taken([path], store) == (3, 3)

    def without_mutants(store):
        report = verify([path], store=store, jobs=1)
        return report.stored, report.results

    assert without_mutants(store) == (1, 1)
    assert without_mutants(tmp_path / "another") == (0, 1)
    assert taken([path], tmp_path / "another") == (0, 3)


def test_an_edited_claim_is_run_again(tmp_path):
    path, store = write(tmp_path), tmp_path / "store"
    taken([path], store)
    stamp = path.stat()
    write(tmp_path, CLAIM.replace('{"c": 2}', '{"c": 4}'))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # the same time and size
    report = verify([path], store=store, jobs=1)
    assert report.stored == 0
    assert report.claims[0].original.verdict is Verdict.REFUTED


def test_other_code_of_the_library_takes_nothing(tmp_path, monkeypatch):
    path, store = write(tmp_path), tmp_path / "store"
    taken([path], store)
    monkeypatch.setattr(fingerprint, "code", lambda: "another library")
    assert taken([path], store) == (0, 3)


HELPED = """
import sys, os
sys.path.insert(0, os.path.dirname(__file__))
from ntkproofs.claims import Claim, exactly
import early_helper
made = Claim("small.sum", "1 + 1 = c", "school", {"c": 2}, {})
@made.proof(covers='numbers')
def add(c):
    import late_helper
    data = int(open(os.path.join(os.path.dirname(__file__), "data.txt")).read())
    yield exactly("the sum", early_helper.ONE + late_helper.ONE * data, c)
"""


@pytest.mark.parametrize("changed", ["early_helper.py", "late_helper.py", "data.txt"])
def test_what_a_claim_reads_is_part_of_it(tmp_path, changed):
    path, store = write(tmp_path, HELPED), tmp_path / "store"
    for name in ("early_helper.py", "late_helper.py"):
        write(tmp_path, "ONE = 1\n", name)
    write(tmp_path, "1", "data.txt")
    other = write(tmp_path, CLAIM.replace("small.sum", "small.other"), "other.py")
    for stored in (0, 2):
        report = verify([path, other], store=store, jobs=1)
        assert (report.stored, report.claims[0].original.verdict) == (stored, Verdict.PROVED)
    write(tmp_path, "2" if changed == "data.txt" else "ONE = 2\n", changed)
    report = verify([path, other], store=store, jobs=1)
    assert report.stored == 1, "the other claim stands on none of this"
    assert report.claims[0].original.verdict is Verdict.REFUTED


def test_what_hypothesis_keeps_for_itself_is_nothing_that_results_stand_on(tmp_path):
    assert not is_local(str(tmp_path / ".hypothesis" / "constants" / "8babf2c457d09344"))
    assert is_local(str(tmp_path / "hypothesis" / "constants"))


def test_crashes_are_not_kept(tmp_path):
    text = CLAIM.replace("    yield", "    import os; os._exit(1)\n    yield")
    path, store = write(tmp_path, text), tmp_path / "store"
    for _ in range(2):
        report = verify([path], store=store, jobs=1)
        assert (report.stored, report.exit_status()) == (0, 3)


def test_a_claim_file_that_changes_while_it_is_verified_gives_no_result(tmp_path):
    text = CLAIM + "\nopen(__file__, 'a').write('# more\\n')\n"
    store = tmp_path / "store"
    report = verify([write(tmp_path, text)], store=store, jobs=1)
    assert "changed while it was being verified" in report.claims[0].original.evidence[0].detail
    assert report.exit_status() == 3


def damage_entries(store: Path, change: str) -> None:
    connection = sqlite3.connect(store)
    connection.execute(f"UPDATE entries SET {change}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "data = replace(data, 'holds', 'refutes')",
        "data = replace(data, 'refutes', 'holds')",
        "data = substr(data, 1, 20)",
        "files = '{}'",
        "key = key || 'x'",
        "checksum = ''",
        "data = 7",
    ],
)
def test_an_entry_that_is_not_as_it_was_written_is_not_taken(tmp_path, change):
    path, store = write(tmp_path), tmp_path / "store"
    before = verify([path], store=store, jobs=1)
    damage_entries(store, change)
    after = verify([path], store=store, jobs=1)
    assert after.claims[0].original.verdict is before.claims[0].original.verdict
    outcome = [e.outcome for e in after.claims[0].original.evidence]
    assert outcome == [e.outcome for e in before.claims[0].original.evidence]
    assert after.stored == (1 if "'refutes', 'holds'" in change else 0), "that changes nothing"


def _other_version(path: Path) -> None:
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def _other_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()


def _truncated(path: Path) -> None:
    with Store(path) as store:
        for i in range(50):
            store.put(f"{i:060}", "x" * 2000, {})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: p.write_bytes(b"not a database" * 1000), "damaged or no store"),
        (lambda p: p.mkdir(), "cannot be used"),
        (_truncated, "damaged or no store"),
        (_other_version, "has version 99"),
        (_other_program, "another program"),
    ],
    ids=["text", "folder", "truncated", "version", "program"],
)
def test_what_is_no_store_is_refused_in_one_line(tmp_path, make, words):
    store = tmp_path / "store"
    make(store)
    result = run(str(write(tmp_path)), "--store", str(store))
    assert result.exit_code in {2, 3}
    assert result.stdout == ""
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_store_that_cannot_be_opened(tmp_path):
    with pytest.raises(Unable, match="cannot be used"):
        Store(tmp_path / "no" / "folder" / "store")
    with pytest.raises(Unable, match="cannot be used"):
        Store(Path("/proc/store"))
    with pytest.raises(InvalidInput, match="give one of them"):
        cli._open_store(tmp_path / "store", True)


def test_without_a_writable_home_the_run_goes_on_without_a_store(tmp_path):
    (tmp_path / "file").write_text("")
    result = run(str(write(tmp_path)), XDG_CACHE_HOME=str(tmp_path / "file"))
    assert result.exit_code == 0
    assert "1 claim: 1 proved" in result.stdout
    assert result.stderr.startswith("Note: results are not kept.")
    result = run(str(write(tmp_path)), "--no-store", XDG_CACHE_HOME=str(tmp_path / "file"))
    assert result.stderr == ""


def test_a_damaged_store_in_the_cache_folder_is_named_and_not_used(tmp_path):
    (tmp_path / "ntkproofs").mkdir()
    (tmp_path / "ntkproofs" / "results.sqlite3").write_text("no database, whatever it is " * 99)
    result = run(str(write(tmp_path)), XDG_CACHE_HOME=str(tmp_path))
    assert result.exit_code == 0
    assert "damaged or no store" in result.stderr


def test_a_full_disk_is_named_and_costs_no_result(tmp_path):
    path = write(tmp_path)
    with Store(tmp_path / "store") as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        store.put("filler", "x" * 100_000, {})
        assert "full" in store.trouble
        report = verify([path], store=store, jobs=1)
    assert report.claims[0].original.verdict is Verdict.PROVED
    assert "full" in report.store_trouble


def test_a_store_is_made_while_another_run_makes_it(tmp_path, monkeypatch):
    """SQLite refuses to switch to a log meanwhile, and does not wait by itself."""
    other = sqlite3.connect(tmp_path / "store", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pauses = []

    def leave(seconds):
        pauses.append(seconds)
        other.close()

    monkeypatch.setattr("ntkproofs.claims.store.time.sleep", leave)
    with Store(tmp_path / "store") as store:
        store.put("key", "value", {})
        assert store.get("key") == "value"
    assert len(pauses) == 1


def test_two_runs_at_once_share_one_store(tmp_path):
    text = "".join(
        CLAIM.replace("small.sum", f"small.n{i}").replace("made", f"made{i}") for i in range(40)
    )
    path, store = write(tmp_path, text), tmp_path / "store"
    command = [sys.executable, "-m", "ntkproofs.cli", "verify", str(path), "--store", str(store)]
    targets = [tmp_path / f"{i}.json" for i in range(3)]
    runs = [
        subprocess.Popen(
            [*command, "--jobs", "1", "--json", str(target)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for target in targets
    ]
    for one in runs:
        output, errors = one.communicate(timeout=280)
        assert (one.returncode, errors) == (0, b"")
        assert b"40 claims: 40 proved" in output
    verdicts = [[c["verdict"] for c in json.loads(t.read_text())["claims"]] for t in targets]
    assert verdicts == [["proved"] * 40] * 3
    assert verify([path], store=store, jobs=1).stored == 40
