//===- ConvertFloatsTest.cpp - float types of weights ---------------------===//
//
// Against the interpreter's formats, which are written another way: every
// 16-bit pattern, and f32 around every place where rounding changes.
//
//===----------------------------------------------------------------------===//
#include "lib/Target/ConvertFloats.h"
#include "dialects/Sinter/Interpreter/ElementFormats.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

using namespace sinter;

namespace {
template <typename To, typename From>
std::vector<To> convert(const std::vector<From> &x, mlir::Type from,
                        mlir::Type to) {
  StridedView view =
      StridedView::contiguous(reinterpret_cast<const char *>(x.data()),
                              sizeof(From), {int64_t(x.size())}, nullptr);
  auto y = convertFloats(view, from, to);
  EXPECT_TRUE(y.has_value());
  auto *data = reinterpret_cast<const To *>(y->data);
  return std::vector<To>(data, data + x.size());
}

template <typename Format> void check(mlir::MLIRContext &ctx, mlir::Type type) {
  mlir::Type f32 = mlir::Builder(&ctx).getF32Type();
  std::vector<uint16_t> all(1 << 16);
  for (size_t i = 0; i < all.size(); ++i)
    all[i] = i;
  std::vector<float> wide = convert<float>(all, type, f32);
  std::vector<float> samples;
  for (size_t i = 0; i < all.size(); ++i) {
    double expected = Format::decode(all[i]);
    if (std::isnan(expected))
      ASSERT_TRUE(std::isnan(wide[i])) << i;
    else
      ASSERT_EQ(wide[i], expected) << i;
    uint32_t bits = llvm::bit_cast<uint32_t>(wide[i]);
    for (uint32_t low : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x1fffu, 0x7fffu,
                         0x8000u, 0x8001u, 0xffffu})
      samples.push_back(llvm::bit_cast<float>(bits + low));
  }
  std::vector<uint16_t> narrow = convert<uint16_t>(samples, f32, type);
  for (size_t i = 0; i < samples.size(); ++i)
    ASSERT_EQ(narrow[i], Format::encode(samples[i])) << samples[i];
}
} // namespace

TEST(ConvertFloats, RoundsLikeTheInterpreter) {
  mlir::MLIRContext ctx;
  mlir::Builder b(&ctx);
  check<HalfFormat>(ctx, b.getF16Type());
  check<BFloatFormat>(ctx, b.getBF16Type());
}

TEST(ConvertFloats, LeavesOtherPairs) {
  mlir::MLIRContext ctx;
  mlir::Builder b(&ctx);
  float x = 1;
  StridedView view =
      StridedView::contiguous(reinterpret_cast<char *>(&x), 4, {1}, nullptr);
  EXPECT_FALSE(convertFloats(view, b.getF32Type(), b.getF64Type()));
  EXPECT_FALSE(convertFloats(view, b.getF32Type(), b.getF32Type()));
}
