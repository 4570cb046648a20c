//===- Hash.cpp - the seed of this process --------------------------------===//
#include "Hash.h"

#include <random>

uint64_t sinter::tokenizer::hashSeed() {
  static const uint64_t Seed = [] {
    std::random_device Device;
    return uint64_t(Device()) << 32 | Device();
  }();
  return Seed;
}
