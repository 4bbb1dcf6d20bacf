"""Small drawings beside a figure: its way over the period, and where between two prices the middle lies."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 120, 28, 3


def spark(values: Sequence[float]) -> Markup:
    """A line without scale; nothing where there are fewer than two values. The figure beside it says it."""
    if len(values) < 2:
        return Markup("")
    low, high = min(0.0, *values), max(values)
    reach = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    points = " ".join(
        f"{n * step:.1f},{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / reach:.1f}"
        for n, value in enumerate(values)
    )
    shape = Markup(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<polyline points="{}"/></svg>'
    )
    return shape.format(WIDTH, HEIGHT, points)


def spread(low: float, middle: float, high: float, top: float) -> Markup:
    """A bar from ``low`` to ``high`` on a scale from nought to ``top``, a mark at the middle."""
    shape = Markup(
        '<svg class="range" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="gl" x1="0" x2="100" y1="7" y2="7"/><rect class="reach" x="{:.2f}" y="4" '
        'width="{:.2f}" height="6"/><rect class="mid" x="{:.2f}" y="0" width="1.2" height="14"/></svg>'
    )
    scale = 100 / top if top else 0
    return shape.format(low * scale, max(0.6, (high - low) * scale), min(98.8, middle * scale))


def portion(share: float) -> Markup:
    """A bar filled up to ``share`` of one."""
    shape = Markup(
        '<svg class="portion" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="10"/><rect class="part" width="{:.2f}" height="10"/></svg>'
    )
    return shape.format(100 * min(1.0, max(0.0, share)))
