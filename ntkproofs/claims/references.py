"""The works of the literature that theorems are cited from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Reference:
    """A book, a paper or a site; fields that are not known for sure stay empty.

    Attributes:
        key: by which theorems name it.
        kind: of BibTeX: ``book``, ``article``, ``inproceedings`` or ``misc``.
        author: names as BibTeX wants them, joined by ``and``, in Unicode.
        title: in Unicode.
        year: of the edition that is meant; empty for a site.
        booktitle: proceedings in which a paper appeared.
        journal: in which an article appeared.
        volume: of the journal or the series.
        number: of the issue.
        pages: first and last, joined by ``--``.
        publisher: of a book.
        series: of books.
        edition: in words, where it is not the first.
        eprint: number at the arXiv.
        doi: digital object identifier.
        url: address of a site.
    """

    key: str
    kind: str
    author: str
    title: str
    year: str
    booktitle: str = ""
    journal: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    publisher: str = ""
    series: str = ""
    edition: str = ""
    eprint: str = ""
    doi: str = ""
    url: str = ""


_WORKS = (
    Reference(
        "aitkengurari2020",
        "misc",
        "Kyle Aitken and Guy Gur-Ari",
        "On the Asymptotics of Wide Networks with Polynomial Activations",
        "2020",
        eprint="2006.06687",
    ),
    Reference(
        "aronszajn1950",
        "article",
        "Nachman Aronszajn",
        "Theory of Reproducing Kernels",
        "1950",
        journal="Transactions of the American Mathematical Society",
        volume="68",
        number="3",
        pages="337--404",
    ),
    Reference(
        "bach2017",
        "article",
        "Francis Bach",
        "Breaking the Curse of Dimensionality with Convex Neural Networks",
        "2017",
        journal="Journal of Machine Learning Research",
        volume="18",
        number="19",
        pages="1--53",
    ),
    Reference(
        "bartlettmendelson2002",
        "article",
        "Peter L. Bartlett and Shahar Mendelson",
        "Rademacher and Gaussian Complexities: Risk Bounds and Structural Results",
        "2002",
        journal="Journal of Machine Learning Research",
        volume="3",
        pages="463--482",
    ),
    Reference(
        "biettibach2021",
        "inproceedings",
        "Alberto Bietti and Francis Bach",
        "Deep Equals Shallow for ReLU Networks in Kernel Regimes",
        "2021",
        booktitle="International Conference on Learning Representations",
    ),
    Reference(
        "chenxu2021",
        "inproceedings",
        "Lin Chen and Sheng Xu",
        "Deep Neural Tangent Kernel and Laplace Kernel Have the Same RKHS",
        "2021",
        booktitle="International Conference on Learning Representations",
    ),
    Reference(
        "chosaul2009",
        "inproceedings",
        "Youngmin Cho and Lawrence K. Saul",
        "Kernel Methods for Deep Learning",
        "2009",
        booktitle="Advances in Neural Information Processing Systems",
        volume="22",
    ),
    Reference(
        "davis1979",
        "book",
        "Philip J. Davis",
        "Circulant Matrices",
        "1979",
        publisher="Wiley",
    ),
    Reference(
        "debruijn1961",
        "book",
        "N. G. de Bruijn",
        "Asymptotic Methods in Analysis",
        "1961",
        publisher="North-Holland",
        edition="second",
    ),
    Reference(
        "delsarte1977",
        "article",
        "Philippe Delsarte and Jean-Marie Goethals and Johan Jacob Seidel",
        "Spherical Codes and Designs",
        "1977",
        journal="Geometriae Dedicata",
        volume="6",
        pages="363--388",
    ),
    Reference(
        "coxeter1973",
        "book",
        "Harold Scott MacDonald Coxeter",
        "Regular Polytopes",
        "1973",
        publisher="Dover",
        edition="third",
    ),
    Reference(
        "isserlis1918",
        "article",
        "Leon Isserlis",
        "On a formula for the product-moment coefficient of any order of a normal frequency "
        "distribution in any number of variables",
        "1918",
        journal="Biometrika",
        volume="12",
        pages="134--139",
    ),
    Reference(
        "dlmf",
        "misc",
        "{NIST}",
        "Digital Library of Mathematical Functions",
        "",
        url="https://dlmf.nist.gov",
    ),
    Reference(
        "dyergurari2019",
        "misc",
        "Ethan Dyer and Guy Gur-Ari",
        "Asymptotics of Wide Networks from Feynman Diagrams",
        "2019",
        eprint="1909.11304",
    ),
    Reference(
        "flajoletsedgewick2009",
        "book",
        "Philippe Flajolet and Robert Sedgewick",
        "Analytic Combinatorics",
        "2009",
        publisher="Cambridge University Press",
    ),
    Reference(
        "hoeffding1948",
        "article",
        "Wassily Hoeffding",
        "A Class of Statistics with Asymptotically Normal Distribution",
        "1948",
        journal="The Annals of Mathematical Statistics",
        volume="19",
        number="3",
        pages="293--325",
    ),
    Reference(
        "hornjohnson1991",
        "book",
        "Roger A. Horn and Charles R. Johnson",
        "Topics in Matrix Analysis",
        "1991",
        publisher="Cambridge University Press",
    ),
    Reference(
        "hornjohnson2013",
        "book",
        "Roger A. Horn and Charles R. Johnson",
        "Matrix Analysis",
        "2013",
        publisher="Cambridge University Press",
        edition="second",
    ),
    Reference(
        "huangyau2019",
        "misc",
        "Jiaoyang Huang and Horng-Tzer Yau",
        "Dynamics of Deep Neural Networks and Neural Tangent Hierarchy",
        "2019",
        eprint="1909.08156",
    ),
    Reference(
        "jacot2018",
        "inproceedings",
        "Arthur Jacot and Franck Gabriel and Clément Hongler",
        "Neural Tangent Kernel: Convergence and Generalization in Neural Networks",
        "2018",
        booktitle="Advances in Neural Information Processing Systems",
        volume="31",
    ),
    Reference(
        "lee2022",
        "inproceedings",
        "Jongmin Lee and Joo Young Choi and Ernest K. Ryu and Albert No",
        "Neural Tangent Kernel Analysis of Deep Narrow Neural Networks",
        "2022",
        booktitle="International Conference on Machine Learning",
        series="Proceedings of Machine Learning Research",
        volume="162",
    ),
    Reference(
        "lindemann1882",
        "article",
        "Ferdinand Lindemann",
        "Über die Zahl π",
        "1882",
        journal="Mathematische Annalen",
        volume="20",
        pages="213--225",
    ),
    Reference(
        "mohri2018",
        "book",
        "Mehryar Mohri and Afshin Rostamizadeh and Ameet Talwalkar",
        "Foundations of Machine Learning",
        "2018",
        publisher="MIT Press",
        edition="second",
    ),
    Reference(
        "mueller1966",
        "book",
        "Claus Müller",
        "Spherical Harmonics",
        "1966",
        publisher="Springer",
        series="Lecture Notes in Mathematics",
        volume="17",
        doi="10.1007/BFb0094775",
    ),
    Reference(
        "plonka2018",
        "book",
        "Gerlind Plonka and Daniel Potts and Gabriele Steidl and Manfred Tasche",
        "Numerical Fourier Analysis",
        "2018",
        publisher="Birkhäuser",
    ),
    Reference(
        "reedsimon1980",
        "book",
        "Michael Reed and Barry Simon",
        "Methods of Modern Mathematical Physics I: Functional Analysis",
        "1980",
        publisher="Academic Press",
        edition="revised",
    ),
    Reference(
        "rudin1987",
        "book",
        "Walter Rudin",
        "Real and Complex Analysis",
        "1987",
        publisher="McGraw-Hill",
        edition="third",
    ),
    Reference(
        "sheppard1899",
        "article",
        "W. F. Sheppard",
        "On the Application of the Theory of Error to Cases of Normal Distribution and Normal "
        "Correlation",
        "1899",
        journal="Philosophical Transactions of the Royal Society of London. Series A",
        volume="192",
        pages="101--167",
    ),
    Reference(
        "steinweiss1971",
        "book",
        "Elias M. Stein and Guido Weiss",
        "Introduction to Fourier Analysis on Euclidean Spaces",
        "1971",
        publisher="Princeton University Press",
        series="Princeton Mathematical Series",
        volume="32",
    ),
    Reference(
        "terras1999",
        "book",
        "Audrey Terras",
        "Fourier Analysis on Finite Groups and Applications",
        "1999",
        publisher="Cambridge University Press",
        series="London Mathematical Society Student Texts",
        volume="43",
    ),
    Reference(
        "yang2020",
        "misc",
        "Greg Yang",
        "Tensor Programs II: Neural Tangent Kernel for Any Architecture",
        "2020",
        eprint="2006.14548",
    ),
)
REFERENCES: Mapping[str, Reference] = MappingProxyType({work.key: work for work in _WORKS})
