//===- ContribSchemas.h - ops that onnxruntime adds to ONNX ---------------===//
#ifndef SINTER_IMPORTER_CONTRIBSCHEMAS_H
#define SINTER_IMPORTER_CONTRIBSCHEMAS_H

namespace sinter {

inline constexpr const char *contribDomain = "com.microsoft";

/// Makes the ONNX library know the contrib ops of the converters, once. Thread
/// safe.
void registerContribSchemas();

} // namespace sinter
#endif
