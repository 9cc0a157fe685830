# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""What all pictures share: matplotlib where it is installed, their look, and their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntkproofs.errors import InvalidInput, MissingPackage
from ntkproofs.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf")
_STYLE: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.titlesize": 11,
    "legend.fontsize": 8.5,
    "axes.linewidth": 0.6,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,
    "svg.hashsalt": "ntkproofs",
}
_METADATA: Mapping[str, Mapping[str, None]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def require_matplotlib() -> None:
    """Check that pictures can be drawn; asked before long work starts.

    Raises:
        MissingPackage: if matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError:
        raise MissingPackage(
            "Pictures are drawn by matplotlib, which is not installed. Install it: "
            'pip install "ntkproofs[plots]".'
        ) from None


def require_format(path: Path) -> str:
    """The format of a picture, from the suffix of its file.

    Raises:
        InvalidInput: if it is none of png, svg, pdf.
    """
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise InvalidInput(
            f"A picture is written as one of {', '.join(FORMATS)}, told by the suffix of its file; "
            f"got {path.name!r}. Give spectrum.pdf, say."
        )
    return suffix


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a picture as PNG, SVG or PDF, by the suffix; the file is whole or not there at all.

    Raises:
        InvalidInput: for another suffix, or a path that cannot be written.
    """
    target = Path(path)
    suffix = require_format(target)
    with style(), replacing(target) as temporary:
        figure.savefig(temporary, format=suffix, metadata=dict(_METADATA[suffix]))


@contextmanager
def style() -> Iterator[None]:
    """The look of all pictures: the fonts of a paper, thin lines, files without dates."""
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        yield
