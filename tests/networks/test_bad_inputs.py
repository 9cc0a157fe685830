"""What users give by mistake: messages say what is required, what was given, what to do."""

import json
import math

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("equinox")

import jax

from ntkproofs.errors import InvalidInput
from ntkproofs.networks import data
from ntkproofs.networks.contenders import Budget
from ntkproofs.networks.figure_2 import Figure2Settings
from ntkproofs.networks.models import ECRN, MLP
from ntkproofs.networks.resnet import ResNet18
from ntkproofs.networks.results import Score, TaskRun, analyse
from ntkproofs.networks.synthetic import GaussianMixture, Sinusoids
from ntkproofs.networks.training import Data, Recipe, predict, stable_rate, train
from ntkproofs.reports.network_tables import write_results

KEY = jax.random.key(0)
X = np.linspace(-1, 1, 8)[:, None]
WAVE = Data(X, X)
TABLE = np.random.default_rng(0).standard_normal((50, 2))


def model(factor=1.0):
    return jax.tree.map(lambda a: a * factor, MLP(1, 1, KEY, width=3, depth=1))


def image_model(x):
    """ResNet-18 up to its check of the shape: no weights are drawn."""
    return ResNet18.__call__(None, np.zeros(x))


def task(inputs=TABLE, targets=TABLE[:, 0], classes=None, seed=0):
    return data.make_task("mine", inputs, targets, classes=classes, seed=seed, about="")


def ecrn(**options):
    return ECRN(1, 1, KEY, features=2, width=3, depth=2, **options)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: image_model((3, 32, 32)), r"colours last; got shape \(3, 32, 32\). Move the axes"),
        (lambda: image_model((32, 32, 1)), "height, width, 3"),
        (lambda: image_model((3072,)), "give vectors to MLP"),
        (lambda: predict(model(), np.ones((3, 2))), r"does not take inputs of shape \(2,\)"),
        (lambda: predict(model(), np.ones((0, 1))), "n >= 1"),
        (lambda: predict(model(), [["a"]]), "finite real numbers"),
        (lambda: predict(model(), [[math.nan]]), "finite real numbers"),
        (lambda: train(lambda x, key: None, Recipe(), WAVE), "this one gives no array"),
        (lambda: train(model(math.nan), Recipe(), WAVE), "finite loss; here it is nan before"),
        (lambda: train(model(), Recipe(), Data(1e39 * X, X)), "inputs reach 1e\\+39, and would"),
        (lambda: train(model(), Recipe(), Data(X, 1e39 * X)), "targets reach 1e\\+39"),
        (lambda: train(model(), Recipe(), WAVE, Data(1e39 * X, X)), "inputs reach 1e\\+39"),
        (lambda: stable_rate(model(math.nan), WAVE), "finite and not zero"),
        (lambda: stable_rate(model(0.0), Data(0 * X + 1, X)), None),
        (lambda: Recipe(rate="fast"), "made of numbers; got rate = 'fast'"),
        (lambda: Recipe(weight_decay=None), "got weight_decay = None"),
        (lambda: ecrn(alpha=[1.0, 2.0, 3.0]), "one each: 2 here"),
        (lambda: ecrn(alpha=math.nan), "one finite α"),
        (lambda: ecrn(bandwidth=-1.0), "standard deviation, a number >= 0; got bandwidth = -1.0"),
        (lambda: ecrn(bandwidth=math.nan), "standard deviation"),
        (lambda: Budget(channels=12), "multiple of 8; got channels = 12. Take 8 or 16"),
        (lambda: Figure2Settings(channels=4), "multiple of 8; got channels = 4. Take 8"),
        (lambda: task([["a"]] * 50), "inputs are real numbers; got <U1"),
        (lambda: task(targets=["a"] * 50), "targets are real numbers"),
        (lambda: task(inputs=np.ones((50, 2))), "feature 0 is constant there. Leave it out"),
        (lambda: task(targets=np.ones(50)), r"\(target\) is constant"),
        (
            lambda: task(targets=np.zeros(50, int), classes=2),
            "class 1 is missing from the training",
        ),
        (lambda: task(targets=np.arange(50) // 49, classes=2), "too few for shares"),
        (lambda: task(seed=-1), "seed"),
        (lambda: Sinusoids.random().draw(5, -1), "seed"),
        (lambda: GaussianMixture.random().draw(5, -1), "seed"),
    ],
)
def test_the_message_says_what_is_wrong(call, said):
    if said is None:  # a readout of zeros still has a bias that moves the output
        assert call() == pytest.approx(1.0)
        return
    with pytest.raises(InvalidInput, match=said):
        call()


def test_a_path_may_be_text(tmp_path):
    train(model(), Recipe(steps=1), WAVE, checkpoint=str(tmp_path / "run.npz"))
    assert (tmp_path / "run.npz").exists()


def test_a_table_in_which_all_points_diverged_is_written(tmp_path):
    """The validation loss is infinite then, which JSON has no number for."""
    scores = [
        Score(
            "iris", "m", run, {"accuracy": 0.1 * run}, {"rate": 1.0}, math.inf, 0, "diverged", 0.1
        )
        for run in (0, 1)
    ]
    tasks = [TaskRun("iris", "about", (3, 2, 1), f"{run}", {}, 0.0) for run in (0, 1)]
    found = analyse(
        "table-3", Budget(runs=2), {"m": ("", ({"rate": 1.0},))}, tasks=tasks, scores=scores
    )
    content = json.loads(write_results(tmp_path, found)[0].read_text())
    assert [score["validation"] for score in content["scores"]] == [None, None]
