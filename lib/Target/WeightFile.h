//===- WeightFile.h - writes the weight file ------------------------------===//
#ifndef SINTER_TARGET_WEIGHTFILE_H
#define SINTER_TARGET_WEIGHTFILE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "llvm/Support/raw_ostream.h"
#include <array>

namespace sinter {
class ParamReader; // dialects/Sinter/Interpreter/Evaluation.h

/// A named range beside the weights: tokenizer.json and the like.
struct SideFile {
  std::string name; // shorter than sinter_section::name
  std::string content;
};

struct WeightFile {
  std::array<uint8_t, 32> digest{}; // of the data after the header
  uint64_t bytes = 0;               // whole file
};

/// Writes header, "params" (all tables of the model, at the offsets of
/// WeightLayout.h) and the side files to `os`, which must be seekable. Holds
/// one weight in memory at a time.
mlir::FailureOr<WeightFile> writeWeightFile(mlir::ModuleOp model,
                                            ParamReader &params,
                                            llvm::ArrayRef<SideFile> sideFiles,
                                            llvm::raw_pwrite_stream &os);

} // namespace sinter
#endif
