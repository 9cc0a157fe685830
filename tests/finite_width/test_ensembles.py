"""Ensembles: the same draws however they are made, and means that can be told from wrong ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as hs
from typer.testing import CliRunner

import ntkproofs as nt
from ntkproofs.cli import app
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width import ensembles
from ntkproofs.finite_width.accumulators import Moments
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.ensembles import ensemble
from ntkproofs.finite_width.network import Network, draw_weights
from ntkproofs.finite_width.rates import width_rates
from ntkproofs.finite_width.scores import agreement
from ntkproofs.kernels.activations import PiecewiseLinear

X = nt.sphere.uniform(3, 2, seed=0)
NETWORK = Network.of(3, 8)


@pytest.fixture(scope="module")
def found():
    return ensemble(NETWORK, X, 300, seed=4)


def test_moments_are_those_of_the_draws(found):
    kernels = np.stack(
        [
            empirical_ntk(NETWORK, draw_weights(NETWORK, 2, seed=4, draw=i), X).ntk
            for i in range(300)
        ]
    )
    np.testing.assert_allclose(found.mean, kernels.mean(0), rtol=1e-12)
    error = kernels.std(0, ddof=1) / 300**0.5
    np.testing.assert_allclose(found.standard_error, error, rtol=1e-10)
    eigenvalues = np.linalg.eigvalsh(kernels)
    np.testing.assert_allclose(found.spectrum, eigenvalues.mean(0), rtol=1e-12)
    away = np.linalg.norm(kernels - found.limit.ntk, ord=2, axis=(1, 2))
    assert found.deviation == pytest.approx(away.mean(), rel=1e-12)
    assert found.deviation_error == pytest.approx(away.std(ddof=1) / 300**0.5, rel=1e-9)
    weights = found.state.sizes / 300
    np.testing.assert_allclose(np.tensordot(weights, found.state.groups, 1), found.mean, rtol=1e-12)


@pytest.mark.parametrize("options", [{"jobs": 2}, {"executor": ThreadPoolExecutor(2)}])
def test_the_way_it_is_run_changes_nothing(found, options):
    again = ensemble(NETWORK, X, 300, seed=4, **options)
    np.testing.assert_allclose(again.mean, found.mean, rtol=1e-13)
    np.testing.assert_allclose(again.state.groups, found.state.groups, rtol=1e-13)


def test_an_interrupted_run_is_continued(found, tmp_path, monkeypatch):
    file = tmp_path / "state.npz"

    class Stop(Exception):
        pass

    def stop(done, total):
        assert total == 300
        if done >= 128:
            raise Stop

    with pytest.raises(Stop):
        ensemble(NETWORK, X, 300, seed=4, checkpoint=file, progress=stop)
    made = []
    chunk_moments = ensembles.chunk_moments
    monkeypatch.setattr(
        ensembles, "chunk_moments", lambda *a: made.append(a[2]) or chunk_moments(*a)
    )
    again = ensemble(NETWORK, X, 300, seed=4, checkpoint=file)
    assert made[0] == range(128, 192)
    assert np.array_equal(again.mean, found.mean)
    assert np.array_equal(again.spectrum_error, found.spectrum_error)
    more = ensemble(NETWORK, X, 310, seed=4, checkpoint=file)
    np.testing.assert_allclose(more.mean, ensemble(NETWORK, X, 310, seed=4).mean, rtol=1e-12)
    with pytest.raises(InvalidInput, match="more than the 300"):
        ensemble(NETWORK, X, 300, seed=4, checkpoint=file)
    with pytest.raises(InvalidInput, match="another ensemble"):
        ensemble(NETWORK, X, 400, seed=5, checkpoint=file)
    file.write_bytes(b"PK no archive")
    with pytest.raises(InvalidInput, match="no checkpoint"):
        ensemble(NETWORK, X, 400, seed=4, checkpoint=file)


def test_a_checkpoint_that_holds_objects_is_not_unpickled(tmp_path):
    file = tmp_path / "state.npz"
    np.savez(file, digest=np.array([{"a": 1}], dtype=object), draws=np.array(1))
    with pytest.raises(InvalidInput, match="no checkpoint"):
        ensemble(NETWORK, X, 300, checkpoint=file)


def test_the_mean_of_two_layers_is_the_limit_and_other_means_are_not(found):
    two = ensemble(Network.of(2, 4), X, 6000, seed=1)
    assert two.compare().agrees
    assert not two.compare(two.limit.ntk * 1.05).agrees
    assert not ensemble(NETWORK, X, 6000, seed=4).compare().agrees  # three layers: off by 1/width


def test_false_alarms_come_as_often_as_stated():
    generator = np.random.default_rng(0)
    alarms = 0
    for _ in range(400):
        values = generator.standard_normal((50, 6))
        error = values.std(axis=0, ddof=1) / 50**0.5
        alarms += not agreement(values.mean(0), np.zeros(6), error, 50, false_alarm=0.1).agrees
    assert 20 <= alarms <= 62  # 40 expected; a binomial leaves this range once in 1000 times


def test_one_draw_and_the_mean_have_their_own_rates():
    made = [ensemble(Network.of(3, w), X, 24_000, seed=2) for w in (4, 8, 16)]
    rates = width_rates(made)
    assert 0.5 < rates.one_draw.low < rates.one_draw.high < 0.65
    assert 0.65 < rates.mean.low < 0.9 < rates.mean.high < 1.3
    plain = [np.linalg.norm(e.mean - e.limit.ntk) / np.linalg.norm(e.limit.ntk) for e in made]
    assert all(a < b for a, b in zip(rates.mean.deviations, plain, strict=True))  # noise is out


def test_a_rate_that_noise_hides_has_no_bounds():
    rates = width_rates([ensemble(Network.of(2, w), X, 2000, seed=2) for w in (4, 8)])
    assert rates.mean.high == np.inf


def test_float32_networks(found):
    single = ensemble(NETWORK, X, 3000, seed=4, dtype="float32")
    double = ensemble(NETWORK, X, 3000, seed=4)
    error = np.hypot(single.standard_error, double.standard_error)
    assert agreement(single.mean, double.mean, error, 3000, false_alarm=1e-3).agrees


@pytest.mark.parametrize("network", [Network(()), Network((1,)), Network((1, 1), "erf")])
def test_the_smallest_networks(network):
    tiny = ensemble(network, X[:1], 10)
    assert np.isfinite(tiny.mean).all()
    if network.depth == 1:
        assert tiny.compare().agrees
        assert tiny.standard_error.max() == 0


@settings(deadline=None, max_examples=50)
@given(hs.lists(hs.integers(1, 7), min_size=1, max_size=6), hs.integers(0, 1000))
def test_merged_moments_are_those_of_all(sizes, seed):
    values = np.random.default_rng(seed).standard_normal((sum(sizes), 3)) + 1e3
    merged = Moments.empty((3,))
    for part in np.split(values, np.cumsum(sizes)[:-1]):
        merged.add(Moments.of(part))
    whole = Moments.of(values)
    np.testing.assert_allclose(merged.mean, whole.mean, rtol=1e-14)
    np.testing.assert_allclose(merged.squares, whole.squares, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"draws": 1}, "two draws"),
        ({"draws": 2.5}, "integer"),
        ({"seed": -1}, "seed"),
        ({"dtype": "float16"}, "float64 or float32"),
        ({"X": np.ones(3)}, "rows"),
        ({"X": np.array([[np.nan, 1.0]])}, "NaN"),
        ({"X": np.ones((0, 2))}, "shape"),
    ],
)
def test_ensembles_that_are_none(change, says):
    arguments = {"X": X, "draws": 10, "seed": 0, "dtype": "float64", **change}
    with pytest.raises(InvalidInput, match=says):
        ensemble(NETWORK, **arguments)


def test_a_network_beyond_the_memory_is_refused_before_it_is_made():
    with pytest.raises(Unable, match="memory"):
        ensemble(Network.of(100_000, 100_000), X, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"sizes": np.array([-100, 164] + [0] * 30)},
        {"ntk_squares": -np.ones((len(X), len(X)))},
        {"groups": np.zeros((32, len(X), len(X)), dtype=complex)},
        {"groups": np.full((32, len(X), len(X)), "x")},
        {"draws": np.array(64.5)},
        {"draws": np.array([1, 2])},
    ],
)
def test_a_checkpoint_with_numbers_that_are_none_is_refused(tmp_path, change):
    file = tmp_path / "state.npz"
    ensemble(NETWORK, X, 64, checkpoint=file)
    with np.load(file) as stored:
        arrays = dict(stored)
    np.savez(file, **{**arrays, **change})
    with pytest.raises(InvalidInput, match="no checkpoint"):
        ensemble(NETWORK, X, 100, checkpoint=file)


def test_files_that_are_no_archives_are_no_checkpoints(tmp_path):
    file = tmp_path / "state.npz"
    file.touch()
    with pytest.raises(InvalidInput, match="no checkpoint"):
        ensemble(NETWORK, X, 64, checkpoint=file)
    with file.open("wb") as opened:
        np.save(opened, np.zeros(3))
    with pytest.raises(InvalidInput, match="no checkpoint"):
        ensemble(NETWORK, X, 64, checkpoint=file)


def test_networks_that_print_alike_have_checkpoints_of_their_own(tmp_path):
    file = tmp_path / "state.npz"
    for one, other in (
        (Network.of(3, 4, bias_variance=0.1), Network.of(3, 4, bias_variance=0.1 + 1e-9)),
        (
            Network((4, 4), PiecewiseLinear(1 / 3, 2 / 3), 2.0),
            Network((4, 4), PiecewiseLinear(1 / 3 + 1e-9, 2 / 3), 2.0),
        ),
    ):
        file.unlink(missing_ok=True)
        assert repr(one) == repr(other)
        ensemble(one, X, 64, checkpoint=file)
        with pytest.raises(InvalidInput, match="another ensemble"):
            ensemble(other, X, 100, checkpoint=file)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--json", "state.npz", "--checkpoint", "state.npz"], "two files"),
        (["--false-alarm", "2"], "(0, 1)"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_the_command_refuses_before_it_draws(tmp_path, monkeypatch, options, says):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ensembles, "chunk_moments", lambda *_: pytest.fail("drew"))
    result = CliRunner().invoke(app, ["ensemble", "--points", "3", "--width", "4", *options])
    assert (result.exit_code, says in result.output) == (2, True), result.output
