"""LaTeX formulas as trees: how wide they print, and where a long one may be broken.

Widths are estimates in points for Latin Modern at 11 pt, made to be a little too large.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ntkproofs.errors import InvalidInput

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_SCALES = (1.0, 0.74, 0.6)  # of text, scripts, scripts of scripts
_SIZE = 1.1  # 11 pt against the 10 pt of the table
_NARROW = dict.fromkeys("ijl;:.,!'|", 3.4) | dict.fromkeys("()[]", 3.9) | {"/": 5.0, "f": 6.0}
_WIDE = {"m": 8.8, "w": 7.2, "M": 10.8, "W": 10.6, "-": 12.2, "+": 12.2, "=": 13.4, "*": 9.5}
_RELATIONS = frozenset(
    r"""
    = < > \le \leq \ge \geq \ne \neq \sim \approx \equiv \to \in \propto \simeq \asymp \ll \gg
    \mapsto \subset \subseteq \coloneqq \implies \iff
    """.split()  # noqa: SIM905 - a list of commands reads better unquoted
)
_SIGNS = frozenset(["+", "-", "\\pm", "\\mp"])
_TIMES = frozenset(["\\cdot", "\\times", "\\otimes"])
_SPACES = {
    "\\,": 1.7,
    "\\:": 2.3,
    "\\;": 2.8,
    "\\!": -1.7,
    "\\quad": 10.0,
    "\\qquad": 20.0,
    "\\ ": 3.4,
}
_OPERATORS = frozenset(
    r"""
    \sum \prod \int \lim \sup \inf \max \min \log \ln \exp \sin \cos \tan \arccos \arcsin \arctan
    \cosh \sinh \tanh \det \dim \Gamma \Pr \operatorname
    """.split()  # noqa: SIM905 - a list of commands reads better unquoted
)
_OPENING = frozenset(["(", "[", "\\{", "\\lvert", "\\lVert", "\\langle", "\\lfloor", "\\lceil"])
_CLOSING = frozenset([")", "]", "\\}", "\\rvert", "\\rVert", "\\rangle", "\\rfloor", "\\rceil"])
_STYLES = frozenset(["\\displaystyle", "\\textstyle", "\\limits", "\\nolimits"])
_SIZED = re.compile(r"\\(?:big|Big|bigg|Bigg)[lrm]?")
_ARGUMENTS = {
    "\\frac": 2, "\\tfrac": 2, "\\dfrac": 2, "\\binom": 2, "\\tbinom": 2, "\\dbinom": 2,
    "\\sqrt": 1, "\\mathbb": 1, "\\mathrm": 1, "\\mathbf": 1, "\\mathcal": 1, "\\mathsf": 1,
    "\\text": 1, "\\operatorname": 1, "\\overline": 1, "\\widehat": 1, "\\hat": 1, "\\tilde": 1,
    "\\bar": 1, "\\pmod": 1, "\\boldsymbol": 1, "\\widetilde": 1, "\\mathop": 1, "\\vec": 1,
    "\\vphantom": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Atom:
    """A piece of a formula that is not broken at its top level.

    Attributes:
        head: the command or character, ``{`` for a group, ``\\left`` for a fenced one.
        latex: the whole piece as it was written.
        arguments: of the command; the inside of a group or of fences.
        fences: the delimiters after ``\\left`` and ``\\right``.
    """

    head: str
    latex: str
    arguments: tuple[tuple[Atom, ...], ...] = ()
    fences: tuple[str, str] = ("", "")


class _Parser:
    def __init__(self, latex: str) -> None:
        self.tokens = _TOKEN.findall(latex)
        self.at = 0

    def sequence(self, *ends: str) -> tuple[Atom, ...]:
        found: list[Atom] = []
        while self.at < len(self.tokens) and self.tokens[self.at] not in ends:
            found.append(self.atom())
        return tuple(found)

    def take(self) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        self.at += 1
        return token

    def atom(self) -> Atom:
        start = self.at
        head = self.take()
        arguments: list[tuple[Atom, ...]] = []
        fences = ("", "")
        if head == "{":
            arguments.append(self.sequence("}"))
            self.take()
        elif head == "\\left":
            opening = self.delimiter()
            arguments.append(self.sequence("\\right"))
            self.take()
            fences = (opening, self.delimiter())
        elif head in ("^", "_"):
            arguments.append(self.argument())
        elif head in _ARGUMENTS:
            if head == "\\sqrt" and self.tokens[self.at : self.at + 1] == ["["]:
                self.sequence("]")
                self.take()
            arguments += [self.argument() for _ in range(_ARGUMENTS[head])]
        elif _SIZED.fullmatch(head):
            fences = (self.delimiter(), "")
        return Atom(head, "".join(self.tokens[start : self.at]), tuple(arguments), fences)

    def delimiter(self) -> str:
        token = self.take()
        return self.take() if token.isspace() else token

    def argument(self) -> tuple[Atom, ...]:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        if self.at >= len(self.tokens):
            return ()
        atom = self.atom()
        return atom.arguments[0] if atom.head == "{" else (atom,)


def parse(latex: str) -> tuple[Atom, ...]:
    """A formula as a sequence of atoms, whose LaTeX joins to what was given."""
    return _Parser(latex).sequence()


def width(latex: str) -> float:
    """About how many points a displayed formula is wide; rather too many than too few.

    Example:
        >>> width("x") < width("x^2") < width("x^2 + 1")
        True
    """
    return _points(parse(latex))


def _points(atoms: Sequence[Atom]) -> float:
    return _SIZE * _width(atoms)


def text_width(text: str) -> float:
    """About how many points a text of small size (10 pt) is wide."""
    return sum(
        3.4 if c in " .,;:'il()[]-" else 7.4 if c.isupper() or c in "mw" else 5.1 for c in text
    )


def _width(atoms: Sequence[Atom], level: int = 0) -> float:
    total = 0.0
    scripts: list[float] = []  # of the atom before: they stand above each other
    for atom in atoms:
        if atom.head in ("^", "_"):
            scripts.append(_width(atom.arguments[0], min(level + 1, 2)) + 0.6)
            continue
        total += max(scripts, default=0.0)
        scripts = []
        total += _atom_width(atom, level)
    return total + max(scripts, default=0.0)


def _atom_width(atom: Atom, level: int) -> float:
    scale = _SCALES[level]
    head, inside = atom.head, [_width(argument, level) for argument in atom.arguments]
    if head in ("\\frac", "\\dfrac"):
        smaller = [_width(a, min(level + (1 if level else 0), 2)) for a in atom.arguments]
        return max(smaller) + 3.6
    if head == "\\tfrac":
        return max(_width(a, min(level + 1, 2)) for a in atom.arguments) + 3.6
    if "binom" in head:
        return max(inside) + 15 * scale
    if head == "\\sqrt":
        return inside[0] + 10.5 * scale
    if head == "\\left":
        tall = any(a.head in ("\\frac", "\\sum", "\\int", "\\binom") for a in atom.arguments[0])
        return inside[0] + 2 * (8.5 if tall else 6.2) * scale
    if head in _SPACES:
        return _SPACES[head]
    if head.isspace() or head in _STYLES or head == "\\vphantom":
        return 0.0
    if inside:
        return sum(inside) + (2 if head == "\\operatorname" else 0)
    if head in _RELATIONS:
        return 13.4 * scale
    if head in _SIGNS or head in _TIMES:
        return 12.4 * scale
    return _sign_width(head) * scale


def _sign_width(head: str) -> float:
    if head in ("\\sum", "\\prod"):
        return 16.2
    if head == "\\int":
        return 11.5
    if head in _OPERATORS and head != "\\Gamma":
        return 5.0 * (len(head) - 1) + 2
    if head.startswith("\\"):
        return 6.6
    if head.isupper():
        return _WIDE.get(head, 8.2)
    return _NARROW.get(head, _WIDE.get(head, 5.4))


def broken(latex: str, limit: float, *, struts: bool = True) -> tuple[str, ...]:
    r"""A long formula in pieces of at most ``limit`` points, where it can be broken so.

    A formula is broken before relations and signs that stand outside of brackets; then inside
    fences, which are closed and opened invisibly; then between factors, before ``\times``.
    Pieces after the first begin with their sign. Invisible struts make the fences of such pieces
    as tall as they would be together.

    Example:
        >>> broken("a + b", 25.0)
        ('a', '+ b')
    """
    if width(latex) <= limit:
        return (latex,)
    atoms = parse(latex)
    pieces: list[Sequence[Atom]] = [atoms]
    for cuts in (_at_signs(atoms, 0), _at_signs(atoms, 1), _at_factors(atoms)):
        pieces = _filled(atoms, list(cuts), limit)
        if all(_points(piece) <= limit for piece in pieces):
            break
    shown = [_latex(p) if i == 0 else _continued(p) for i, p in enumerate(pieces)]
    return tuple(
        part
        for piece, text in zip(pieces, shown, strict=True)
        for part in (
            (text,) if _points(piece) <= limit else _broken_fences(parse(text), limit, struts)
        )
    )


def _broken_fences(atoms: Sequence[Atom], limit: float, struts: bool) -> tuple[str, ...]:
    """A formula broken inside its widest fences, which are closed and opened invisibly."""
    fenced = [i for i, atom in enumerate(atoms) if atom.head == "\\left"]
    if not fenced or _points([atoms[i] for i in fenced]) < _points(atoms) / 2:
        opened = _without_wide_fraction(atoms, limit)
        return (_latex(atoms),) if opened == atoms else _broken_fences(opened, limit, struts)
    widest = max(fenced, key=lambda i: _atom_width(atoms[i], 0))
    inside = atoms[widest].arguments[0]
    head, tail = _latex(atoms[:widest]), _latex(atoms[widest + 1 :])
    cuts = list(_at_signs(inside, 0)) or list(_at_factors(inside))
    room = limit - width(tail) - 18.0
    pieces = _filled(inside, cuts, max(room, 60.0), first=width(head))
    if len(pieces) < 2:
        return (_latex(atoms),)
    tallest = max(map(_latex, pieces), key=lambda p: p.count("\\frac") + p.count("\\sum"))
    strut = rf"\vphantom{{{tallest}}}" if struts else ""
    opening, closing = atoms[widest].fences
    first = rf"{head}\left{opening} {_latex(pieces[0])} {strut}\right."
    middle = [rf"\left. {{}} {_continued(piece)} {strut}\right." for piece in pieces[1:-1]]
    last = rf"\left. {{}} {_continued(pieces[-1])} {strut}\right{closing}{tail}"
    return (first, *middle, last)


def _without_wide_fraction(atoms: Sequence[Atom], limit: float) -> Sequence[Atom]:
    """The widest fraction as one over its denominator, times its numerator in brackets."""
    fractions = [i for i, atom in enumerate(atoms) if atom.head == "\\frac"]
    if not fractions:
        return atoms
    widest = max(fractions, key=lambda i: _atom_width(atoms[i], 0))
    above, below = atoms[widest].arguments
    if _points(below) > limit / 2 or _points(above) < limit / 2:
        return atoms
    shown = rf"\frac{{1}}{{{_latex(below)}}} \left({_latex(above)}\right)"
    return [*atoms[:widest], *parse(shown), *atoms[widest + 1 :]]


def _at_signs(atoms: Sequence[Atom], depth: int) -> Iterator[int]:
    """Where a sign or a relation stands between operands, inside at most ``depth`` brackets."""
    level = 0
    operand = False  # whether something stands before that the sign can join
    for i, atom in enumerate(atoms):
        if _side(atom):
            level += _side(atom)
            operand = _side(atom) < 0
        elif atom.head in _RELATIONS or atom.head in _SIGNS or atom.head in _TIMES:
            if operand and level <= depth:
                yield i
            operand = False
        elif not atom.head.isspace():
            operand = True


def _at_factors(atoms: Sequence[Atom]) -> Iterator[int]:
    """Where a factor begins that may move to the next line, outside of plain brackets."""
    yield from sorted({*_at_signs(atoms, 1), *_between_factors(atoms)})


def _between_factors(atoms: Sequence[Atom]) -> Iterator[int]:
    level = 0
    last = ""
    for i, atom in enumerate(atoms):
        # A letter before brackets may be a function, and its brackets stay with it.
        factor = atom.head == "\\left" and last in ("\\frac", "\\left", "\\sqrt")
        factor |= atom.head in ("\\frac", "\\sqrt", "\\int", "\\sum", "\\binom") and _is_operand(
            last
        )
        if factor and level == 0:
            yield i
        level += _side(atom)
        if not atom.head.isspace() and atom.head not in _SPACES:
            scripted_operator = atom.head in ("^", "_") and not _is_operand(last)
            last = last if scripted_operator else atom.head


def _side(atom: Atom) -> int:
    """1 for an opening bracket, -1 for a closing one, 0 for what is none."""
    if atom.head in _OPENING or re.fullmatch(r"\\(big|Big)g?l", atom.head):
        return 1
    return -(atom.head in _CLOSING or bool(re.fullmatch(r"\\(big|Big)g?r", atom.head)))


def _is_operand(head: str) -> bool:
    return bool(head) and head not in (_OPERATORS | _SIGNS | _RELATIONS | _TIMES | {"(", "["})


def _filled(
    atoms: Sequence[Atom], cuts: list[int], limit: float, first: float = 0.0
) -> list[Sequence[Atom]]:
    """Pieces between cuts, joined while they fit; the first has so much less room."""
    bounds = [0, *cuts, len(atoms)]
    parts = [atoms[a:b] for a, b in itertools.pairwise(bounds) if a < b]
    pieces: list[Sequence[Atom]] = []
    for part in parts:
        taken = first if len(pieces) == 1 else _added_sign(pieces[-1]) if pieces else 0.0
        if pieces and taken + _points([*pieces[-1], *part]) <= limit:
            pieces[-1] = [*pieces[-1], *part]
        else:
            pieces.append(part)
    return pieces


def _continued(atoms: Sequence[Atom]) -> str:
    return r"\times " + _latex(atoms) if _added_sign(atoms) else _latex(atoms)


def _added_sign(atoms: Sequence[Atom]) -> float:
    """How wide the sign is that a piece on a line of its own is given, if it has none."""
    return 0.0 if atoms[0].head in _SIGNS | _RELATIONS | _TIMES else width(r"\times")


def _latex(atoms: Sequence[Atom]) -> str:
    return "".join(atom.latex for atom in atoms).strip()


_SYMBOLS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
varrho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi
Psi Omega ell hbar sim simeq approx cong equiv propto asymp neq ne le leq ge geq ll gg lesssim
gtrsim in notin subset subseteq cup cap setminus emptyset varnothing forall exists land lor wedge
vee neg to rightarrow longrightarrow leftarrow mapsto Rightarrow implies Leftrightarrow iff cdot
times otimes oplus odot circ ast star pm mp sum prod int iint partial nabla infty prime top perp
dagger langle rangle lfloor rfloor lceil rceil lvert rvert vert mid lVert rVert Vert parallel dots
ldots cdots colon log ln exp sin cos tan cot sinh cosh tanh arccos arcsin arctan min max sup inf lim
limsup liminf det dim ker deg gcd arg Pr bigcup bigcap bigotimes bigoplus quad qquad displaystyle
textstyle limits left right frac tfrac dfrac binom tbinom dbinom sqrt mathbb mathrm mathbf
mathcal mathfrak mathsf boldsymbol operatorname overline underline hat widehat tilde widetilde bar
vec dot ddot bmod pmod text big bigl bigr bigm Big Bigl Bigr bigg biggl biggr Bigg Biggl Biggr
middle
"""
_KNOWN = {f"\\{name}" for name in _SYMBOLS.split()} | {f"\\{mark}" for mark in ",:;! |{}"}


def require_formula(latex: str) -> str:
    """A formula that may go into a document as it is: balanced, of known commands of amsmath.

    Raises:
        InvalidInput: for commands that are no mathematics, such as those that read or write files,
            and for braces or fences that would reach beyond the formula.
    """
    problem = _problem(latex)
    if problem:
        raise InvalidInput(
            "A formula in a derivation is ASCII in the commands of amsmath, with its braces and "
            f"fences balanced; {latex!r} {problem}, and would change the document around it. "
            "Print it from a parsed formula, or write it in known commands."
        )
    return latex


def _problem(latex: str) -> str:
    if not latex.isascii() or not latex.isprintable():
        return "has characters that are not printable ASCII"
    if "^^" in latex:
        return "has ^^, by which TeX reads any character"
    ends: list[str] = []
    for token in _TOKEN.findall(latex):
        if token in "$#%&~\\" or (token.startswith("\\") and token not in _KNOWN):
            return f"has {token}"
        if token in ("{", "\\left"):
            ends.append("}" if token == "{" else "\\right")
        elif token in ("}", "\\right") and (not ends or ends.pop() != token):
            return f"has {token} where nothing was opened"
    return f"lacks {ends[-1]}" if ends else ""
