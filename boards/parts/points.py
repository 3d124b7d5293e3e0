# A line through points: a table of what a probe gives, and what that means.


# Beyond the ends it goes on as between the last two.
def between(points: list, x: float) -> float:
    """What lies at `x` on the line through the points [x, y], of which the x rise."""
    for i in range(1, len(points)):
        if x <= points[i][0]:
            break
    (x0, y0), (x1, y1) = points[i - 1], points[i]
    return y0 + (x - x0) * (y1 - y0) / (x1 - x0)
