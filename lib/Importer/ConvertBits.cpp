//===- ConvertBits.cpp - Bitwise*, BitShift -------------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Node.h"

using namespace mlir;
using namespace sinter;

template <typename Op> static void bitwise(Node &n) {
  Value a = n.in(0), b = n.in(1);
  n.set(0, n.create<Op>(a, b));
}

static void bitwiseNot(Node &n) {
  Value x = n.in(0);
  n.set(0, n.create<XorOp>(x, n.scalar(-1, n.element(x))));
}

/// 2^i for the i of `by` in 0 .. most; other i give 1.
static Value powersOfTwo(Node &n, Value by, Value inRange, unsigned most) {
  auto type = cast<IntegerType>(n.element(by));
  SmallVector<APInt> powers;
  for (unsigned i = 0; i <= most; ++i)
    powers.push_back(APInt::getOneBitSet(type.getWidth(), i));
  Value table = n.constant(DenseElementsAttr::get(
      RankedTensorType::get({int64_t(powers.size())}, type), powers));
  Value index = n.create<SelectOp>(inRange, by, n.scalar(0, type));
  return n.create<GatherOp>(table, n.cast(index, n.builder.getI64Type()), 0);
}

/// A product or quotient by powers of two. Of signed integers the quotient is
/// rounded down; where all bits are shifted out, or the count is negative, the
/// sign fills them.
static void bitShift(Node &n) {
  Value x = n.in(0), by = n.in(1);
  std::string direction = n.stringAttr("direction", "");
  auto type = dyn_cast<IntegerType>(n.element(x));
  if (n.failed())
    return;
  if (!type || type.getWidth() == 1)
    return n.refuse("elements are no integers");
  if (direction != "LEFT" && direction != "RIGHT")
    return n.refuse("direction is '" + direction + "'", "LEFT, RIGHT");
  bool left = direction == "LEFT", isSigned = !type.isUnsigned();
  // 2^(width - 1) is no divisor of signed integers; a shift by so much leaves
  // the sign alone, too.
  unsigned most = type.getWidth() - (isSigned && !left ? 2 : 1);
  Value zero = n.scalar(0, type), fill = zero;
  Value inRange = n.create<AndOp>(
      n.create<CompareOp>(Predicate::ge, by, zero),
      n.create<CompareOp>(Predicate::le, by, n.scalar(most, type)));
  Value power = powersOfTwo(n, by, inRange, most);
  Value y;
  if (left) {
    y = n.create<MulOp>(x, power);
  } else if (isSigned) {
    Value ones = n.scalar(-1, type);
    Value negative = n.create<CompareOp>(Predicate::lt, x, zero);
    fill = n.create<SelectOp>(negative, ones, zero);
    // Not x is not negative where x is; so is its quotient's not.
    y = n.create<XorOp>(n.create<DivOp>(n.create<XorOp>(x, fill), power), fill);
  } else {
    y = n.create<DivOp>(x, power);
  }
  n.set(0, n.create<SelectOp>(inRange, y, fill));
}

void sinter::addBitConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"BitwiseAnd", {18}, bitwise<AndOp>}, {"BitwiseOr", {18}, bitwise<OrOp>},
      {"BitwiseXor", {18}, bitwise<XorOp>}, {"BitwiseNot", {18}, bitwiseNot},
      {"BitShift", {11, 28}, bitShift},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
