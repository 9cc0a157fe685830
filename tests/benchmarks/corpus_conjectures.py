"""A corpus of conjectures in this field whose truth is known; half of them are false.

The false ones fail in ways that are hard to hit; the true ones hold with equality, or by a hair,
so that floats may think that they fail.
"""

from tests.benchmarks.corpus_conjectures_kernels import KERNELS
from tests.benchmarks.corpus_conjectures_matrices import MATRICES
from tests.benchmarks.corpus_conjectures_needles import NEEDLES
from tests.benchmarks.corpus_conjectures_spectra import SPECTRA
from tests.benchmarks.corpus_entries import Entry

CORPUS: list[Entry] = [*MATRICES, *SPECTRA, *KERNELS, *NEEDLES]
TRUE = [entry for entry in CORPUS if entry.holds]
FALSE = [entry for entry in CORPUS if not entry.holds]
