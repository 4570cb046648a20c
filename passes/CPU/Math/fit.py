#!/usr/bin/env python3
"""The polynomials of this folder: minimax fits by Remez' exchange, in long double.

Prints each table as it stands in the C++ files, with the largest relative error
of the approximated function before rounding. Needs numpy (2.4.6 was used).
"""
import math

import numpy as np

L = np.longdouble


def remez(f, weight, powers, low, high):
    """Coefficients c of sum c_i x^powers_i near f, with |weight (f - p)| level."""
    n = len(powers)
    x = (L(low) + L(high)) / 2 + (L(high) - L(low)) / 2 * np.cos(
        np.pi * np.arange(n + 1, dtype=L) / n)[::-1]
    grid = np.linspace(L(low), L(high), 40001, dtype=L)
    fg, wg = f(grid), weight(grid)
    for _ in range(30):
        a = np.zeros((n + 1, n + 1), dtype=L)
        for j, p in enumerate(powers):
            a[:, j] = x**p
        a[:, n] = (-1.0)**np.arange(n + 1) / weight(x)
        solution = solve(a, f(x))
        error = wg * (fg - sum(c * grid**p for c, p in zip(solution, powers)))
        # One extremum between each two changes of sign.
        change = np.nonzero(np.diff(np.sign(error)))[0]
        runs = np.split(np.arange(len(grid)), change + 1)
        new = [run[np.argmax(np.abs(error[run]))] for run in runs]
        if len(new) < n + 1:
            break
        while len(new) > n + 1:
            new.pop(0 if abs(error[new[0]]) < abs(error[new[-1]]) else -1)
        x = grid[new]
    return solution[:n], np.max(np.abs(error))


def solve(a, b):
    """Gauss with pivots: numpy's own solver has no long double."""
    a, b = a.copy(), b.copy()
    n = len(b)
    for i in range(n):
        p = i + np.argmax(np.abs(a[i:, i]))
        a[[i, p]], b[[i, p]] = a[[p, i]], b[[p, i]]
        for j in range(i + 1, n):
            m = a[j, i] / a[i, i]
            a[j] -= m * a[i]
            b[j] -= m * b[i]
    y = np.zeros(n, dtype=L)
    for i in range(n - 1, -1, -1):
        y[i] = (b[i] - a[i, i + 1:] @ y[i + 1:]) / a[i, i]
    return y


def show(name, coefficients, error, kind):
    texts = [("%.9g" if kind == np.float32 else "%.17g") % kind(c)
             for c in coefficients[::-1]]
    print(f"{name}: error 2^{math.log2(error):.1f}\n  {', '.join(texts)}")


def erfc(x):
    return np.array([math.erfc(float(v)) for v in x], dtype=L)


