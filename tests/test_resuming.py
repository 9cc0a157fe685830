"""Runs of many parts: what was finished is kept, and taken up to the same bits, or refused."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from ntkproofs import resuming
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width import budgets
from ntkproofs.finite_width.budgets import frontier
from ntkproofs.finite_width.torus_training import ModeCurves
from ntkproofs.resuming import FinishedParts, Form, digest_of, finish

AS_IT_IS: Form[float] = Form(lambda value: value, float)
X, Y = np.eye(3), np.array([1.0, -1.0, 1.0])


def interrupted_at(last):
    def root(number):
        if number == last:
            raise KeyboardInterrupt
        return math.sqrt(number)

    return root


def kept_in(path, **run):
    return FinishedParts(path, {"roots": 1, **run})


def roots(path, numbers, function=math.sqrt, **options):
    tasks = {str(number): (number,) for number in numbers}
    return finish(function, tasks, AS_IT_IS, kept_in(path), **options)


def test_parts_that_were_finished_are_not_made_again(tmp_path):
    path, told = tmp_path / "roots.partial.json", []
    with pytest.raises(KeyboardInterrupt):
        roots(path, range(5), interrupted_at(3), progress=lambda *count: told.append(count))
    assert list(kept_in(path).parts) == ["0", "1", "2"]
    assert told == [(1, 5), (2, 5), (3, 5)]
    made, told = [], []

    def counted(number):
        made.append(number)
        return math.sqrt(number)

    found = roots(path, range(5), counted, progress=lambda *count: told.append(count))
    assert made == [3, 4]
    assert list(found.items()) == [(str(n), math.sqrt(n)) for n in range(5)]
    assert told == [(done, 5) for done in range(1, 6)]
    assert list(roots(path, [4, 1], interrupted_at(1))) == ["4", "1"]  # an order of its own


def test_writing_takes_a_small_share_of_a_run_of_short_parts(tmp_path, monkeypatch):
    clock = [0.0]

    def passing(seconds):
        clock[0] += seconds

    def part(number):
        passing(0.5)
        return number

    monkeypatch.setattr(resuming, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(FinishedParts, "write", lambda _: passing(1.0))
    roots(tmp_path / "roots.partial.json", range(200), part)
    # 100 s of parts: a write of a second at the start, at the end, and after every 20 s
    assert clock[0] == 100 + 6


def test_an_error_of_a_part_keeps_the_others(tmp_path):
    path = tmp_path / "roots.partial.json"
    with pytest.raises(ValueError, match="math domain"):
        roots(path, [1, 4, -1, 9])
    assert kept_in(path).parts == {"1": 1.0, "4": 2.0}


def test_without_a_file_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert roots(None, [4]) == {"4": 2.0}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda data: data["run"].update(roots=2), "it differs in the roots"),
        (lambda data: data["run"]["versions"].update(numpy="0"), r"versions in numpy \(0, here"),
        (lambda data: data["parts"].update({"4": "no number"}), "its 4 is not complete"),
        (lambda data: data["parts"].update({"4": None}), "its 4 is not complete"),
        (lambda data: data.pop("parts"), "is none, or it is cut short"),
    ],
)
def test_parts_of_another_run_and_damaged_ones_are_refused(tmp_path, damage, told):
    path = tmp_path / "roots.partial.json"
    roots(path, [4])
    data = json.loads(path.read_text())
    damage(data)
    path.write_text(json.dumps(data))
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match=told):
        roots(path, [4, 9])
    assert path.read_bytes() == before


def test_a_digest_tells_arrays_apart():
    here = np.array([1.0, 2.0, 3.0, 4.0])
    others = [here.reshape(2, 2), here.astype(np.float32), here + 1e-16 * np.eye(4)[3] * 5, -here]
    assert digest_of(here) == digest_of(here[::-1][::-1])
    assert len({digest_of(one) for one in (here, *others)}) == 5
    assert digest_of(here, here) != digest_of(np.concatenate([here, here]))


def test_a_frontier_goes_on_and_shares_its_file_with_other_budgets(tmp_path, monkeypatch):
    path, options = tmp_path / "frontier.partial.json", {"depths": [2, 3, 4], "draws": 5}
    straight = [frontier(budget, X, Y, **options) for budget in (500, 2000)]

    def lost(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        frontier(500, X, Y, partial=path, progress=lost, **options)
    made = []
    rows = budgets._rows
    monkeypatch.setattr(
        budgets, "_rows", lambda network, plan: made.append(network.depth) or rows(network, plan)
    )
    found = [frontier(budget, X, Y, partial=path, **options) for budget in (500, 2000)]
    assert found == straight
    assert made == [4, 2, 3, 4]
    for changed in ({"eps": 0.1}, {"seed": 1}, {"draws": 6}, {"activation": "identity"}):
        with pytest.raises(InvalidInput, match="it differs in the frontier"):
            frontier(500, X, Y, partial=path, **options | changed)
    with pytest.raises(InvalidInput, match="it differs in the frontier in data"):
        frontier(500, X, -Y, partial=path, **options)


def test_infinite_quantities_come_back(tmp_path):
    path, twice = tmp_path / "frontier.partial.json", np.ones((2, 2)) / math.sqrt(2)
    options = {"depths": [2], "draws": 2, "partial": path}
    first = frontier(100, twice, [1.0, -1.0], **options)
    assert math.isinf(first.designs[0].limit["time"])
    assert frontier(100, twice, [1.0, -1.0], **options) == first


def test_curves_come_back_to_the_bit():
    generator = np.random.default_rng(0)
    parts = generator.normal(size=(2, 3, 4))
    coefficients = parts[0] + 1j * parts[1]
    coefficients[0, 0] = complex(-0.0, math.inf)
    curves = ModeCurves(np.arange(3), coefficients, parts[0, 0], 1 / 3)
    again = ModeCurves.from_json(json.loads(json.dumps(curves.to_json())))
    assert again.coefficients.tobytes() == coefficients.tobytes()
    assert (again.step_size, again.rates.tobytes()) == (1 / 3, curves.rates.tobytes())
    assert again.steps.dtype == np.int64
    assert np.array_equal(again.steps, curves.steps)
