"""Pictures of spectra: what they draw is what was computed."""

import os
import re

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, MissingPackage, Unable

matplotlib = pytest.importorskip("matplotlib")

from ntkproofs.reports import drawing, laws  # noqa: E402
from ntkproofs.reports.plots import draw, plot_spectrum, save_figure  # noqa: E402
from ntkproofs.reports.spectrum import spectrum  # noqa: E402

GAUSS = nt.zonal("g$auss_1", lambda u, ar: ar.exp(u - 1))
DISTANCE = nt.zonal("distance", lambda u, ar: ar.chord(u))


def drawn(axes):
    """Label -> (degrees, values) of the lines of some axes."""
    return {line.get_label(): line.get_data() for line in axes.get_lines()}


def starting(data, start):
    (found,) = [value for label, value in data.items() if label.startswith(start)]
    return found


def note(figure):
    return figure.get_supxlabel()


def test_the_markers_are_the_eigenvalues_of_each_parity():
    figure = plot_spectrum(nt.ntk(3), 3, range(21))
    data = drawn(figure.axes[0])
    for parity, first in (("even", 2), ("odd", 1)):
        degrees, values = data[rf"$\mu_\ell$, $\ell$ {parity}"]
        assert list(degrees) == list(range(first, 21, 2))
        assert list(values) == list(nt.eigenvalues(nt.ntk(3), 3, degrees))
    markers = {line.get_marker() for line in figure.axes[0].get_lines()} - {"None", ""}
    assert len(markers) == 2
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"
    assert r"\mu_0 = 0.9303" in note(figure)


def test_the_lines_are_the_law_and_its_series():
    figure = plot_spectrum(nt.ntk(3), 3, range(4, 41), terms=3)
    data = drawn(figure.axes[0])
    degrees, values = starting(data, r"$\mu_\ell \sim \frac{7}{4 \pi}\,\ell^{-3}$, $\ell$ even")
    np.testing.assert_allclose(values, 7 / (4 * np.pi) * np.asarray(degrees) ** -3.0, rtol=1e-13)
    assert (min(degrees), max(degrees)) == pytest.approx((4, 40))
    starting(data, r"$\mu_\ell \sim \frac{5}{4 \pi}\,\ell^{-3}$, $\ell$ odd")
    degrees, values = starting(data, r"series, up to 3 terms, $\ell$ odd")
    law = nt.asymptotics(nt.ntk(3), 3)
    assert values[-1] == float(law.eigenvalue(int(degrees[-1]), terms=3))
    assert list(degrees) == list(range(5, 41, 2))


def test_below_are_the_relative_errors_of_the_law_and_of_the_series():
    figure = plot_spectrum(nt.ntk(3), 3, range(20, 61), digits=40, terms=2)
    upper, lower = figure.axes
    assert upper.get_xlim() == lower.get_xlim()
    truth = {n: float(v.mid()) for n, v in zip(
        range(20, 61), nt.eigenvalues(nt.ntk(3), 3, range(20, 61), digits=40), strict=True
    )}  # fmt: skip
    leading, series = (line for line in lower.get_lines() if line.get_xdata()[0] == 20)
    for degree, error in zip(*leading.get_data(), strict=True):
        assert error == pytest.approx(abs(7 / (4 * np.pi) / degree**3 / truth[degree] - 1))
    assert list(series.get_xdata()) == list(range(20, 61, 2))
    slope = np.polyfit(np.log(series.get_xdata()), np.log(series.get_ydata()), 1)[0]
    assert slope == pytest.approx(-4, abs=0.3)  # two terms leave l^-4
    assert leading.get_linestyle() == "--"


def test_errors_below_those_of_floats_are_not_drawn_as_if_they_were_known():
    figure = plot_spectrum(nt.ntk(3), 3, range(20, 200))
    assert min(min(line.get_ydata()) for line in figure.axes[1].get_lines()) > 1e-15
    precise = plot_spectrum(nt.ntk(3), 3, range(20, 200), digits=40)
    assert min(min(line.get_ydata()) for line in precise.axes[1].get_lines()) < 1e-24


