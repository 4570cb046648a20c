//===- sampler.cpp - from a row of logits to an id ------------------------===//
//
// The same bits on every machine: double arithmetic in fixed order, our own
// exp and generator, no fused multiply-add (see CMakeLists.txt).
//
//===----------------------------------------------------------------------===//
#include "sampler.h"

#include <string.h>

using namespace sinter;
using ll = long long;

sinter_status sinter::checkSampling(const sinter_generate_options &O,
                                    int64_t Vocab, sinter_error *Error) {
  const char *Field = nullptr, *Range = nullptr;
  // Written so that a NaN fails.
  if (!(O.temperature >= 0 && O.temperature <= 1e6f))
    Field = "temperature", Range = "0 (greedy) or more";
  else if (O.top_k < 0)
    Field = "top_k", Range = "0 (all) or more";
  else if (!(O.top_p >= 0 && O.top_p <= 1))
    Field = "top_p", Range = "0 (all) to 1";
  else if (!(O.min_p >= 0 && O.min_p <= 1))
    Field = "min_p", Range = "0 to 1";
  else if (!(O.repetition_penalty >= 0 && O.repetition_penalty <= 1e6f))
    Field = "repetition_penalty", Range = "more than 0, or 0 for none";
  else if (!(O.presence_penalty >= -1e6f && O.presence_penalty <= 1e6f))
    Field = "presence_penalty", Range = "a finite number";
  else if (O.max_new_tokens < 0)
    Field = "max_new_tokens", Range = "0 (until the cache is full) or more";
  else if (O.bias_count < 0 || (O.bias_count && !O.biases))
    Field = "bias_count", Range = "the length of biases";
  else if (O.end_id_count < 0 || (O.end_id_count && !O.end_ids))
    Field = "end_id_count", Range = "the length of end_ids";
  if (Field)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_generate_options.%s is out of range: %s", Field, Range);
  for (int64_t I = 0; I < O.bias_count; ++I) {
    if (O.biases[I].id < 0 || O.biases[I].id >= Vocab)
      return fail(Error, SINTER_OUT_OF_RANGE,
                  "sinter_generate_options.biases[%lld].id is %lld, the "
                  "vocabulary is 0 to %lld",
                  ll(I), ll(O.biases[I].id), ll(Vocab - 1));
    // -infinity bans, +infinity and NaN mean nothing.
    if (!(O.biases[I].bias <= 1e30f))
      return fail(Error, SINTER_INVALID_ARGUMENT,
                  "sinter_generate_options.biases[%lld].bias is not a finite "
                  "number or -infinity",
                  ll(I));
  }
  return SINTER_OK;
}

sinter_status Sampler::prepare(int64_t V, sinter_error *Error) {
  const uint64_t Count = uint64_t(V);
  if (sinter_status S = Block.reserve(
          Count * (sizeof(double) + sizeof(Candidate) + sizeof(float) + 1),
          "sampler", Error))
    return S;
  Vocab = V;
  Weights = reinterpret_cast<double *>(Block.Data);
  Heap = reinterpret_cast<Candidate *>(Weights + Count);
  Logits = reinterpret_cast<float *>(Heap + Count);
  Seen = reinterpret_cast<uint8_t *>(Logits + Count);
  return SINTER_OK;
}

//===--- Chance -------------------------------------------------------------===

void Sampler::start(uint64_t Seed) {
  memset(Seen, 0, size_t(Vocab));
  for (uint64_t &Word : Random) { // splitmix64: no seed gives a poor state
    uint64_t Z = Seed += 0x9e3779b97f4a7c15;
    Z = (Z ^ Z >> 30) * 0xbf58476d1ce4e5b9;
    Z = (Z ^ Z >> 27) * 0x94d049bb133111eb;
    Word = Z ^ Z >> 31;
  }
}

/// xoshiro256**: a double of [0, 1).
double Sampler::uniform() {
  auto Rotate = [](uint64_t X, int N) { return X << N | X >> (64 - N); };
  const uint64_t Result = Rotate(Random[1] * 5, 7) * 9, T = Random[1] << 17;
  Random[2] ^= Random[0];
  Random[3] ^= Random[1];
  Random[1] ^= Random[2];
  Random[0] ^= Random[3];
  Random[2] ^= T;
  Random[3] = Rotate(Random[3], 45);
  return double(Result >> 11) * 0x1p-53;
}

/// exp(X) for X <= 0 (also -infinity), within 2 ulp.
static double expOf(double X) {
  if (!(X > -708))
    return 0;
  const double Log2E = 1.4426950408889634, Ln2High = 0x1.62e42fefa0000p-1,
               Ln2Low = 0x1.cf79abc9e3b3ap-40;
  const int N = int(X * Log2E - 0.5); // to nearest, as X <= 0
  const double R = X - N * Ln2High - N * Ln2Low;
  double P = 1;
  for (int I = 13; I >= 1; --I) // |R| <= 0.35: the next term is under 2^-57
    P = P * R / I + 1;
  const uint64_t Bits = uint64_t(1023 + N) << 52;
  double Scale;
  memcpy(&Scale, &Bits, 8);
  return P * Scale;
}

//===--- Choice -------------------------------------------------------------===

