//===- SizeBounds.cpp - what sizes that symbols decide can reach ----------===//
#include "passes/Bufferize/SizeBounds.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir;
using namespace sinter;

using MaybeRange = std::optional<SizeRange>;

// The hull of `op` on the corners of both ranges: every op here is monotone in
// each operand, up or down.
static MaybeRange
combine(SizeRange x, SizeRange y,
        llvm::function_ref<std::optional<int64_t>(int64_t, int64_t)> op) {
  MaybeRange result;
  for (int64_t a : {x.low, x.high})
    for (int64_t b : {y.low, y.high}) {
      auto value = op(a, b);
      if (!value)
        return std::nullopt;
      if (!result)
        result = SizeRange{*value, *value};
      result->low = std::min(result->low, *value);
      result->high = std::max(result->high, *value);
    }
  return result;
}

MaybeRange
sinter::getSizeRange(Value index,
                     llvm::function_ref<MaybeRange(BlockArgument)> ofLeaf) {
  if (auto argument = dyn_cast<BlockArgument>(index))
    return ofLeaf(argument);
  Operation *op = index.getDefiningOp();
  if (auto constant = dyn_cast<arith::ConstantIndexOp>(op))
    return SizeRange{constant.value(), constant.value()};
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    auto x = getSizeRange(select.getTrueValue(), ofLeaf);
    auto y = getSizeRange(select.getFalseValue(), ofLeaf);
    if (!x || !y)
      return std::nullopt;
    return SizeRange{std::min(x->low, y->low), std::max(x->high, y->high)};
  }
  if (op->getNumOperands() != 2)
    return std::nullopt;
  auto x = getSizeRange(op->getOperand(0), ofLeaf);
  auto y = getSizeRange(op->getOperand(1), ofLeaf);
  if (!x || !y)
    return std::nullopt;
  using Value64 = std::optional<int64_t>;
  auto checked = [&](auto overflows) {
    return combine(*x, *y, [&](int64_t a, int64_t b) -> Value64 {
      int64_t value;
      return overflows(a, b, value) ? std::nullopt : Value64(value);
    });
  };
  // Unsigned ops mean the same as signed ones where nothing is negative.
  bool isNatural = x->low >= 0 && y->low >= 0;
  return llvm::TypeSwitch<Operation *, MaybeRange>(op)
      .Case([&](arith::AddIOp) { return checked(llvm::AddOverflow<int64_t>); })
      .Case([&](arith::SubIOp) { return checked(llvm::SubOverflow<int64_t>); })
      .Case([&](arith::MulIOp) { return checked(llvm::MulOverflow<int64_t>); })
      .Case<arith::MaxSIOp, arith::MaxUIOp>([&](Operation *max) -> MaybeRange {
        if (isa<arith::MaxUIOp>(max) && !isNatural)
          return std::nullopt;
        return SizeRange{std::max(x->low, y->low), std::max(x->high, y->high)};
      })
      .Case<arith::MinSIOp, arith::MinUIOp>([&](Operation *min) -> MaybeRange {
        if (isa<arith::MinUIOp>(min) && !isNatural)
          return std::nullopt;
        return SizeRange{std::min(x->low, y->low), std::min(x->high, y->high)};
      })
      .Case<arith::DivUIOp, arith::DivSIOp, arith::FloorDivSIOp>(
          [&](Operation *) -> MaybeRange {
            if (!isNatural || y->low == 0)
              return std::nullopt;
            return SizeRange{x->low / y->high, x->high / y->low};
          })
      .Case([&](arith::CeilDivSIOp) -> MaybeRange {
        if (!isNatural || y->low == 0)
          return std::nullopt;
        return SizeRange{llvm::divideCeilSigned(x->low, y->high),
                         llvm::divideCeilSigned(x->high, y->low)};
      })
      .Default([](Operation *) { return MaybeRange(); });
}