def test_exact_zeros_are_left_out_and_said_so():
    figure = plot_spectrum(nt.ntk(2), 3, range(1, 31))
    degrees, _ = drawn(figure.axes[0])[r"$\mu_\ell$, $\ell$ odd"]
    assert list(degrees) == [1]
    assert r"$\mu_\ell = 0$ exactly for odd $\ell \geq 3$" in note(figure)
    labels = list(drawn(figure.axes[0]))
    assert not any("sim" in label and "odd" in label for label in labels)


def test_one_law_of_both_parities_is_drawn_once():
    figure = plot_spectrum(nt.ntk(3, bias_variance=1), 3, range(2, 31))
    (label,) = [label for label in drawn(figure.axes[0]) if "sim" in label]
    assert "even" not in label


def test_negative_eigenvalues_are_drawn_by_their_size():
    figure = plot_spectrum(DISTANCE, 3, range(1, 21))
    assert figure.axes[0].get_ylabel() == r"$|\mu_\ell|$"
    degrees, values = drawn(figure.axes[0])[r"$|\mu_\ell|$, $\ell$ odd"]
    assert list(values) == list(abs(nt.eigenvalues(DISTANCE, 3, degrees)))


def test_fractional_exponents_read_well():
    step = nt.arccosine(0)
    (label,) = [
        label for label in drawn(plot_spectrum(step @ step, 3, [1, 2, 3]).axes[0]) if "sim" in label
    ]
    assert label.endswith(r"\ell^{-5/2}$")


def test_kernels_without_a_power_are_drawn_without_a_law():
    smooth = plot_spectrum(GAUSS, 3, range(1, 10))
    assert len(smooth.axes) == 1
    assert note(smooth) == r"The kernel is analytic at $u = \pm 1$: $\mu_\ell = O(54.6^{-\ell})$."
    floats = plot_spectrum(nt.zonal("f", lambda u: np.exp(-np.arccos(u))), 3, range(1, 10))
    assert len(floats.axes) == 1
    assert "No law" in note(floats)


@pytest.mark.parametrize(
    ("kernel", "title"),
    [
        (nt.nngp(5), r"nngp(depth=5) on $S^{6}$"),
        (GAUSS, r"zonal('g\$auss_1') on $S^{6}$"),
        (nt.arccosine(0) @ nt.cosine, r"$k(u) = \kappa_{0}\left(u\right)$ on $S^{6}$"),
        (0.5 * nt.arccosine(1), r"$k(u) = \frac{1}{2}\,\kappa_{1}\left(u\right)$ on $S^{6}$"),
    ],
)
def test_titles_can_be_set(kernel, title, tmp_path):
    figure = draw(spectrum(kernel, 7, range(1, 6), None))
    assert figure.axes[0].get_title() == title
    save_figure(figure, tmp_path / "p.svg")


def test_a_title_beyond_mathtext_is_plain_text():
    kernel = nt.zonal("x", lambda u, ar: ar.exp(u), latex=r"\begin{cases} e^u \end{cases}") + 1
    figure = draw(spectrum(kernel, 3, range(1, 6), None))
    assert figure.axes[0].get_title()
    figure.canvas.draw()


def test_nothing_overlaps_and_nothing_is_cut():
    figure = plot_spectrum(nt.ntk(3), 3, range(0, 101))
    renderer = figure.canvas.get_renderer()
    upper, lower = figure.axes
    texts = [upper.title, upper.yaxis.label, lower.yaxis.label, lower.xaxis.label]
    texts += [*lower.get_xticklabels(), *upper.get_yticklabels()]
    boxes = [text.get_window_extent(renderer) for text in texts if text.get_text()]
    boxes = [box for box in boxes if figure.bbox.overlaps(box)]  # ticks beyond the axes
    inside = figure.bbox
    for box in boxes:
        assert inside.x0 <= box.x0 <= box.x1 <= inside.x1
        assert inside.y0 <= box.y0 <= box.y1 <= inside.y1
    for i, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[:i] if other.width and one.width)


