"""A line plot as a small SVG text: plain Python, axes with units."""
import math

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 34, 46
COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#8250df")
STYLE = ("text{font:12px sans-serif;fill:#24292f}.t{font-weight:bold}"
         ".g{stroke:#d0d7de}.c{fill:none;stroke-width:2}")


def ticks(low, high):
    """About six round numbers over low .. high."""
    step = 10.0 ** math.floor(math.log10((high - low) / 6))
    step *= next(f for f in (1, 2, 5, 10) if (high - low) / (f * step) <= 7)
    first = math.ceil(low / step)
    return [i * step for i in range(first, math.floor(high / step) + 1)]


def powers(low, high, base):
    first, last = math.log(low, base), math.log(high, base)
    return [float(base) ** i
            for i in range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)]


class Axis:
    """Values to places from `start` to `end`; `base` makes it logarithmic."""

    def __init__(self, values, start, end, base=None):
        self.base, self.start, self.end = base, start, end
        if base:
            low = base ** math.floor(math.log(min(values), base) + 1e-9)
            high = base ** math.ceil(math.log(max(values), base) - 1e-9)
            self.low, self.high = low, max(high, low * base)
            self.ticks = powers(self.low, self.high, base)
        else:
            self.low, self.high = 0, max(values) * 1.05 or 1
            self.ticks = ticks(self.low, self.high)

    def place(self, value):
        scale = (lambda v: math.log(v)) if self.base else (lambda v: v)
        part = (scale(value) - scale(self.low)) / (
            scale(self.high) - scale(self.low))
        return round(self.start + part * (self.end - self.start), 1)


def number(value):
    return f"{value:.6g}"


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def lines(title, x_label, y_label, series, x_base=None, y_base=None):
    """The SVG of `series`: name -> [(x, y)] ascending in x."""
    points = [p for curve in series.values() for p in curve]
    x = Axis([p[0] for p in points], LEFT, WIDTH - RIGHT, x_base)
    y = Axis([p[1] for p in points], HEIGHT - BOTTOM, TOP, y_base)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
           f'{HEIGHT}" role="img"><title>{escape(title)}</title>'
           f"<style>{STYLE}</style>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    text = lambda at_x, at_y, words, more="": out.append(
        f'<text x="{at_x}" y="{at_y}"{more}>{escape(words)}</text>')
    text(LEFT, 18, title, ' class="t"')
    for tick in x.ticks:
        at = x.place(tick)
        out.append(f'<path class="g" d="M{at} {TOP}V{HEIGHT - BOTTOM}"/>')
        text(at, HEIGHT - BOTTOM + 16, number(tick), ' text-anchor="middle"')
    for tick in y.ticks:
        at = y.place(tick)
        out.append(f'<path class="g" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
        text(LEFT - 6, at + 4, number(tick), ' text-anchor="end"')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label,
         ' text-anchor="middle"')
    text(14, middle, y_label, f' text-anchor="middle" '
                              f'transform="rotate(-90 14 {middle})"')
    for i, (name, curve) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        at = [f"{x.place(a)},{y.place(b)}" for a, b in curve]
        out.append(f'<polyline class="c" stroke="{colour}" points="'
                   f'{" ".join(at)}"/>')
        out += [f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="2" '
                f'fill="{colour}"/>' for p in at]
        if len(series) > 1:
            text(WIDTH - RIGHT - 6, TOP + 16 + 16 * i, name,
                 f' text-anchor="end" style="fill:{colour}"')
    return "\n".join(out + ["</svg>", ""])