void Sampler::penalize(const sinter_generate_options &O) {
  for (int64_t I = 0; I < O.bias_count; ++I)
    Logits[O.biases[I].id] += O.biases[I].bias;
  const float Penalty = O.repetition_penalty;
  const bool Repetition = Penalty != 0 && Penalty != 1;
  if (!Repetition && O.presence_penalty == 0)
    return;
  for (int64_t I = 0; I < Vocab; ++I) {
    if (!Seen[I])
      continue;
    if (Repetition)
      Logits[I] = Logits[I] > 0 ? Logits[I] / Penalty : Logits[I] * Penalty;
    if (Seen[I] & 2)
      Logits[I] -= O.presence_penalty;
  }
}

/// The heap's order: larger logits first, equal ones by id.
void Sampler::siftDown(int64_t At, int64_t Count) {
  auto Before = [](const Candidate &A, const Candidate &B) {
    return A.Logit > B.Logit || (A.Logit == B.Logit && A.Id < B.Id);
  };
  const Candidate Item = Heap[At];
  for (int64_t Child; (Child = 2 * At + 1) < Count; At = Child) {
    if (Child + 1 < Count && Before(Heap[Child + 1], Heap[Child]))
      ++Child;
    if (!Before(Heap[Child], Item))
      break;
    Heap[At] = Heap[Child];
  }
  Heap[At] = Item;
}

/// Moves the kept ids, most likely first, to the end of Heap, from back to
/// front; their weights to Weights[0 ..]. Returns how many.
int64_t Sampler::keepLikely(const sinter_generate_options &O, float Largest) {
  const double Inverse = 1 / double(O.temperature);
  auto WeightOf = [&](float Logit) {
    return expOf((double(Logit) - Largest) * Inverse);
  };
  const int64_t Most = O.top_k && O.top_k < Vocab ? O.top_k : Vocab;
  const bool Nucleus = O.top_p > 0 && O.top_p < 1;
  double Total = 0;
  for (int64_t I = 0; I < Vocab; ++I) {
    Heap[I] = {Logits[I], int32_t(I)};
    if (Nucleus && Most == Vocab)
      Total += WeightOf(Logits[I]);
  }
  for (int64_t I = Vocab / 2; I-- > 0;)
    siftDown(I, Vocab);
  int64_t Kept = 0;
  // Takes the most likely of those left; without min-p's tail.
  auto Take = [&] {
    const Candidate Top = Heap[0];
    const double Weight = WeightOf(Top.Logit);
    if (Kept && (Weight < O.min_p || Weight == 0))
      return false;
    const int64_t Last = Vocab - 1 - Kept;
    Heap[0] = Heap[Last];
    Heap[Last] = Top;
    siftDown(0, Last);
    Weights[Kept++] = Weight;
    return true;
  };
  if (!Nucleus) {
    while (Kept < Most && Take()) {
    }
    return Kept;
  }
  if (Most == Vocab) {
    double Sum = 0;
    while (Kept < Most && Sum < O.top_p * Total && Take())
      Sum += Weights[Kept - 1];
    return Kept;
  }
  // top-p speaks of what top-k left; min-p comes last.
  const float MinP = O.min_p;
  sinter_generate_options Open = O;
  Open.min_p = Open.top_p = 0;
  const int64_t Few = keepLikely(Open, Largest);
  for (int64_t I = 0; I < Few; ++I)
    Total += Weights[I];
  double Sum = 0;
  while (Kept < Few && Sum < O.top_p * Total &&
         (!Kept || Weights[Kept] >= MinP))
    Sum += Weights[Kept++];
  return Kept;
}

int64_t Sampler::draw(const sinter_generate_options &O, float Largest) {
  const bool Filter = (O.top_k && O.top_k < Vocab) || O.min_p > 0 ||
                      (O.top_p > 0 && O.top_p < 1);
  int64_t Count = Vocab;
  if (Filter)
    Count = keepLikely(O, Largest);
  else
    for (int64_t I = 0; I < Vocab; ++I)
      Weights[I] = expOf((double(Logits[I]) - Largest) / O.temperature);
  double Total = 0;
  for (int64_t I = 0; I < Count; ++I)
    Total += Weights[I];
  const double Point = uniform() * Total;
  double Sum = 0;
  int64_t Chosen = -1;
  for (int64_t I = 0; I < Count && (Chosen < 0 || Sum <= Point); ++I)
    if (Weights[I] > 0) { // rounding must not choose a banned id
      Chosen = I;
      Sum += Weights[I];
    }
  return Filter ? Heap[Vocab - 1 - Chosen].Id : Chosen;
}

sinter_status Sampler::choose(const sinter_generate_options &O, int64_t &Id,
                              sinter_error *Error) {
  unsigned Bad = 0;
  for (int64_t I = 0; I < Vocab; ++I)
    Bad |= !(Logits[I] <= 3.4028234663852886e38f); // NaN or +infinity
  if (Bad)
    return fail(Error, SINTER_MODEL_FAULT,
                "the model's logits hold NaN or infinity: the weights or the "
                "ONNX model's arithmetic do not fit the compute type");
  penalize(O);
  int64_t Best = 0;
  for (int64_t I = 1; I < Vocab; ++I)
    if (Logits[I] > Logits[Best])
      Best = I;
  if (!(Logits[Best] >= -3.4028234663852886e38f))
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "no id is left to choose: every logit is -infinity, look at "
                "sinter_generate_options.biases");
  Id = O.temperature == 0 ? Best : draw(O, Logits[Best]);
  return SINTER_OK;
}
