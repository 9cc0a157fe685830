"""Probes on a cluster: what a local search finds, whatever dies on the way."""

import json
import sys
import textwrap

import pytest
from typer.testing import CliRunner

from ntkproofs.cli import app
from ntkproofs.conjectures import elsewhere
from ntkproofs.conjectures.elsewhere import Asked, probe_on
from ntkproofs.conjectures.probing import load_conjectures, probe

CONJECTURES = """
    import os
    import sys
    import time
    from fractions import Fraction
    from ntkproofs import conjecture, given, st, quantity, gram, nngp, ntk

    sys.path.insert(0, os.path.dirname(__file__))
    from helper import LIMIT

    @conjecture(r"n^2 \\ne 49", source="an example")
    @given(n=st.integers(0, 40))
    def squares(n):
        return abs(quantity(n) ** 2 - 49) > 0

    @conjecture(r"\\lambda_{\\max} \\le c n", source="an example", constants={"c": LIMIT})
    @given(X=st.sphere_points(n=st.integers(1, 4), dim=st.integers(2, 3)))
    def largest(X, c):
        return gram(nngp(2), X).largest() <= c * X.n

    @conjecture(r"\\lambda_{\\min} \\ge 1/3", source="an example")
    @given(X=st.sphere_points(n=st.integers(1, 4), dim=st.integers(2, 4)))
    def smallest(X):
        return gram(ntk(3), X).smallest() >= Fraction(1, 3)

    @conjecture("n < 900", source="an example")
    @given(n=st.integers(0, 1000))
    def small(n):
        return quantity(n) < 900

    @conjecture("a body that ends its process", source="an example")
    @given(n=st.integers(0, 40))
    def dies(n):
        if os.environ.get("PYTHONHASHSEED") == "0":
            os._exit(7)
        return quantity(n) >= 0

    @conjecture("a body that raises", source="an example")
    @given(n=st.integers(0, 40))
    def raises(n):
        return quantity(1 // (n - n)) >= 0

    @conjecture("a body that does not come to an end", source="an example")
    @given(n=st.integers(0, 40))
    def waits(n):
        time.sleep(3600)
        return quantity(n) >= 0
"""
ASKED = Asked(120, 60.0, 3, False, None)


@pytest.fixture
def file(tmp_path):
    """Conjectures with a module beside them, which has to travel."""
    (tmp_path / "helper.py").write_text("LIMIT = 1\n")
    path = tmp_path / "conjectures.py"
    path.write_text(textwrap.dedent(CONJECTURES))
    return path


@pytest.fixture
def loaded(file, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield {one.id: (file, one) for one in load_conjectures(file)}
    sys.modules.pop("helper", None)


def timeless(result):
    return {**vars(result), "seconds": 0.0}


def found_there(address, chosen, asked=ASKED, progress=None):
    return [result for _, result in sorted(probe_on(address, chosen, asked, progress))]


@pytest.mark.parametrize("suggest", [False, True])
def test_a_probe_finds_what_a_local_one_finds(address, loaded, suggest):
    names = ["squares"] if suggest else ["squares", "largest", "smallest", "raises"]
    asked = Asked(120, 60.0, 3, suggest, None)
    told = []
    chosen = [loaded[name] for name in names]
    found = found_there(address, chosen, asked, lambda *count: told.append(count))
    local = probe(*(one for _, one in chosen), examples=120, seconds=60.0, seed=3, suggest=suggest)
    for there, here in zip(found, local, strict=True):
        assert timeless(there) == timeless(here)
    outcomes = [result.outcome for result in found]
    assert outcomes == ["refuted", "no counterexample", "refuted", "error"][: len(names)]
    assert any(result.repairs for result in found) == suggest
    assert told == [(done, len(names)) for done in range(1, len(names) + 1)]


def test_a_body_that_ends_its_process_is_an_error_and_harms_no_other(address, loaded):
    dead, lives = found_there(address, [loaded["dies"], loaded["squares"]])
    assert (dead.outcome, lives.outcome) == ("error", "refuted")
    assert "exited with status 7" in dead.problem


def test_a_worker_that_is_killed_loses_nothing_and_changes_nothing(kill_worker, address, loaded):
    chosen = [loaded[name] for name in ("squares", "largest")]
    found = found_there(address, chosen, progress=kill_worker)
    assert len(kill_worker.killed) == 1
    local = probe(*(one for _, one in chosen), examples=120, seed=3)
    assert [timeless(one) for one in found] == [timeless(one) for one in local]


def test_kept_examples_go_there_and_come_back(address, loaded, tmp_path):
    kept = tmp_path / "kept"
    asked = Asked(120, 60.0, 3, False, kept)
    (first,) = found_there(address, [loaded["small"]], asked)
    files = elsewhere._packed(kept / "small")
    assert files
    (again,) = found_there(address, [loaded["small"]], asked)
    assert again.found_at == 1 < first.found_at
    (here,) = probe(loaded["small"][1], examples=120, seed=3, database=kept)
    assert here.found_at == 1


def test_examples_from_a_worker_stay_in_their_folder(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "old").write_text("x")
    elsewhere._unpack({"a/b": "eA=="}, tmp_path / "kept")
    assert elsewhere._packed(tmp_path / "kept") == {"a/b": "eA=="}
    with pytest.raises(ValueError, match="outside"):
        elsewhere._unpack({"../b": "eA=="}, tmp_path / "kept")


def test_the_command_writes_the_same_file(address, file):
    texts = []
    for name, where in (("a.json", ["--cluster", address]), ("b.json", [])):
        out = file.parent / name
        options = ["--only", "squares", "--only", "largest", "--examples", "200", "--no-database"]
        result = CliRunner().invoke(app, ["probe", str(file), *options, *where, "--json", str(out)])
        assert result.exit_code == 0, result.output
        probes = json.loads(out.read_text())["probes"]
        texts.append([{**one, "seconds": 0} for one in probes])
    assert texts[0] == texts[1]
    assert [one["id"] for one in texts[0]] == ["squares", "largest"]


def test_a_lost_scheduler_is_told_after_what_was_found(mortal, file, monkeypatch):
    address, scheduler = mortal
    heard = elsewhere._heard

    def kill(*args):
        scheduler.kill()
        return heard(*args)

    monkeypatch.setattr(elsewhere, "_heard", kill)
    options = ["--only", "squares", "--only", "largest", "--only", "waits", "--no-database"]
    result = CliRunner().invoke(app, ["probe", str(file), *options, "--cluster", address])
    assert result.exit_code == 3
    assert f"Unable: The scheduler at {address} is gone" in result.output
    assert "of 3 conjectures were searched; no JSON was written" in result.output
    assert "counterexample" in result.output
