//===- ConvertFloats.cpp - float types of weights -------------------------===//
#include "lib/Target/ConvertFloats.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace sinter;

static constexpr uint32_t infinity = 0x7f800000;

static uint16_t toBFloat(uint32_t bits) {
  if ((bits & 0x7fffffff) > infinity)
    return ((bits >> 16) & 0x8000) | 0x7fc0;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

static uint32_t fromBFloat(uint16_t bits) { return uint32_t(bits) << 16; }

static uint16_t toHalf(uint32_t bits) {
  uint16_t sign = (bits >> 16) & 0x8000;
  uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > infinity)
    return sign | 0x7e00;
  if (magnitude >= 0x47800000) // 2^16
    return sign | 0x7c00;
  if (magnitude < 0x38800000) { // below 2^-14: 0.5 has the subnormals' ulp
    float shifted = llvm::bit_cast<float>(magnitude) + 0.5f;
    return sign | (llvm::bit_cast<uint32_t>(shifted) - 0x3f000000);
  }
  // A carry out of the field raises the exponent, up to infinity, by itself.
  magnitude += 0xfff + ((magnitude >> 13) & 1);
  return sign | ((magnitude - 0x38000000) >> 13);
}

static uint32_t fromHalf(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16, magnitude = bits & 0x7fff;
  if (magnitude >= 0x7c00)
    return sign | (magnitude > 0x7c00 ? 0x7fc00000 : infinity);
  if (magnitude < 0x0400)
    return sign | llvm::bit_cast<uint32_t>(float(magnitude) * 0x1p-24f);
  return sign | ((magnitude << 13) + 0x38000000);
}

template <typename To, typename From, To convert(From)>
static StridedView convertAll(const StridedView &from) {
  StridedView dense = makeContiguous(from);
  int64_t count = dense.getNumElements();
  std::shared_ptr<char[]> buffer(new char[count * sizeof(To)]);
  auto *x = reinterpret_cast<const From *>(dense.data);
  auto *y = reinterpret_cast<To *>(buffer.get());
  for (int64_t i = 0; i < count; ++i)
    y[i] = convert(x[i]);
  return StridedView::contiguous(buffer.get(), sizeof(To), dense.sizes, buffer);
}

std::optional<StridedView> sinter::convertFloats(const StridedView &from,
                                                 Type fromType, Type toType) {
  if (fromType.isF32() && toType.isBF16())
    return convertAll<uint16_t, uint32_t, toBFloat>(from);
  if (fromType.isF32() && toType.isF16())
    return convertAll<uint16_t, uint32_t, toHalf>(from);
  if (fromType.isBF16() && toType.isF32())
    return convertAll<uint32_t, uint16_t, fromBFloat>(from);
  if (fromType.isF16() && toType.isF32())
    return convertAll<uint32_t, uint16_t, fromHalf>(from);
  return std::nullopt;
}