def main():
    f32, f64 = np.float32, np.float64
    half = float(np.log(L(2)) / 2) * 1.0001
    # e^r = 1 + r (1 + r q(r))
    q, e = remez(lambda r: series_exp(r), lambda r: r * r / np.exp(r),
                 range(5), -half, half)
    show("exp: q", q, e, f32)
    # log(1 + f) = f - f^2 / 2 + f^3 p(f)
    low, high = float(np.sqrt(L(0.5))) - 1, float(np.sqrt(L(2))) - 1
    p, e = remez(log_tail, lambda f: np.abs(f) ** 3 / np.maximum(
        np.abs(np.log1p(f)), L(1e-30)), range(9), low, high)
    show("log: p", p, e, f32)
    # tanh(x) = x + x^3 p(x^2), |x| <= 0.625
    p, e = remez(lambda z: tail(np.tanh, z), lambda z: z, range(5), 1e-8,
                 0.625**2)
    show("tanh: p", p, e, f32)
    # erf(x) = x + x p(x^2), |x| <= 0.92; 1 - e^(-z), z = x r(x) beyond
    p, e = remez(lambda z: np.array([math.erf(float(v)) / float(v)
                                     for v in np.sqrt(z)], dtype=L) - 1,
                 lambda z: np.ones_like(z), range(7), 1e-12, 0.92**2)
    show("erf: p", p, e, f32)
    r, e = remez(lambda x: -np.log(erfc(x)) / x,
                 lambda x: x * erfc(x) / (1 - erfc(x)), range(8), 0.92, 3.95)
    show("erf: r", r, e, f32)
    # 1 + erf(x) = e^(-a r(a)) for x = -a, 2 minus that for x = a
    r, e = remez(lambda x: -np.log(erfc(x)) / x, lambda x: x * erfc(x),
                 range(9), 1e-4, 3.95)
    show("1 + erf: r", r, e, f32)
    # sin(r pi / 2) = r s(r^2), cos = c(r^2), |r| <= 1 / 2, in double
    quarter = L(math.pi) / 2 + L(6.123233995736766e-17)
    s, e = remez(lambda z: np.sin(np.sqrt(z) * quarter) / np.sqrt(z),
                 lambda z: np.ones_like(z), range(6), 1e-14, 0.25)
    show("sin: s", s, e, f64)
    c, e = remez(lambda z: np.cos(np.sqrt(z) * quarter),
                 lambda z: np.ones_like(z), range(6), 0.0, 0.25)
    show("cos: c", c, e, f64)
    # atan t = t + t^3 p(t^2), |t| <= tan(pi / 8)
    p, e = remez(atan_tail, lambda z: z, range(8), 1e-12,
                 float((np.sqrt(L(2)) - 1)**2) * 1.0001)
    show("atan: p", p, e, f64)
    # e^r = 1 + r + r^2 q(r) again, in double
    q, e = remez(series_exp, lambda r: r * r / np.exp(r), range(7), -half, half)
    show("wide exp: q", q, e, f64)
    # sinh a = a + a^3 p(a^2), a <= 1
    p, e = remez(sinh_tail, lambda z: z, range(5), 1e-12, 1.0)
    show("sinh: p", p, e, f64)
    # log((1 + s) / (1 - s)) = 2 s + s^3 p(s^2)
    s_most = float((np.sqrt(L(2)) - 1) / (np.sqrt(L(2)) + 1)) * 1.0001
    p, e = remez(lambda z: sum(2 * z**n / L(2 * n + 3) for n in range(30)),
                 lambda z: z / 2, range(5), 1e-12, s_most**2)
    show("wide log: p", p, e, f64)
    print("2 / pi in pieces of 24 bits:")
    digits = two_over_pi(24 * 8)
    pieces = [((digits >> (24 * (7 - i))) & 0xffffff, 24 * (i + 1))
              for i in range(8)]
    print("  " + ", ".join(f"0x{m:06x}p-{e}" for m, e in pieces))


def series_exp(r):
    """(e^r - 1 - r) / r^2 without cancellation."""
    total, term = np.zeros_like(r), np.full_like(r, L(1) / 2)
    for n in range(3, 25):
        total = total + term
        term = term * r / n
    return total


def log_tail(f):
    """(log(1 + f) - f + f^2 / 2) / f^3 without cancellation."""
    small = np.abs(f) < 0.05
    series = sum((-1)**(n + 1) * f**(n - 3) / L(n) for n in range(3, 40))
    with np.errstate(all="ignore"):
        direct = (np.log1p(f) - f + f * f / 2) / f**3
    return np.where(small, series, direct)


def tail(f, z):
    """(f(x) / x - 1) / x^2 at x = sqrt(z), for tanh."""
    x = np.sqrt(z)
    series = -L(1) / 3 + z * (L(2) / 15 + z * (-L(17) / 315 + z * L(62) / 2835))
    return np.where(x < 0.01, series, (f(x) / x - 1) / z)


def atan_tail(z):
    """(atan(t) / t - 1) / t^2 at t = sqrt(z)."""
    return sum((-1)**(n + 1) * z**n / L(2 * n + 3) for n in range(60))


def sinh_tail(z):
    """(sinh(a) / a - 1) / a^2 at a = sqrt(z)."""
    total, term = np.zeros_like(z), np.full_like(z, L(1) / 6)
    for n in range(2, 20):
        total = total + term
        term = term * z / (2 * n * (2 * n + 1))
    return total


def two_over_pi(bits):
    """floor(2 / pi 2^bits), with pi by Machin's formula."""
    scale = 1 << (bits + 64)

    def arctan(n):
        total, term, k = 0, scale // n, 0
        while term:
            total += (term // (2 * k + 1)) * (-1)**k
            term //= n * n
            k += 1
        return total
    pi = 4 * (4 * arctan(5) - arctan(239))
    return (2 << bits) * scale // pi


if __name__ == "__main__":
    main()
