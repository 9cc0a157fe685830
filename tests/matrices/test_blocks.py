"""Matrices that are not kept: blocks, files, operators, and the refusal of what does not fit."""

import json

import numpy as np
import pytest
from scipy.sparse.linalg import cg, eigsh

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices import files, memory

RNG = np.random.default_rng(20260107)
KERNEL = nt.ntk(6)


def sphere(n, dim):
    return nt.normalise(RNG.normal(size=(n, dim)))[0]


@pytest.mark.parametrize("rows", [1, 7, 128, 130, 300, 1000, None])
def test_blocks_are_the_matrix(rows):
    X, Y = sphere(300, 4), sphere(90, 4)
    for others in (None, Y):
        K = nt.gram(KERNEL, X, others)
        blocks = list(nt.gram_blocks(KERNEL, X, others, rows))
        assert np.array_equal(np.vstack([block for _, block in blocks]), K)
        assert all(np.array_equal(K[where], block) for where, block in blocks)


def test_blocks_of_kernels_without_a_series_and_of_other_libraries():
    import array_api_strict

    X, kernel = sphere(40, 3), nt.arccosine(0) @ nt.arccosine(0)
    K = nt.gram(kernel, X)
    for points in (X, array_api_strict.asarray(X)):
        for where, block in nt.gram_blocks(kernel, points, rows=9):
            assert np.allclose(np.asarray(block), K[where], rtol=1e-15, atol=0)


def test_bad_input_is_refused_before_the_first_block():
    with pytest.raises(InvalidInput, match="norm 2"):
        nt.gram_blocks(KERNEL, 2 * np.eye(3))
    with pytest.raises(InvalidInput, match="rows"):
        nt.gram_blocks(KERNEL, np.eye(3), rows=0)


def test_operators_are_the_matrix():
    X, Y = sphere(300, 4), sphere(90, 4)
    K, A = nt.gram(KERNEL, X), nt.operator(KERNEL, X)
    V = RNG.normal(size=(300, 5))
    assert A.shape == (300, 300)
    assert A.dtype == np.float64
    assert np.allclose(A @ V, K @ V, rtol=1e-12)
    assert np.allclose(A @ V[:, 0], K @ V[:, 0], rtol=1e-12)
    assert np.allclose(A.T @ V, K @ V, rtol=1e-12)
    assert np.allclose((2 * A) @ V, 2 * K @ V, rtol=1e-12)
    assert np.allclose(A @ (1j * V), 1j * K @ V, rtol=1e-12)
    L, B = nt.gram(KERNEL, X, Y), nt.operator(KERNEL, X, Y)
    assert np.allclose(B @ V[:90], L @ V[:90], rtol=1e-12)
    assert np.allclose(B.T @ V, L.T @ V, rtol=1e-12)
    assert np.allclose(B.H @ V[:, 1], L.T @ V[:, 1], rtol=1e-12)


def test_large_products_do_not_depend_on_threads():
    X, V = sphere(2300, 10), RNG.normal(size=(2300, 2))
    product = nt.operator(KERNEL, X, threads=1) @ V
    assert np.allclose(product, nt.gram(KERNEL, X) @ V, rtol=1e-11, atol=1e-9)
    assert np.array_equal(nt.operator(KERNEL, X, threads=3) @ V, product)
    few = nt.operator(KERNEL, X, X[:7])
    assert np.allclose(few @ V[:7], nt.gram(KERNEL, X, X[:7]) @ V[:7], rtol=1e-11, atol=1e-9)
    assert np.allclose(few.T @ V, nt.gram(KERNEL, X[:7], X) @ V, rtol=1e-11, atol=1e-9)


def test_operators_of_compensated_kernels():
    X, kernel = sphere(40, 3), nt.arccosine(0) @ nt.arccosine(0)
    V = RNG.normal(size=(40, 3))
    assert np.allclose(nt.operator(kernel, X) @ V, nt.gram(kernel, X) @ V)
    B, L = nt.operator(kernel, X, X[:9]), nt.gram(kernel, X, X[:9])
    assert np.allclose(B @ V[:9], L @ V[:9])
    assert np.allclose(B.T @ V, L.T @ V)


def test_an_operator_does_the_work_of_its_matrix():
    X = sphere(400, 3)
    K, A = nt.gram(KERNEL, X), nt.operator(KERNEL, X)
    largest = eigsh(A, k=3, return_eigenvectors=False)
    assert np.allclose(np.sort(largest), np.linalg.eigvalsh(K)[-3:], rtol=1e-10)
    b = RNG.normal(size=400)
    solution, status = cg(A, b, rtol=1e-10, maxiter=5000)
    assert status == 0
    assert np.allclose(K @ solution, b, atol=1e-7)


