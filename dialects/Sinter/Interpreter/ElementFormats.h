//===- ElementFormats.h - f16 and bf16 as bits ------------------*- C++ -*-===//
//
// Exact decoding, and encoding from double with one rounding to nearest even
// (going through f32 would round twice).
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_INTERPRETER_ELEMENTFORMATS_H
#define SINTER_INTERPRETER_ELEMENTFORMATS_H

#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstdint>

namespace sinter {

/// A binary interchange format narrower than double: `precision` bits of
/// significand with the implicit one.
template <int precision, int exponentBits> struct NarrowFormat {
  static constexpr int fieldBits = precision - 1;
  static constexpr int bias = (1 << (exponentBits - 1)) - 1;
  static constexpr uint16_t exponentMask = ((1 << exponentBits) - 1)
                                           << fieldBits;
  static constexpr uint16_t fieldMask = (1 << fieldBits) - 1;

  static double decode(uint16_t bits) {
    double sign = bits & 0x8000 ? -1 : 1;
    int exponent = (bits & exponentMask) >> fieldBits;
    int field = bits & fieldMask;
    if (exponent == exponentMask >> fieldBits)
      return sign * (field ? std::nan("") : HUGE_VAL);
    if (exponent == 0)
      return sign * std::ldexp(field, 1 - bias - fieldBits);
    return sign *
           std::ldexp(field + (1 << fieldBits), exponent - bias - fieldBits);
  }

  static uint16_t encode(double value) {
    uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    if (std::isnan(value))
      return sign | exponentMask | (1 << (fieldBits - 1));
    double magnitude = std::fabs(value);
    if (magnitude == 0 || std::isinf(magnitude))
      return sign | (magnitude == 0 ? 0 : exponentMask);
    // In units of the last place, where the nearest integer is the answer. A
    // carry out of the field raises the exponent, up to infinity, by itself.
    int exponent = std::max(std::ilogb(magnitude), 1 - bias);
    if (exponent > bias)
      return sign | exponentMask;
    auto units =
        uint32_t(std::nearbyint(std::ldexp(magnitude, fieldBits - exponent)));
    return sign | (units + ((exponent + bias - 1) << fieldBits));
  }
};

using HalfFormat = NarrowFormat<11, 5>;
using BFloatFormat = NarrowFormat<8, 8>;

} // namespace sinter
#endif
