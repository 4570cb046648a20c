//===- Stages.h - the levels and the passes between them ------------------===//
#ifndef SINTER_PIPELINE_STAGES_H
#define SINTER_PIPELINE_STAGES_H

#include "mlir/IR/BuiltinOps.h"
#include "sinter/compile.h"
#include <string>
#include <vector>

namespace sinter {

/// One stage: a pass pipeline as sinter-opt takes it, and the level it makes.
struct Stage {
  std::string name;     // as in -v
  std::string pipeline; // text
  Level reaches;
};

struct StageOptions {
  bool fuse = true;
  int64_t maxLength = 0;
  int64_t prefillChunk = 0;
  std::string compute = "f32";  // f32, f16, bf16
  std::string weights = "keep"; // keep, f32, f16, bf16
  std::string kv = "keep";
  std::string name; // prefix of entry points
};

/// The stages from level graph to level llvm in order.
std::vector<Stage> getStages(const StageOptions &options);

llvm::StringRef getLevelName(Level level);
std::optional<Level> parseLevel(llvm::StringRef name);

/// Runs one stage's passes; the IR is verified after each.
mlir::LogicalResult runStage(mlir::ModuleOp module, const Stage &stage);

} // namespace sinter
#endif
