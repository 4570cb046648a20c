//===- weights.h - the weight file, mapped and checked ----------*- C++ -*-===//
#ifndef SINTER_RUNTIME_WEIGHTS_H
#define SINTER_RUNTIME_WEIGHTS_H

#include "pages.h"

namespace sinter {

struct Weights {
  const uint8_t *Data = nullptr; ///< the whole file, header first
  uint64_t Bytes = 0;
  const sinter_section *Sections = nullptr;
  uint32_t SectionCount = 0;
  Pages Memory; ///< the mapped file or its copy; none for embedded weights

  /// Maps `Path`, or takes the artifact's embedded bytes when it is null, and
  /// checks the header against the file and the artifact. Reads no data.
  sinter_status open(const sinter_artifact &Artifact, const char *Path,
                     sinter_weights_memory Kind, sinter_error *Error);
  const sinter_section *find(const char *Name) const;
  void close();
};

} // namespace sinter

#endif // SINTER_RUNTIME_WEIGHTS_H
