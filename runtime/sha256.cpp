//===- sha256.cpp - the digest of weight files ----------------------------===//
//
// FIPS 180-4, straight from the standard. Only `verify` runs it: loading
// compares stored digests.
//
//===----------------------------------------------------------------------===//
#include "sha256.h"

#include <string.h>

static const uint32_t Constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t rotate(uint32_t X, int N) {
  return X >> N | X << (32 - N);
}

static void compress(uint32_t State[8], const uint8_t *Data, uint64_t Blocks) {
  for (; Blocks; --Blocks, Data += 64) {
    uint32_t W[64];
    for (int I = 0; I < 16; ++I) {
      uint32_t Word;
      memcpy(&Word, Data + 4 * I, 4);
      W[I] = __builtin_bswap32(Word);
    }
    for (int I = 16; I < 64; ++I) {
      uint32_t A = W[I - 15], B = W[I - 2];
      W[I] = W[I - 16] + (rotate(A, 7) ^ rotate(A, 18) ^ A >> 3) + W[I - 7] +
             (rotate(B, 17) ^ rotate(B, 19) ^ B >> 10);
    }
    uint32_t A = State[0], B = State[1], C = State[2], D = State[3],
             E = State[4], F = State[5], G = State[6], H = State[7];
    for (int I = 0; I < 64; ++I) {
      uint32_t T1 = H + (rotate(E, 6) ^ rotate(E, 11) ^ rotate(E, 25)) +
                    ((E & F) ^ (~E & G)) + Constants[I] + W[I];
      uint32_t T2 = (rotate(A, 2) ^ rotate(A, 13) ^ rotate(A, 22)) +
                    ((A & B) ^ (A & C) ^ (B & C));
      H = G, G = F, F = E, E = D + T1, D = C, C = B, B = A, A = T1 + T2;
    }
    State[0] += A, State[1] += B, State[2] += C, State[3] += D;
    State[4] += E, State[5] += F, State[6] += G, State[7] += H;
  }
}

void sinter::sha256(const uint8_t *Data, uint64_t Bytes, uint8_t Digest[32]) {
  uint32_t State[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  compress(State, Data, Bytes / 64);
  // The tail: one 1 bit, zeros, the length in bits, big endian.
  uint8_t Tail[128] = {};
  uint64_t Rest = Bytes % 64;
  memcpy(Tail, Data + (Bytes - Rest), Rest);
  Tail[Rest] = 0x80;
  uint64_t TailBytes = Rest < 56 ? 64 : 128;
  uint64_t Bits = __builtin_bswap64(Bytes * 8);
  memcpy(Tail + TailBytes - 8, &Bits, 8);
  compress(State, Tail, TailBytes / 64);
  for (int I = 0; I < 8; ++I) {
    uint32_t Word = __builtin_bswap32(State[I]);
    memcpy(Digest + 4 * I, &Word, 4);
  }
}
