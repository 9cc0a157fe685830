"""Cited theorems: what proofs rely on without proving it, each with its statement and source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theorem:
    """A theorem of the literature that a proof relies on.

    Attributes:
        name: its name, as shown by ``ntkproofs axioms``.
        statement: what it says, hypotheses included.
        source: where it is proved.
        references: keys of the works in :data:`ntkproofs.claims.references.REFERENCES`.

    Example:
        >>> FUNK_HECKE.name, FUNK_HECKE.references
        ('Funk-Hecke formula', ('mueller1966',))
        >>> mine = Theorem("my lemma", "For all l >= 1, μ_l > 0.", "my paper, Lemma 2")
        >>> mine.source    # ``@claim.proof(relies_on=[mine])`` lists it with the verdict
        'my paper, Lemma 2'
    """

    name: str
    statement: str
    source: str
    references: tuple[str, ...] = ()


FUNK_HECKE = Theorem(
    "Funk-Hecke formula",
    "For f integrable against (1-u²)^((d-3)/2), the operator with kernel f(<x,y>) on S^(d-1) with "
    "the uniform probability measure acts on spherical harmonics of degree l as the number "
    "μ_l = c_d ∫ f(u) P_l(u) (1-u²)^((d-3)/2) du.",
    "C. Müller, Spherical Harmonics, Springer 1966, Theorem 6",
    ("mueller1966",),
)
SCHUR = Theorem(
    "Schur's lemma for spherical harmonics",
    "The spaces of spherical harmonics of different degrees on S^(d-1) are irreducible and "
    "pairwise inequivalent under the orthogonal group O(d), so that a bounded operator on L² that "
    "commutes with orthogonal transformations (rotations and reflections) acts on each of them as "
    "a number.",
    "C. Müller, Spherical Harmonics, Springer 1966; Stein, Weiss 1971, Chapter IV",
    ("mueller1966", "steinweiss1971"),
)
GAMMA_RATIO = Theorem(
    "ratio of Gamma functions",
    "Γ(x+a)/Γ(x+b) ~ x^(a-b) as x → ∞ for fixed a, b. Hence a positive sequence with "
    "m_(j+1)/m_j equal to a rational function of j that is 1 - p/j + O(1/j²) is ~ C j^(-p), C > 0.",
    "DLMF 5.11.12; Gauss's test",
    ("dlmf",),
)
ENDPOINT_DECAY = Theorem(
    "decay of eigenvalues from singularities at the poles",
    "Let κ be smooth on (-1,1) with κ(1-t) = p_1(t) + Σ c_j t^(ν_j) and κ(-1+t) = p_-1(t) + "
    "Σ c'_j t^(ν_j) as t → 0, p_±1 power series, ν_j > 0 rising and not integers, expansions that "
    "may be differentiated term by term. Then μ_l ~ Σ_j (c_j + (-1)^l c'_j) Λ_l(ν_j) as l → ∞, "
    "where Λ_l(ν) = 2^(ν+d-2) Γ(d/2) Γ(ν+(d-1)/2) Γ(l-ν) / (sqrt(π) Γ(-ν) Γ(l+ν+d-1)) is the "
    "eigenvalue of (1-u)^ν, and Λ_l(ν) ~ C l^(-d-2ν+1). Functions that are analytic in a power of "
    "the angle at the poles have expansions that may be differentiated.",
    "Bietti, Bach 2021, Theorem 1, with the constant derived anew; Flajolet, Sedgewick, Analytic "
    "Combinatorics, 2009, Chapter VI; Chen, Xu 2021",
    ("biettibach2021", "flajoletsedgewick2009", "chenxu2021"),
)
NTK_LIMIT = Theorem(
    "infinite-width limit of the neural tangent kernel",
    "In the NTK parametrisation, as the widths tend to infinity, the NTK of a fully connected "
    "network with a Lipschitz activation φ tends at initialisation to Θ_L, where Σ_1 = <x,y>, "
    "Σ_(k+1) = σ² E φ(g)φ(g'), Θ_1 = Σ_1, Θ_(k+1) = Θ_k σ² E φ'(g)φ'(g') + Σ_(k+1), and (g, g') is "
    "centred Gaussian with covariance Σ_k. Biases of variance v add v to each Σ_k, and so to Θ_k; "
    "biases that start at 0 and are trained at unit rate add 1 to Θ at their layer, and 0 to Σ.",
    "Jacot, Gabriel, Hongler 2018, Theorem 1; Yang 2020, Theorem 7.2 (ReLU included)",
    ("jacot2018", "yang2020"),
)
DEEP_NARROW_LIMIT = Theorem(
    "limit of the deep narrow neural tangent kernel",
    "For ReLU networks of width d_in + d_out + 1 with the initialisation of Lee et al., whose "
    "biases, of scale C_L, are large enough to keep the identity channels linear, the NTK "
    "divided by L C_L² tends to x·x' + 1 + E σ(g(x)) σ(g(x')) as L → ∞, where g is a centred "
    "Gaussian field with covariance ρ² x·x'/d_in + β².",
    "Lee, Choi, Ryu, No: Neural Tangent Kernel Analysis of Deep Narrow Neural Networks, ICML 2022",
    ("lee2022",),
)
STOLZ_CESARO = Theorem(
    "limits of recursions (Stolz-Cesàro)",
    "If ψ_(k+1) = ψ_k - a ψ_k² + b ψ_k³ + O(ψ_k⁴) with a > 0 and ψ_k → 0+, then "
    "1/ψ_k = a k + ((a² - b)/a) log k + O(1). If x_(k+1) = (1 - c_k) x_k + O(1/k²) with "
    "k c_k → c > 1, then x_k → 0.",
    "de Bruijn, Asymptotic Methods in Analysis, 1961, Chapter 8; Stolz, Cesàro",
    ("debruijn1961",),
)
WEYL = Theorem(
    "Weyl's inequality",
    "For symmetric matrices A and E, |λ_i(A + E) - λ_i(A)| <= ‖E‖ for the sorted eigenvalues.",
    "Horn, Johnson, Matrix Analysis, Theorem 4.3.1",
    ("hornjohnson2013",),
)
SPECTRAL_THEOREM = Theorem(
    "functional calculus of the Laplacian on the sphere",
    "-Δ on S^(d-1) is self-adjoint with an orthonormal basis of spherical harmonics as "
    "eigenfunctions; F(-Δ) multiplies each eigenspace by F of its eigenvalue, on the domain where "
    "the result is in L².",
    "Reed, Simon, Methods of Modern Mathematical Physics I, Theorem VIII.6",
    ("reedsimon1980",),
)
TRANSCENDENCE_OF_ARCCOS = Theorem(
    "arccos is transcendental over the algebraic functions",
    "arccos u satisfies no polynomial equation whose coefficients are polynomials in u and "
    "sqrt(1-u²), so that a polynomial with rational coefficients in arccos u, u, sqrt(1-u²) and π "
    "vanishes for all u in (-1,1) only if it reduces to 0 modulo sqrt(1-u²)² = 1 - u² (π being "
    "transcendental).",
    "Liouville; Lindemann 1882",
    ("lindemann1882",),
)
CIRCULANTS = Theorem(
    "circulant matrices are polynomials in the cyclic shift",
    "The circulant matrix with first row (c_0, ..., c_(n-1)) is Σ c_j S^j with S the cyclic shift, "
    "S^n = I.",
    "P. J. Davis, Circulant Matrices, 1979, Section 3.1",
    ("davis1979",),
)
CHO_SAUL = Theorem(
    "Gaussian integrals of the step and of the ReLU",
    "For standard Gaussians g, g' of correlation u: 2 E 1[g>0] 1[g'>0] = κ0(u) = (π - arccos u)/π "
    "and 2 E g_+ g'_+ = κ1(u) = (u (π - arccos u) + sqrt(1-u²))/π.",
    "Sheppard 1899; Cho, Saul 2009",
    ("sheppard1899", "chosaul2009"),
)
POLYNOMIALS_OF_A_MATRIX = Theorem(
    "functions of a symmetric matrix are polynomials of it",
    "For a symmetric matrix G and functions f, g on its spectrum, f(G) and g(G) are polynomials in "
    "G (Lagrange interpolation on the eigenvalues).",
    "Horn, Johnson, Topics in Matrix Analysis, Theorem 6.2.9",
    ("hornjohnson1991",),
)
ADDITION_THEOREM = Theorem(
    "addition theorem of spherical harmonics",
    "For an orthonormal basis Y_1..Y_N of the harmonics of degree l on S^(d-1) (uniform "
    "probability measure), Σ_p Y_p(x) Y_p(y) is a multiple of P_l(<x,y>).",
    "C. Müller, Spherical Harmonics, Springer 1966, Theorem 2",
    ("mueller1966",),
)
CONVOLUTIONS = Theorem(
    "convolutions on a finite abelian group",
    "Translation-invariant matrices on the grid Z_N^d are convolutions; the characters "
    "e^(2πi k·j/N) are common eigenvectors, with the discrete Fourier transform of one column (of "
    "one row, where they are symmetric) as eigenvalues.",
    "Terras, Fourier Analysis on Finite Groups, 1999, Chapter 2",
    ("terras1999",),
)
DIFFERENTIABLE_EXPANSIONS = Theorem(
    "Puiseux series may be differentiated term by term",
    "A function that is given for small t > 0 by a convergent series in powers of t^(1/q) has "
    "asymptotic expansions that may be differentiated term by term, any number of times. Such "
    "functions are closed under sums and products, and under composition with a function that is "
    "analytic, or such a series, at the value that is taken at t = 0.",
    "Flajolet, Sedgewick, Analytic Combinatorics, 2009, Theorem VI.8 and Section VII.7",
    ("flajoletsedgewick2009",),
)
RODRIGUES = Theorem(
    "Rodrigues' formula and integration by parts",
    "For f with l derivatives on (-1,1) for which the boundary terms vanish, "
    "∫ f P_l (1-u²)^((d-3)/2) du = R_l ∫ f^(l) (1-u²)^(l+(d-3)/2) du with "
    "R_l = Γ((d-1)/2)/(2^l Γ(l+(d-1)/2)); for f = (1-u)^ν they do where ν > -(d-1)/2.",
    "C. Müller, Spherical Harmonics, Springer 1966; DLMF 18.5(ii)",
    ("mueller1966", "dlmf"),
)
LEGENDRE_EQUATION = Theorem(
    "differential equation and recurrence of the Legendre polynomials of the sphere",
    "(1-u²) P_l'' - (d-1) u P_l' + l(l+d-2) P_l = 0, an operator that is symmetric against "
    "(1-u²)^((d-3)/2) on functions f with (1-u²)^((d-1)/2) f' → 0 at u = ±1; P_0 = 1, P_1 = u and "
    "(2l+d-2) u P_l = l P_(l-1) + (l+d-2) P_(l+1).",
    "C. Müller, Spherical Harmonics, Springer 1966; DLMF 18.8, 18.9 (Gegenbauer polynomials)",
    ("mueller1966", "dlmf"),
)
GAMMA_FUNCTION = Theorem(
    "duplication and reflection of the Gamma function; the Beta integral",
    "Γ(2z) = 2^(2z-1) π^(-1/2) Γ(z) Γ(z+1/2); Γ(-z) Γ(1+z) = -π/sin(πz) for z not an integer; "
    "∫ (1-u)^(a-1) (1+u)^(b-1) du over (-1,1) = 2^(a+b-1) Γ(a)Γ(b)/Γ(a+b).",
    "DLMF 5.5.5, 5.5.3, 5.12.1",
    ("dlmf",),
)
BACH_PROJECTIONS = Theorem(
    "projections of powers of the ReLU on spherical harmonics",
    "The coefficient of t_+^n against P_l (uniform probability measure on S^(d-1)) is c_l = "
    "Γ(d/2) n! / (2^(n+1) Γ((n-l)/2+1) Γ((n+l+d)/2)), zero where 1/Γ is, and the eigenvalue of the "
    "arc-cosine kernel of order n with k(1) = 1 is μ_l = 2 E‖v‖^(2n)/(2n-1)!! c_l², v a standard "
    "Gaussian in R^d, E‖v‖^(2n) = 2^n Γ(n+d/2)/Γ(d/2).",
    "Bach 2017, Breaking the curse of dimensionality with convex neural networks, Appendix D",
    ("bach2017",),
)
GAUSSIAN_POLAR = Theorem(
    "polar coordinates of the Gaussian measure",
    "For a standard Gaussian x in R^d the radius r = ‖x‖ and the direction x/r are independent, "
    "the direction is uniform on S^(d-1), and E r^p = 2^(p/2) Γ((d+p)/2)/Γ(d/2) for p > -d. The "
    "functions g(r) Y(x/r), g in L² of the radius and Y a spherical harmonic, span L².",
    "Müller, Spherical Harmonics, 1966; Stein, Weiss 1971, Chapter IV; DLMF 5.2.1",
    ("mueller1966", "steinweiss1971", "dlmf"),
)
HARMONIC_HERMITE = Theorem(
    "harmonic polynomials are Hermite polynomials",
    "A homogeneous harmonic polynomial r^l Y_l(x/r) of degree l is an eigenfunction of -Δ + x·∇ "
    "with eigenvalue l, hence a combination of the Hermite polynomials He_α with |α| = l.",
    "Euler's identity x·∇f = l f; Stein, Weiss 1971, Chapter IV",
    ("steinweiss1971",),
)
HARMONIC_DECOMPOSITION = Theorem(
    "decomposition of homogeneous polynomials",
    "Every homogeneous polynomial of degree l in d variables is p + ‖x‖² q with unique homogeneous "
    "polynomials p of degree l, harmonic, and q of degree l - 2.",
    "Stein, Weiss 1971, Theorem IV.2.1",
    ("steinweiss1971",),
)
DESIGN_ORTHOGONALITY = Theorem(
    "harmonics are orthogonal on designs",
    "For points x_1..x_n and weights w_i that integrate polynomials of degree t exactly, and "
    "orthonormal bases Y_l, Y_m of the harmonics of degrees l, m with l + m <= t, the matrices of "
    "their values satisfy Y_lᵀ W Y_m = δ_lm I: a product of two harmonics is a polynomial of "
    "degree l + m.",
    "Delsarte, Goethals, Seidel, Spherical codes and designs, 1977, Section 5",
    ("delsarte1977",),
)
REGULAR_POLYTOPES = Theorem(
    "classification of regular polytopes",
    "The convex regular polytopes are the polygons; in every dimension from 3 on the simplex, the "
    "cube and the cross-polytope; the icosahedron and the dodecahedron; the 24-cell, the 600-cell "
    "and the 120-cell in R^4.",
    "Schläfli; Coxeter, Regular Polytopes, 1973, Section 7.8",
    ("coxeter1973",),
)
ABELIAN_CHARACTERS = Theorem(
    "characters of a finite abelian group are common eigenvectors",
    "On a finite abelian group G of n elements the matrices κ(g - h) have the n characters χ as a "
    "common orthogonal basis of eigenvectors, with eigenvalues Σ_g κ(g) χ(-g).",
    "Terras, Fourier Analysis on Finite Groups, 1999, Chapter 10",
    ("terras1999",),
)
COMMON_EIGENVECTORS = Theorem(
    "commuting symmetric matrices have common eigenvectors",
    "Real symmetric matrices that commute have a common orthonormal basis of eigenvectors.",
    "Horn, Johnson, Matrix Analysis, Theorem 2.5.5",
    ("hornjohnson2013",),
)
ALIASING = Theorem(
    "aliasing",
    "For continuous f on the circle with absolutely summable Fourier coefficients c_k, the "
    "discrete coefficient at n equispaced points, (1/n) Σ_j f(2πj/n) e^(-2πi jk/n), is "
    "Σ_m c_(k+mn).",
    "Plonka, Potts, Steidl, Tasche, Numerical Fourier Analysis, 2018, Section 3.1",
    ("plonka2018",),
)
PARTIAL_FRACTIONS = Theorem(
    "partial fractions of the cosecant",
    "For x not an integer, Σ_j 1/(x+j)² = π²/sin²(πx) and Σ_j (-1)^j/(x+j)² = "
    "π² cos(πx)/sin²(πx), sums over all integers j.",
    "DLMF 4.22.4; 4.22.5, differentiated",
    ("dlmf",),
)
POSITIVE_SERIES = Theorem(
    "power series with nonnegative factors on the sphere",
    "A kernel Σ b_j u^j on S^(d-1), b_j >= 0, Σ b_j finite, has eigenvalues μ_l >= 0, and μ_l > 0 "
    "where b_l > 0. κ1(u) = (u (π - arccos u) + sqrt(1-u²))/π is such a series, with positive "
    "factors at 1, u and all even powers and none else; κ0(u) = (π - arccos u)/π is one too.",
    "Schoenberg 1942, Positive definite functions on spheres; Cho, Saul 2009; DLMF 4.24.2",
    ("chosaul2009", "dlmf"),
)
INDEPENDENT_POINTS = Theorem(
    "moments of sums over independent points",
    "For independent points of one law the expectation of a product of functions of some of them "
    "depends only on which of the points coincide; ordered choices of b distinct ones of n number "
    "n(n-1)...(n-b+1).",
    "Hoeffding 1948, A class of statistics with asymptotically normal distribution",
    ("hoeffding1948",),
)
OBLIQUE_POLAR_COORDINATES = Theorem(
    "oblique polar coordinates of a quadrant",
    "For 0 < θ < π the map (r, φ) ↦ (r sin φ, r sin(φ + θ)) takes r > 0, 0 < φ < π - θ one to one "
    "onto the quadrant x, y > 0, with Jacobian r sin θ, so that ∫∫ F(x, y) dx dy = ∫∫ F(r sin φ, "
    "r sin(φ + θ)) r sin θ dr dφ for F that is nonnegative or integrable.",
    "change of variables: Rudin, Real and Complex Analysis, 1987, Theorem 7.26",
    ("rudin1987",),
)
SYMMETRIC_EIGENVECTORS = Theorem(
    "spectral theorem for symmetric matrices",
    "A real symmetric matrix of n rows has n real eigenvalues, with eigenvectors that form an "
    "orthonormal basis.",
    "Horn, Johnson, Matrix Analysis, Theorem 2.5.6",
    ("hornjohnson2013",),
)
POLAR_LAPLACIAN = Theorem(
    "Laplacian in polar coordinates",
    "For a function g(r) Y(x) of the radius r and of the point x of S^(d-1), "
    "Δ(g Y) = r^(1-d) (r^(d-1) g')' Y + r^(-2) g Δ_S Y, Δ_S being the Laplacian of the sphere.",
    "Stein, Weiss 1971, Chapter IV; C. Müller, Spherical Harmonics, Springer 1966",
    (
        "steinweiss1971",
        "mueller1966",
    ),
)
RAISING_THE_DEGREE = Theorem(
    "raising the degree of a Legendre polynomial, lowering the dimension",
    "The Legendre polynomials of the sphere satisfy P_0^(d) = 1 and, for l >= 1, P_l^(d)(u) = "
    "u P_(l-1)^(d+2)(u) - (1-u²)/(d-1) · d/du P_(l-1)^(d+2)(u): Rodrigues' formula, one derivative "
    "at a time.",
    "DLMF 18.9.20 (Gegenbauer polynomials); C. Müller, Spherical Harmonics, Springer 1966",
    (
        "dlmf",
        "mueller1966",
    ),
)
ZONAL_INTEGRAL = Theorem(
    "integrals of zonal functions",
    "For y uniform on S^(d-1) and a unit vector x, the inner product <x,y> has the density "
    "Γ(d/2)/(sqrt(π) Γ((d-1)/2)) (1-u²)^((d-3)/2) on (-1,1).",
    "C. Müller, Spherical Harmonics, Springer 1966, Section 1; Stein, Weiss 1971, Chapter IV",
    (
        "mueller1966",
        "steinweiss1971",
    ),
)
SQUARED_ACTIVATIONS = Theorem(
    "kernels of random features have squares as eigenvalues",
    "For v uniform on S^(d-1) and σ in L² of (1-u²)^((d-3)/2) du the kernel E σ(<v,x>) σ(<v,y>) "
    "has the eigenvalues "
    "(c_d ∫ σ(u) P_l(u) (1-u²)^((d-3)/2) du)²: Funk-Hecke, twice. With v standard Gaussian, whose "
    "norm is independent of its direction and E‖v‖² = d, 2 E 1[<v,x>>0] 1[<v,y>>0] = "
    "(π - arccos u)/π and 2 E <v,x>_+ <v,y>_+ = (u (π - arccos u) + sqrt(1-u²))/π, u = <x,y>.",
    "Cho, Saul 2009; Bach 2017, Breaking the curse of dimensionality, Appendix D",
    (
        "chosaul2009",
        "bach2017",
    ),
)
HIERARCHY_SIZES = Theorem(
    "sizes of the neural tangent hierarchy",
    "For a fully connected network with one output, polynomial activation and widths n, Gaussian "
    "weights in the NTK parametrisation, and gradient flow of a squared loss: E[O_3 f] and E O_4 "
    "are of order 1/n at t = 0, E O_3² of order 1/n², Var Θ of order 1/n, Var O_4 of lower order "
    "than 1/n²; means of products that contain O_5 and an f, or O_6, or two of O_3 and O_4, are of "
    "order 1/n²; f tends to a centred Gaussian with covariance K, and Θ to Θ∞. Hence the order 1/n "
    "of E Θ_t, as a power series in t, is that of the hierarchy with Θ∞ in the equation of the "
    "residual and with O_4 constant. For other smooth activations this is a conjecture.",
    "Dyer, Gur-Ari 2019 (the conjecture, and its consequences for variances and gradient flow); "
    "Aitken, Gur-Ari 2020 (polynomial activations); with high probability during training, for "
    "smooth activations: Huang, Yau 2019",
    ("dyergurari2019", "aitkengurari2020", "huangyau2019"),
)
INVERSE_SQUARES = Theorem(
    "sum of the inverse squares, and the exponential above its tangent",
    "Σ_(l >= 1) 1/l² = π²/6, and 1 + x <= e^x for every real x.",
    "Euler; DLMF 25.6.1 and 4.5(ii)",
    ("dlmf",),
)
ISSERLIS = Theorem(
    "moments of Gaussian vectors",
    "The mean of a product of centred jointly Gaussian variables is the sum over pairings of the "
    "products of covariances. Hence, for w standard in R^n and A, B symmetric, E wᵀAw = tr A and "
    "E (wᵀAw)(wᵀBw) = tr A tr B + 2 tr AB.",
    "Isserlis 1918",
    ("isserlis1918",),
)
RADEMACHER_BOUND = Theorem(
    "generalisation from Rademacher complexity",
    "For a class G of functions into [0,1] and n independent points of one law, with probability "
    "1 - δ at least, E g <= (1/n) Σ g(z_i) + 2 R(G) + 3 sqrt(log(2/δ)/(2n)) for all g in G, "
    "where R(G) = E_σ sup_g (1/n) Σ σ_i g(z_i), σ uniform signs. If g(x, y) = l(f(x), y) with l "
    "Lipschitz in its first argument with the constant 1, then R(G) is at most that of the f's.",
    "Bartlett, Mendelson 2002; Mohri, Rostamizadeh, Talwalkar, Foundations of Machine Learning, "
    "2018, Theorem 3.3 and Lemma 5.7",
    ("bartlettmendelson2002", "mohri2018"),
)
MINIMAL_NORM = Theorem(
    "interpolation of least norm in a reproducing kernel Hilbert space",
    "For a positive definite matrix K = (k(x_i, x_j)) the function Σ α_i k(x_i, ·), α = K⁻¹ y, is "
    "the one of least norm with the values y_i at x_i; kernel regression without a ridge gives it. "
    "⟨f, k(x, ·)⟩ = f(x), and ‖Σ α_i k(x_i, ·)‖² = αᵀ K α.",
    "Aronszajn 1950, Theory of reproducing kernels",
    ("aronszajn1950",),
)
