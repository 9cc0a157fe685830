"""Training in JAX against NumPy; the experiment, its files, its pictures and its command."""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

jax = pytest.importorskip("jax")

from ntkproofs.cli import app  # noqa: E402
from ntkproofs.errors import InvalidInput, Unable  # noqa: E402
from ntkproofs.finite_width.mode_rates import ModeRates, RateFit  # noqa: E402
from ntkproofs.finite_width.network import Network, draw_weights  # noqa: E402
from ntkproofs.finite_width.torus_problems import TorusLoss  # noqa: E402
from ntkproofs.finite_width.torus_training import descend  # noqa: E402
from ntkproofs.networks import frequency_experiment  # noqa: E402
from ntkproofs.networks.frequency_control import train  # noqa: E402
from ntkproofs.networks.frequency_experiment import (  # noqa: E402
    Case,
    FrequencyControl,
    Run,
    Settings,
    run_frequency_control,
)
from ntkproofs.reports.frequency_control import to_json, write_rates  # noqa: E402

SMALL = Settings(
    tori=((1, 6), (2, 4)),
    orders=(0, 1),
    poisson_orders=(-1,),
    widths=(16, 64),
    draws=2,
    steps=40,
    large_amplitudes=(1.0,),
)


@pytest.fixture(scope="module")
def result():
    return run_frequency_control(SMALL)


@pytest.mark.parametrize("loss", [TorusLoss("sobolev", 1), TorusLoss("poisson", -1)])
@pytest.mark.parametrize(("depth", "activation", "bias"), [(2, "relu", 0.5), (3, "erf", 0.0)])
@pytest.mark.parametrize("centred", [False, True])
def test_jax_and_numpy_take_the_same_steps(loss, depth, activation, bias, centred):
    """Two gradients: by automatic differentiation of the loss, and by the formulas of descend."""
    network = Network.of(depth, 24, activation, bias_variance=bias)
    problem = loss.problem(4, 2, amplitude=1, seed=0)
    weights = draw_weights(network, 4, seed=0, draw=0)
    here = train(network, weights, problem, steps=60, centred=centred)
    there = descend(network, weights, problem, steps=60, centred=centred)
    np.testing.assert_allclose(here.coefficients, there.coefficients, atol=1e-13)
    assert not jax.config.jax_enable_x64 or jax.numpy.ones(1).dtype == np.float64


def test_single_precision_is_single_and_says_so_by_its_error():
    network, problem = Network.of(2, 64), TorusLoss("sobolev", 1).problem(8, 1, amplitude=1, seed=0)
    weights = draw_weights(network, 2, seed=0, draw=0)
    wide = train(network, weights, problem, steps=30).coefficients
    narrow = train(network, weights, problem, steps=30, precision="float32").coefficients
    assert 1e-9 < np.abs(wide - narrow).max() < 1e-4
    with pytest.raises(InvalidInput, match="float64"):
        train(network, weights, problem, steps=3, precision="float16")  # type: ignore[arg-type]


def test_a_network_that_diverges_is_an_error():
    network = Network.of(3, 2, "identity")
    problem = TorusLoss("sobolev", 1).problem(8, 1, amplitude=1e6, seed=0)
    with pytest.raises(Unable, match="smaller step size, or a wider network"):
        train(network, draw_weights(network, 2, seed=0, draw=0), problem, steps=400)


def test_the_experiment_runs_every_case(result):
    assert len(result.runs) == 7 * 2 * 2
    assert len(result.summaries) == 7 * 2
    assert len(result.laws) == 7
    firsts = {run.rates.measured[0] for run in result.runs if run.case == SMALL.cases()[0]}
    assert len(firsts) == 4  # no two networks alike, of one width or of two
    assert {run.draw for run in result.runs if run.curves is not None} == {0}
    again = run_frequency_control(replace(SMALL, tori=((1, 6),)))
    np.testing.assert_array_equal(again.runs[1].rates.measured, result.runs[1].rates.measured)


def _planted(exponent):
    """Runs whose log ratios are ±width^exponent, and the law that is found."""
    case, widths = Case(1, 6, TorusLoss("sobolev", 1), 0.01), (100, 400, 1600)
    settings = Settings(tori=((1, 6),), widths=widths, draws=20)
    generator = np.random.default_rng(0)
    ones, runs = np.ones(4), []
    for width in widths:
        for draw in range(20):
            gaps = width**exponent * generator.standard_normal(4)
            rates = ModeRates(np.arange(4), ones, np.exp(gaps), ones, ones)
            runs.append(Run(case, width, draw, rates, RateFit(1, 0, 0, 4)))
    found = FrequencyControl(settings, runs, [], [])
    return frequency_experiment._law(found, case), found


@pytest.mark.parametrize("exponent", [-0.5, -1.0])
def test_the_exponent_in_the_width_is_found(exponent):
    law, _ = _planted(exponent)
    assert law.lower < exponent < law.upper
    assert law.upper - law.lower < 0.3


def test_numbers_are_written_as_they_are(result, tmp_path):
    target = tmp_path / "rates.csv"
    write_rates(target, result)
    lines = target.read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == 2 * (4 * 4 + 3 * 10)
    four = [run.rates for run in result.select(SMALL.cases()[0], 64)]
    row = next(row for row in rows if row["width"] == "64")
    assert (row["frequency"], row["order"], row["draws"]) == ("0", "0", "2")
    assert float(row["predicted"]) == pytest.approx(four[0].predicted[0], rel=1e-5)
    a, b = (rates.measured[0] for rates in four)
    assert float(row["mean"]) == pytest.approx((a + b) / 2, rel=1e-5)
    assert float(row["half_width"]) == pytest.approx(12.7062 * abs(a - b) / 2, rel=1e-4)
    assert (float(row["least"]), float(row["largest"])) == pytest.approx(
        (min(a, b), max(a, b)), rel=1e-5
    )
    assert any("jax" in line for line in lines if line.startswith("#"))
    data = json.loads(json.dumps(to_json(result), allow_nan=False))
    assert data["settings"]["seed"] == 0
    assert data["versions"]["jax"]
    assert len(data["curves"]) == 7
    assert data["curves"][0]["sizes"][0][0] == pytest.approx(0.01 / 6**0.5, rel=1e-5)


def test_the_command_writes_numbers_and_pictures(tmp_path, monkeypatch):
    tiny = replace(SMALL, tori=((1, 8),), orders=(1,), poisson_orders=(), large_amplitudes=())
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(Settings, "quick", staticmethod(lambda: tiny))
    arguments = ["experiment", "frequency-control", "--quick", "--draws", "2", "--steps", "20"]
    widths = ["--width", "16", "--width", "32", "--output", str(tmp_path)]
    found = CliRunner().invoke(app, arguments + widths)
    assert found.exit_code == 0, found.output
    names = {path.name for path in tmp_path.iterdir()}
    pictures = {f"frequency_control_{name}.svg" for name in ("curves_T1", "rates", "widths")}
    assert names == {"frequency_control.csv", "frequency_control.json"} | pictures
    assert re.search(r"8\^1 +s = 1 ", found.output)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--draws", "1"], "one draw has no spread"),
        (["--seed", "-1"], "it numbers the random choices"),
        (["--width", "0"], "a layer has at least one neuron"),
        (["--width", "8", "--width", "8"], "given once each"),
        (["--output", "no/such/folder"], "no folder"),
    ],
)
def test_the_command_refuses_what_has_no_meaning(arguments, message):
    found = CliRunner().invoke(app, ["experiment", "frequency-control", "--quick", *arguments])
    assert found.exit_code == 2
    assert message in found.output
