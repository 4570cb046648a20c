//===- ConvertPad.cpp - Pad -----------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"

using namespace mlir;
using namespace sinter;

/// Where element i of a dimension of `size`, counted from before its start,
/// comes from.
static int64_t source(int64_t i, int64_t size, const std::string &mode) {
  if (mode == "edge")
    return std::clamp<int64_t>(i, 0, size - 1);
  if (mode == "wrap")
    return (i % size + size) % size;
  if (size == 1)
    return 0;
  int64_t period = 2 * (size - 1); // reflect
  int64_t at = (i % period + period) % period;
  return at < size ? at : period - at;
}

namespace {
/// More elements before and behind a dimension's own.
struct Border {
  DimExpr before, after;
  Value beforeValue, afterValue; // i64 scalars
};
} // namespace

/// The same where only a run knows the size or the border: the places of all.
static Value sources(Node &n, Value x, int64_t axis, const Border &border,
                     const std::string &mode) {
  Type i64 = n.builder.getI64Type();
  auto number = [&](int64_t v) { return n.scalar(double(v), i64); };
  Value size = sizeOf(n, x, axis), one = number(1);
  DimExpr count = n.dim(x, axis) + border.before + border.after;
  Value places = n.createTyped<RangeOp>(
      getTensorType({count}, i64), n.create<NegOp>(border.beforeValue),
      n.create<AddOp>(size, border.afterValue), one);
  Value last = n.create<SubOp>(size, one);
  if (mode == "edge")
    return n.create<MinOp>(n.create<MaxOp>(places, number(0)), last);
  // Integers divide toward zero: from a multiple of the period that is no less
  // than what lies before on.
  bool reflects = mode == "reflect";
  Value period =
      reflects ? n.create<MaxOp>(n.create<MulOp>(last, number(2)), one) : size;
  Value at =
      n.create<AddOp>(places, n.create<MulOp>(period, border.beforeValue));
  Value turns = n.create<DivOp>(at, period);
  at = n.create<SubOp>(at, n.create<MulOp>(turns, period));
  if (!reflects)
    return at;
  at = n.create<MinOp>(at, n.create<SubOp>(period, at));
  return n.create<MinOp>(at, last); // of one element
}

static void pad(Node &n) {
  Value x = n.in(0), pads = n.in(1), value = n.optionalIn(2);
  Value axes = n.optionalIn(3);
  std::string mode = n.stringAttr("mode", "constant");
  auto counts = n.failed() ? std::nullopt : n.values.get(pads);
  if (n.failed())
    return;
  if (mode != "constant" && mode != "edge" && mode != "reflect" &&
      mode != "wrap")
    return n.refuse("mode is '" + mode + "'", "constant, edge, reflect, wrap");
  if (!counts)
    return n.refuse("input 'pads' must be known when the model is compiled",
                    "constants and arithmetic on sizes");
  SmallVector<int64_t> which =
      llvm::to_vector(llvm::seq<int64_t>(0, n.rank(x)));
  if (axes) {
    auto known = n.constantInts(axes, "input 'axes'");
    if (!known)
      return;
    which = *known;
    for (int64_t &axis : which)
      axis = n.axis(axis, n.rank(x));
  }
  if (counts->size() != 2 * which.size())
    return n.refuse("pads has " + std::to_string(counts->size()) +
                    " elements for " + std::to_string(which.size()) + " axes");
  value = value ? n.reshape(value, {}) : n.scalar(0, n.element(x));
  for (auto [i, axis] : llvm::enumerate(which)) {
    if (n.failed())
      return;
    const DimExpr &before = (*counts)[i], &after = (*counts)[i + which.size()];
    if (before.isConstant(0) && after.isConstant(0))
      continue;
    if (mode == "constant") {
      x = padAxis(n, x, axis, before, after, value);
      continue;
    }
    auto b = before.getConstant(), a = after.getConstant();
    auto size = n.dim(x, axis).getConstant();
    constexpr int64_t most = 1 << 20;
    auto fits = [&](const DimExpr &count) {
      auto known = count.getConstant();
      return known ? *known <= most && *known >= (size ? -most : 0)
                   : n.values.isSize(count);
    };
    if (!fits(before) || !fits(after) || n.dim(x, axis).isUnknown() ||
        (size && (*size <= 0 || *size > most)) ||
        (size && a && b && *size + *a + *b < 0))
      return n.refuse("mode '" + mode + "' along a dimension of size " +
                          n.dim(x, axis).str() + " by " + before.str() +
                          " and " + after.str(),
                      "sizes that are not empty, by counts that are not "
                      "negative, or mode constant");
    if (!size || !a || !b) {
      auto valueOf = [&](size_t at) {
        return n.create<GatherOp>(
            pads, n.scalar(double(at), n.builder.getI64Type()), 0);
      };
      Border border{before, after, valueOf(i), valueOf(i + which.size())};
      x = n.create<GatherOp>(x, sources(n, x, axis, border, mode), axis);
      continue;
    }
    SmallVector<int64_t> from;
    for (int64_t i = -*b; i < *size + *a; ++i)
      from.push_back(source(i, *size, mode));
    x = n.create<GatherOp>(x, n.ints(from), axis);
  }
  n.set(0, x);
}

void sinter::addPadConverters(std::vector<Converter> &table) {
  table.push_back({"Pad",
                   {13, 18, 19, 21, 23, 24, 25},
                   pad,
                   "pads must be constant or arithmetic on sizes"});
}
