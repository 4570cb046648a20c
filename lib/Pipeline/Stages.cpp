//===- Stages.cpp - the levels and the passes between them ----------------===//
#include "lib/Pipeline/Stages.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace sinter;

static constexpr StringLiteral levelNames[] = {"graph", "model", "plan",
                                               "loops", "llvm",  "binary"};

StringRef sinter::getLevelName(Level level) {
  return levelNames[unsigned(level)];
}

std::optional<Level> sinter::parseLevel(StringRef name) {
  for (auto [i, text] : llvm::enumerate(levelNames))
    if (name == text)
      return Level(i);
  return std::nullopt;
}

std::vector<Stage> sinter::getStages(const StageOptions &o) {
  std::vector<Stage> stages;
  std::string lengths = "{max-length=" + std::to_string(o.maxLength) +
                        " prefill-chunk=" + std::to_string(o.prefillChunk) +
                        "}";
  stages.push_back(
      {"Simplify", "sinter-simplify,sinter-mask-compressed", Level::graph});
  if (o.fuse)
    stages.push_back({"Fuse", "sinter-fuse", Level::graph});
  stages.push_back({"Generate", "sinter-generate" + lengths, Level::model});
  std::string types =
      "{compute=" + o.compute + " weights=" + o.weights + " kv=" + o.kv + "}";
  stages.push_back({"Quantize", "sinter-quantize" + types, Level::plan});
  stages.push_back(
      {"Layout",
       o.weights == "f32" ? "sinter-layout{widen=true}" : "sinter-layout",
       Level::plan});
  stages.push_back({"Roll", "sinter-roll", Level::plan});
  stages.push_back({"Tile", "sinter-tile-pipeline", Level::loops});
  stages.push_back({"Bufferize", "sinter-bufferize-pipeline", Level::loops});
  stages.push_back(
      {"CPU", "sinter-cpu-pipeline{name=" + o.name + "}", Level::llvm});
  return stages;
}

LogicalResult sinter::runStage(ModuleOp module, const Stage &stage) {
  PassManager passes(module.getContext());
  if (failed(parsePassPipeline(stage.pipeline, passes)))
    return module.emitError("internal error: the pipeline of stage ")
           << stage.name << " does not parse: " << stage.pipeline;
  return passes.run(module);
}
