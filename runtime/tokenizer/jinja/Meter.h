//===- Meter.h - what one rendering may use ---------------------*- C++ -*-===//
//
// Counts work (bytes and items that pass through) and the bytes that live, so
// that a hostile template ends with an error soon and in little memory. A
// thread has one meter while it renders; parsing has none.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_METER_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_METER_H

#include "Failure.h"

#include <cstddef>
#include <cstdint>

namespace sinter::jinja {

class Meter {
public:
  /// Makes this the thread's meter until it dies.
  Meter() : Before(Current) { Current = this; }
  ~Meter() { Current = Before; }
  Meter(const Meter &) = delete;
  Meter &operator=(const Meter &) = delete;

  /// Null while nothing is rendered.
  static Meter *current() { return Current; }

  static void spend(uint64_t Amount) {
    if (Current && (Current->Work += Amount) > MaxWork)
      fail("the template does too much work");
  }

  void hold(size_t Bytes) {
    if (Live + Bytes > MaxLive)
      fail("the template keeps more than 512 MiB of text");
    Live += Bytes;
  }
  void release(size_t Bytes) { Live -= Bytes; }

private:
  static constexpr uint64_t MaxWork = 1'000'000'000;
  static constexpr size_t MaxLive = size_t(512) << 20;
  static thread_local Meter *Current;
  Meter *Before;
  uint64_t Work = 0;
  size_t Live = 0;
};

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_METER_H
