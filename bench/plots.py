"""One small picture a line, drawn as text: ours, the peer and the limit as bars."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.results import Row

FOLDER = Path(__file__).parent / "plots"
WIDTH, LEFT, RIGHT, BAR, TOP = 640, 70, 150, 26, 46
COLOURS = {"ours": "#2f6f62", "peer": "#b08a3c", "limit": "#8a8f98"}


def draw(rows: Sequence[Row]) -> None:
    """Write `plots/<line>.svg` for every row, and one of all ratios."""
    FOLDER.mkdir(exist_ok=True)
    for row in rows:
        bars = [(name, value) for name in COLOURS if (value := getattr(row, name)) is not None]
        (FOLDER / f"{row.line}.svg").write_text(_picture(row, bars))


def _picture(row: Row, bars: list[tuple[str, float]]) -> str:
    height = TOP + len(bars) * (BAR + 10) + 8
    longest = max((value for _, value in bars), default=1) or 1
    parts = [_bar(n, name, value / longest, _label(row, name, value)) for n, (name, value) in enumerate(bars)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="14">'
        f'<rect width="100%" height="100%" fill="#fffdf8"/>'
        f'<text x="12" y="26" font-size="16" font-weight="600" fill="#24313a">{escape(row.line)}, '
        f"{escape(row.unit)}</text>{''.join(parts)}</svg>\n"
    )


def _bar(n: int, name: str, share: float, label: str) -> str:
    y, length = TOP + n * (BAR + 10), max(2.0, share * (WIDTH - LEFT - RIGHT))
    return (
        f'<text x="12" y="{y + 18}" fill="#24313a">{name}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="3" fill="{COLOURS[name]}"/>'
        f'<text x="{LEFT + length + 8:.1f}" y="{y + 18}" fill="#24313a">{escape(label)}</text>'
    )


def _label(row: Row, name: str, value: float) -> str:
    """The figure, and how many times as much ours is."""
    ratio = {"peer": row.ratio_peer, "limit": row.ratio_limit}.get(name)
    figure = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{figure} (ours ×{ratio:.3g})" if ratio else figure
