"""SVG as text. Fonts and colours are those of all drawings; they look the same on dark pages."""

from xml.sax.saxutils import escape, quoteattr

INK, GREY, PAPER = "#1f2933", "#7b8794", "#ffffff"
FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"


def picture(width, height, title, parts):
    """A whole file: str. `title` is what those hear who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="{FONT}" font-size="13">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>\n'
        + "\n".join(parts) + "\n</svg>\n"
    )  # fmt: skip


def text(x, y, words, anchor="start", fill=INK, **more):
    """Words at a place; anchor: start, middle or end."""
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{fill}"{_more(more)}>' + (
        escape(str(words)) + "</text>"
    )


def box(x, y, width, height, fill, **more):
    """A rectangle."""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
        f'fill="{fill}"{_more(more)}/>'
    )


def dot(x, y, radius, fill, **more):
    """A circle."""
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"{_more(more)}/>'


def line(points, stroke, **more):
    """A line through points [(x, y)]."""
    places = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return f'<polyline points="{places}" fill="none" stroke="{stroke}"{_more(more)}/>'


def _n(value):
    return f"{value:.1f}".removesuffix(".0")


def _more(more):
    return "".join(
        f" {key.replace('_', '-')}={quoteattr(str(value))}" for key, value in more.items()
    )