# Files


@pytest.fixture(scope="module")
def figure():
    return plot_spectrum(nt.ntk(3), 3, range(1, 31))


def test_the_same_figure_gives_the_same_file(figure, tmp_path):
    for suffix in ("svg", "pdf", "png"):
        contents = set()
        for name in ("a", "b"):
            path = tmp_path / f"{name}.{suffix}"
            save_figure(figure, path)
            contents.add(path.read_bytes())
        assert len(contents) == 1, suffix


def test_a_failure_leaves_the_old_file(figure, tmp_path, monkeypatch):
    path = tmp_path / "p.png"
    save_figure(figure, str(path))
    old = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InvalidInput, match="No space left"):
        save_figure(figure, path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["p.png"]


def test_pdf_embeds_fonts_that_journals_accept(figure, tmp_path):
    save_figure(figure, tmp_path / "p.pdf")
    content = (tmp_path / "p.pdf").read_bytes()
    assert b"/Type3" not in content
    assert b"STIX" in content


@pytest.mark.parametrize("name", ["p.jpg", "p", "p.png.gz", "png"])
def test_other_formats_are_refused(figure, tmp_path, name):
    with pytest.raises(InvalidInput, match="png, svg, pdf"):
        save_figure(figure, tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_does_not_exist(figure, tmp_path):
    with pytest.raises(InvalidInput, match="there is no folder"):
        save_figure(figure, tmp_path / "no" / "p.png")


def test_settings_of_matplotlib_are_left_alone(figure, tmp_path):
    before = dict(matplotlib.rcParams)
    plot_spectrum(nt.ntk(2), 3, range(1, 6))
    save_figure(figure, tmp_path / "p.png")
    assert dict(matplotlib.rcParams) == before


# Refusals


@pytest.mark.parametrize("degrees", [[5], [0], [0, 5], [5, 5]])
def test_a_single_degree_is_no_decay(degrees):
    with pytest.raises(InvalidInput, match="two degrees"):
        plot_spectrum(nt.ntk(3), 3, degrees)


@pytest.mark.parametrize(("kernel", "degrees"), [(nt.ntk(2), [3, 5, 7]), (nt.cosine, range(1, 9))])
def test_zeros_only_are_no_picture(kernel, degrees):
    with pytest.raises(InvalidInput, match="two eigenvalues that are not zero"):
        plot_spectrum(kernel, 3, degrees)


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingPackage, match=re.escape('pip install "ntkproofs[plots]"')):
        plot_spectrum(nt.ntk(3), 3)


# The laws that are drawn and printed


def test_the_series_is_cut_before_it_diverges():
    found = laws.laws(nt.ntk(3), 10)
    counts = [value.terms for n in (8, 16, 40) if (value := found.series_value(n)) is not None]
    assert counts == sorted(counts)
    assert counts[-1] == 8
    assert found.series_value(0) is None
    assert found.series_value(1) is None
    for degree in (12, 13, 20):
        value = found.series_value(degree)
        (truth,) = nt.eigenvalues(nt.ntk(3), 10, [degree])
        assert abs(float(value) - truth) < 2 * value.error


def test_long_constants_are_shown_in_decimals():
    law = laws.laws(nt.nngp(5), 10).even
    assert law.latex() == r"\mu_\ell \sim 6.2755 \cdot 10^{5}\,\ell^{-12}"


def test_a_law_that_one_parity_lacks(monkeypatch):
    def unable(self, parity):
        raise Unable("cannot tell")

    monkeypatch.setattr(laws.Asymptotics, "exponent", unable)
    found = laws.laws(nt.ntk(3), 3)
    assert found.even.words() == "cannot tell"
    assert laws.laws_to_json(found)["odd"]["problem"] == "cannot tell"


def test_plots_know_the_formats_that_they_name():
    assert set(drawing.FORMATS) == set(drawing._METADATA)
