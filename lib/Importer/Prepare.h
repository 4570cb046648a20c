//===- Prepare.h - what the official ONNX library does for us -------------===//
//
// Checks the model (onnx::checker), inlines its functions and those ops that
// have no converter but a function body, converts old forms of ops to newer
// ones where only those have a converter, and infers types. Exceptions of the
// library end here.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_PREPARE_H
#define SINTER_IMPORTER_PREPARE_H

#include "lib/Importer/Refusals.h"
#include "lib/Importer/Tensors.h"
#include <map>

namespace sinter {

/// Opsets of ai.onnx whose forms of ops are known: firstOpset to the library's
/// newest. Models from oldestOpset on are converted to firstOpset.
inline constexpr int64_t firstOpset = 13, oldestOpset = 7;
int64_t getNewestOpset();

struct PreparedModel {
  std::map<std::string, int64_t> opsets; ///< by domain
  /// Types that ONNX infers, by value name (main graph).
  std::map<std::string, onnx::TypeProto> types;
  /// Why the library's inference refuses the model; converters say most causes
  /// better, so that this counts only when they find none.
  std::string inferenceError;
};

/// Changes file.model; what is wrong goes to `refusals`. False when it makes no
/// sense to go on looking for more causes.
bool prepareModel(ModelFile &file, TensorPlaces &places, Refusals &refusals,
                  PreparedModel &prepared);

/// The since-version of a node's op at the model's opset; 0 when the ONNX
/// library knows no such op.
int64_t getSinceVersion(const onnx::NodeProto &node,
                        const std::map<std::string, int64_t> &opsets);

} // namespace sinter
#endif
