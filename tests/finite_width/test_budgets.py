"""Deeper or wider: widths that fit, times of the flow, the best depth."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as hs
from typer.testing import CliRunner

import ntkproofs as nt
from ntkproofs.cli import app
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.budgets import Measured, answer, flow_time, frontier, width_of
from ntkproofs.finite_width.network import Network

X = nt.sphere.uniform(8, 4, seed=0)
Y = np.where(X[:, 0] > 0, 1.0, -1.0)


@given(hs.integers(40, 10**9), hs.integers(2, 12), hs.integers(2, 20))
def test_the_width_is_the_largest_that_fits(budget, depth, dim):
    width = width_of(budget, depth, dim)
    assert Network.of(depth, width).parameters(dim) <= budget
    assert Network.of(depth, width + 1).parameters(dim) > budget


def test_the_talk_counts_otherwise():
    assert width_of(20_000, 4, 5, "talk") == 5000
    assert Network.of(4, 5000).parameters(5) > 2000 * 20_000


def test_the_time_of_the_flow():
    assert flow_time(np.array([2.0]), np.array([3.0]), 0.1) == pytest.approx(math.log(10) / 2)
    values, parts = np.array([0.3, 2.0, 5.0]), np.array([1.0, -2.0, 0.5])
    time = flow_time(values, parts, 0.01)
    left = np.linalg.norm(parts * np.exp(-values * time)) / np.linalg.norm(parts)
    assert left == pytest.approx(0.01, rel=1e-9)
    assert flow_time(np.array([0.0, 1.0]), np.array([1.0, 1.0]), 0.1) == math.inf
    assert flow_time(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.1) == pytest.approx(math.log(10))


def test_medians_have_intervals_that_hold_them():
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(1000):
        found = Measured.of(generator.standard_cauchy(25))
        held += found.low <= 0 <= found.high
    assert held >= 935  # at least 95 %; a binomial falls to 935 once in 40 times if exactly so
    few = Measured.of([1.0, 2.0, math.inf])
    assert (few.median, few.low, few.high) == (2.0, -math.inf, math.inf)


@pytest.fixture(scope="module")
def found():
    return frontier(3000, X, Y, depths=[2, 4, 24], draws=40)


def test_finite_width_chooses_another_depth_than_the_limit(found):
    best = found.best("condition")
    assert best.in_the_limit == 24
    assert best.low <= best.depth <= best.high < 24
    assert "limit of infinite width would choose depth 24" in answer(found, "condition")
    deep = found.designs[-1]
    assert deep.measured["condition"].low > 3 * deep.limit["condition"]
    assert all(design.parameters <= 3000 for design in found.designs)


def test_a_very_large_budget_follows_the_limit():
    wide = frontier(1_500_000, X, Y, depths=[2, 3, 4], draws=5)
    assert wide.best("condition").depth == 4
    for design in wide.designs:
        assert design.measured["condition"].median == pytest.approx(
            design.limit["condition"], rel=0.25
        )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"depths": [2, 1]}, InvalidInput),
        ({"depths": []}, InvalidInput),
        ({"depths": [4000]}, Unable),
        ({"eps": 1.5}, InvalidInput),
        ({"y": np.zeros(8)}, InvalidInput),
        ({"activation": "erf"}, InvalidInput),
        ({"draws": 1}, InvalidInput),
    ],
)
def test_questions_that_are_none(change, error):
    arguments = {"budget": 3000, "X": X, "y": Y, "depths": [2], **change}
    with pytest.raises(error):
        frontier(**arguments)


def test_the_commands(tmp_path):
    table, picture = tmp_path / "frontier.csv", tmp_path / "frontier.svg"
    ran = CliRunner().invoke(
        app,
        ["frontier", "--budget", "500,2e3", "--depths", "2,6", "--draws", "8", "--points", "5",
         "--csv", str(table), "--plot", str(picture)],
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert "With 2,000 parameters" in ran.output
    rows = list(
        csv.DictReader(line for line in table.read_text().splitlines() if not line.startswith("#"))
    )
    assert len(rows) == 2 * 2 * 4
    assert picture.read_text().count("<svg") == 1
    refused = CliRunner().invoke(app, ["frontier", "--budget", "many"])
    assert refused.exit_code == 2
    ran = CliRunner().invoke(
        app,
        ["ensemble", "--width", "4", "--draws", "2000", "--points", "3",
         "--json", str(tmp_path / "e.json"), "--checkpoint", str(tmp_path / "e.npz")],
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert "limit of wide networks: differ" in ran.output
    assert (tmp_path / "e.json").stat().st_size > 500
    assert (tmp_path / "e.npz").exists()


def test_kernels_that_are_zero_do_not_win():
    """Most networks of width 1 are dead at depth 40: λ_max · time is no number, and counts as ∞."""
    found = frontier(100, X, Y, depths=[2, 40], draws=9)
    deep = found.designs[1].measured["steps"]
    assert (deep.median, found.best("steps").depth) == (math.inf, 2)
    assert not np.isnan(deep.values).any()
    assert "at depth 2" in answer(found)
    alone = answer(frontier(60, X, Y, depths=[40], draws=9))
    assert "singular" in alone
    assert "fewest" not in alone


def test_a_budget_beyond_memory_is_refused():
    with pytest.raises(Unable, match="memory"):
        frontier(10**30, X, Y, depths=[2], draws=2)
