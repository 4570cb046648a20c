//===- Polynomial.cpp - arithmetic read as a polynomial in two values -----===//
#include "passes/Fuse/Polynomial.h"
#include "passes/Fuse/Match.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

static constexpr int maxPower = 4;
static constexpr unsigned maxDepth = 12;

static Polynomial add(const Polynomial &a, const Polynomial &b, double sign) {
  Polynomial sum = a;
  for (auto &[powers, c] : b)
    if ((sum[powers] += sign * c) == 0)
      sum.erase(powers);
  return sum;
}

static std::optional<Polynomial> multiply(const Polynomial &a,
                                          const Polynomial &b) {
  Polynomial product;
  for (auto &[p, c] : a)
    for (auto &[q, d] : b) {
      auto powers = std::pair(p.first + q.first, p.second + q.second);
      if (powers.first > maxPower || powers.second > maxPower)
        return std::nullopt;
      product[powers] += c * d;
    }
  return product;
}

static std::optional<Polynomial> read(Value value, Value x, Value t,
                                      unsigned depth) {
  using Result = std::optional<Polynomial>;
  if (value == x)
    return Polynomial{{{1, 0}, 1.0}};
  if (value == t)
    return Polynomial{{{0, 1}, 1.0}};
  if (auto number = getScalar(value); number && std::isfinite(*number))
    return *number == 0 ? Polynomial{} : Polynomial{{{0, 0}, *number}};
  Operation *op = value.getDefiningOp();
  if (depth > maxDepth ||
      !isa_and_nonnull<AddOp, SubOp, MulOp, DivOp, PowOp>(op))
    return std::nullopt;
  Result a = read(op->getOperand(0), x, t, depth + 1);
  if (!a)
    return std::nullopt;
  if (isa<PowOp>(op)) {
    auto power = getScalar(op->getOperand(1));
    if (!power || (*power != 1 && *power != 2 && *power != 3))
      return std::nullopt;
    Result product = a;
    for (int i = 1; product && i < int(*power); ++i)
      product = multiply(*product, *a);
    return product;
  }
  Result b = read(op->getOperand(1), x, t, depth + 1);
  if (!b)
    return std::nullopt;
  if (isa<MulOp>(op))
    return multiply(*a, *b);
  if (isa<DivOp>(op)) {
    if (b->size() != 1 || b->begin()->first != std::pair(0, 0))
      return std::nullopt;
    return multiply(*a, Polynomial{{{0, 0}, 1 / b->begin()->second}});
  }
  return add(*a, *b, isa<SubOp>(op) ? -1 : 1);
}

std::optional<Polynomial> sinter::getPolynomial(Value value, Value x, Value t) {
  return read(value, x, t, 0);
}

bool sinter::isClose(const Polynomial &a, const Polynomial &b, Type element) {
  if (a.size() != b.size())
    return false;
  for (auto &[powers, c] : a) {
    auto it = b.find(powers);
    if (it == b.end() || !isClose(c, it->second, element))
      return false;
  }
  return true;
}
