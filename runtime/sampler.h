//===- sampler.h - from a row of logits to an id ----------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_SAMPLER_H
#define SINTER_RUNTIME_SAMPLER_H

#include "pages.h"

namespace sinter {

/// Holds the buffers that a choice among `Vocab` ids needs; nothing is
/// allocated after prepare().
class Sampler {
public:
  sinter_status prepare(int64_t Vocab, sinter_error *Error);
  void release() { Block.release(); }

  /// Begins a generation: seeds the generator and forgets all ids.
  void start(uint64_t Seed);
  /// `Id` is in the sequence; `Generated` when it was sampled.
  void note(int64_t Id, bool Generated) { Seen[Id] |= Generated ? 3 : 1; }

  /// The row that the next step writes and choose() changes.
  float *logits() const { return Logits; }
  /// Sets `Id`; fails when the row holds no number to choose.
  sinter_status choose(const sinter_generate_options &Options, int64_t &Id,
                       sinter_error *Error);

private:
  struct Candidate {
    float Logit;
    int32_t Id;
  };

  void penalize(const sinter_generate_options &Options);
  int64_t draw(const sinter_generate_options &Options, float Largest);
  int64_t keepLikely(const sinter_generate_options &Options, float Largest);
  void siftDown(int64_t From, int64_t Count);
  double uniform();

  Pages Block;
  int64_t Vocab = 0;
  float *Logits = nullptr;
  double *Weights = nullptr;
  Candidate *Heap = nullptr;
  uint8_t *Seen = nullptr;
  uint64_t Random[4] = {};
};

/// Checks every number of the options against `Vocab`.
sinter_status checkSampling(const sinter_generate_options &Options,
                            int64_t Vocab, sinter_error *Error);

} // namespace sinter

#endif // SINTER_RUNTIME_SAMPLER_H
