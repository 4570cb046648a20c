//===- Signature.h - a model's face, kept while levels lower it -----------===//
//
// Names and symbolic types of inputs and outputs would be gone after
// passes/Tile. They are recorded on the module as `sinter.signature` while the
// entry function still has them, and read again for the descriptor and header.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TARGET_SIGNATURE_H
#define SINTER_TARGET_SIGNATURE_H

#include "dialects/Sinter/IR/Sinter.h"
#include <string>
#include <vector>

namespace sinter {

inline constexpr llvm::StringLiteral signatureAttrName = "sinter.signature";

struct Port {
  std::string name;
  mlir::RankedTensorType type;
};

struct Signature {
  bool isStep = false;
  std::vector<Port> inputs, outputs;
  std::vector<std::string> symbols; // in the order of sinter_call::dims
  CacheType cache;                  // null: none
  int64_t vocab = 0;                // step: last size of the logits
  int64_t rowBytes = 0;             // weights that one row reads whole
  int64_t rewindReach = 0;          // as sinter_artifact::rewind_reach
};

/// Records the signature of the module's entry function (levels 1 to 3).
mlir::LogicalResult recordSignature(mlir::ModuleOp module);
/// Reads it back; an error when it is missing or malformed.
mlir::FailureOr<Signature> readSignature(mlir::ModuleOp module);

} // namespace sinter
#endif
