//===- model.h - an open model ----------------------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_MODEL_H
#define SINTER_RUNTIME_MODEL_H

#include "weights.h"

#include <atomic>

/// Read-only after open, except for the count of those who hold it: the
/// caller, and each session.
struct sinter_model {
  sinter_artifact Artifact; ///< our copy; fields its maker lacks are 0
  sinter_artifact TrueUse;  ///< of Artifact.flag_use, or all 0
  sinter::Weights Weights;
  const uint8_t *Params;   ///< sinter_call::weights
  void *Library = nullptr; ///< of dlopen; null when linked in
  std::atomic<uint32_t> Holders{1};
};

namespace sinter {

/// Refuses a CPU feature of the list "avx2,fma,..." that this CPU, or its
/// system's saved state, lacks. `Name` is the model's.
sinter_status checkFeatures(const char *Name, const char *Features,
                            sinter_error *Error);

/// Checks the descriptor and copies it and that of its true use, if there is
/// one. `Where` names the object.
sinter_status checkArtifact(const sinter_artifact *Given, const char *Where,
                            sinter_artifact &Copy, sinter_artifact &TrueUse,
                            sinter_error *Error);

void releaseModel(sinter_model *Model);

} // namespace sinter

#endif // SINTER_RUNTIME_MODEL_H