def test_operators_and_files_are_for_numpy():
    import array_api_strict

    X = array_api_strict.eye(3)
    with pytest.raises(InvalidInput, match="asarray"):
        nt.operator(KERNEL, X)
    with pytest.raises(InvalidInput, match="asarray"):
        nt.gram_to_file(KERNEL, X, "never.npy")


def test_a_file_is_the_matrix(tmp_path):
    X, Y, path = sphere(300, 4), sphere(90, 4), tmp_path / "K.npy"
    K = nt.gram_to_file(KERNEL, X, path, rows=70)
    assert isinstance(K, np.memmap)
    assert not K.flags.writeable
    assert np.array_equal(K, nt.gram(KERNEL, X))
    assert [p.name for p in tmp_path.iterdir()] == ["K.npy"]
    assert np.array_equal(nt.gram_to_file(KERNEL, X, path, Y), nt.gram(KERNEL, X, Y))
    single = nt.gram_to_file(KERNEL, X.astype(np.float32), path)
    assert single.dtype == np.float32
    with pytest.raises(InvalidInput, match="folder"):
        nt.gram_to_file(KERNEL, X, tmp_path / "none" / "K.npy")


class Stop(Exception):
    pass


@pytest.fixture
def interrupted(tmp_path, monkeypatch):
    """Points and path of a run that was stopped after two blocks of 60 rows."""
    X, path = sphere(300, 4), tmp_path / "K.npy"
    fill, calls = files.Entries.block, []

    def block(found, start, stop):
        calls.append(start)
        if len(calls) == 3:
            raise Stop
        return fill(found, start, stop)

    monkeypatch.setattr(files.Entries, "block", block)
    with pytest.raises(Stop):
        nt.gram_to_file(KERNEL, X, path, rows=60)
    calls.clear()
    calls.extend([-1] * 3)
    return X, path, calls


def test_an_interrupted_file_is_taken_up_again(interrupted):
    X, path, calls = interrupted
    assert not path.exists()
    assert json.loads(path.with_name("K.npy.progress").read_text())["rows"] == 120
    K = nt.gram_to_file(KERNEL, X, path, rows=60)
    assert calls[3:] == [120, 180, 240]
    assert np.array_equal(K, nt.gram(KERNEL, X))


@pytest.mark.parametrize("change", ["kernel", "points", "garbage", "shape"])
def test_another_matrix_starts_afresh(interrupted, change):
    X, path, calls = interrupted
    kernel = nt.ntk(7) if change == "kernel" else KERNEL
    if change == "points":
        X = X[::-1]
    if change == "shape":
        X = X[:200]
    if change == "garbage":
        path.with_name("K.npy.progress").write_text("{")
    assert np.array_equal(nt.gram_to_file(kernel, X, path, rows=60), nt.gram(kernel, X))
    assert calls[3] == 0


def test_what_does_not_fit_is_refused_with_the_figure(tmp_path, monkeypatch):
    X = sphere(2000, 3)
    monkeypatch.setattr(memory, "available_bytes", lambda: 10**7)
    with pytest.raises(
        Unable, match=r"2000 x 2000 .* needs 32 MB .* 10 MB are available.*nt\.operator"
    ):
        nt.gram(KERNEL, X)
    with pytest.raises(Unable, match="Take fewer rows"):
        nt.gram_blocks(KERNEL, X, rows=500)
    assert next(iter(nt.gram_blocks(KERNEL, X, rows=100)))[1].shape == (100, 2000)
    monkeypatch.setattr(
        files.shutil, "disk_usage", lambda _: files.shutil._ntuple_diskusage(1, 1, 0)
    )
    with pytest.raises(Unable, match="disk"):
        nt.gram_to_file(KERNEL, X, tmp_path / "K.npy")
    assert list(tmp_path.iterdir()) == []


def test_a_matrix_of_a_million_points_is_refused_at_once():
    with pytest.raises(Unable, match="TB"):
        nt.gram(nt.nngp(2), np.tile([1.0, 0.0], (10**6, 1)))


def test_available_memory_is_a_sensible_number():
    found = memory.available_bytes()
    assert found is None or 10**6 < found < 10**15


def test_the_limit_of_a_container(tmp_path):
    assert memory._container(tmp_path) is None
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 100\n")
    assert memory._container(tmp_path) == 400
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._container(tmp_path) is None


@pytest.mark.parametrize(
    ("size", "text"), [(10, "10 bytes"), (3_200_000, "3.2 MB"), (8 * 10**12, "8 TB")]
)
def test_sizes_are_readable(size, text):
    assert memory.size_text(size) == text
