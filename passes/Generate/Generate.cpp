//===- Generate.cpp - @forward of a decoder becomes @step -----------------===//
#include "passes/Generate/Generate.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Generate/StepBuilder.h"

namespace sinter {
#define GEN_PASS_DEF_GENERATE
#include "passes/Generate/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
struct GeneratePass : sinter::impl::GenerateBase<GeneratePass> {
  using GenerateBase::GenerateBase;

  int64_t getNumber(int64_t option, StringRef attr, int64_t otherwise) {
    if (option)
      return option;
    auto number = getOperation()->getAttrOfType<IntegerAttr>(attr);
    return number ? number.getInt() : otherwise;
  }

  /// Some inputs mean something in a step alone: says whose, and why none is.
  void checkNeedsStep(func::FuncOp forward, StringRef reason) {
    auto what = forward->getAttrOfType<StringAttr>(needsStepAttrName);
    if (!what)
      return;
    forward.emitError(what.getValue())
        << " is supported in models that generate, but this one makes no "
           "step: "
        << reason;
    signalPassFailure();
  }

  void reportDropped(ReportEntries &report, const Decoder &decoder,
                     func::FuncOp forward) {
    for (unsigned i : decoder.dropped) {
      auto name = forward.getResultAttrOfType<StringAttr>(i, nameAttrName);
      report.add("step", forward.getLoc(), "note",
                 "output '" + (name ? name.str() : std::to_string(i)) +
                     "' is no part of a step and is not computed");
    }
  }

  /// The way that always works: every step computes the whole prefix.
  void recompute(ReportEntries &report, func::FuncOp step,
                 const Decoder &decoder, int64_t length, func::FuncOp forward) {
    StepBuilder builder(step, decoder, length, /*chunk=*/0);
    if (failed(builder.buildRecomputing())) {
      if (builder.hasError())
        return signalPassFailure();
      report.missed("step", builder.getWhere(), builder.getReason());
      step.erase();
      return checkNeedsStep(forward, builder.getReason());
    }
    report.add("step", forward.getLoc(), "note",
               "no cache: each new token recomputes the whole prefix");
    reportDropped(report, decoder, forward);
    forward.erase();
    OpBuilder b(&getContext());
    auto all = b.getI64IntegerAttr(builder.getMaxLength());
    getOperation()->setAttr(maxLengthAttrName, all);
    getOperation()->setAttr(prefillChunkAttrName, all);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    OpBuilder b(&getContext());
    ReportEntries report(module, {"cache", "step"});
    auto forward = module.lookupSymbol<func::FuncOp>("forward");
    if (!forward || forward.isExternal())
      return;
    module->setAttr(levelAttrName, b.getStringAttr("model"));
    std::string reason;
    auto decoder = findDecoder(forward, reason);
    if (!decoder) {
      report.missed("cache", forward.getLoc(), reason);
      return checkNeedsStep(forward, reason);
    }
    int64_t chunk =
        getNumber(prefillChunk, prefillChunkAttrName, defaultPrefillChunk);
    if (chunk <= 0) {
      module.emitError("--prefill-chunk must be positive, not ") << chunk;
      return signalPassFailure();
    }
    int64_t wantedLength = getNumber(maxLength, maxLengthAttrName, 0);
    auto makeStep = [&] {
      func::FuncOp step = forward.clone();
      step.setName("step");
      step->setAttr(entryAttrName, b.getStringAttr("step"));
      step->removeAttr(needsStepAttrName);
      module.insert(forward, step);
      return step;
    };
    func::FuncOp step = makeStep();
    StepBuilder builder(step, *decoder, wantedLength, chunk);
    if (failed(builder.build())) {
      if (builder.hasError())
        return signalPassFailure();
      report.missed("cache", builder.getWhere(), builder.getReason());
      step.erase();
      recompute(report, makeStep(), *decoder, wantedLength, forward);
      return;
    }
    reportDropped(report, *decoder, forward);
    if (unsigned count = builder.countRangesByRow())
      report.add("step", forward.getLoc(), "note",
                 "the dynamic ranges of " + std::to_string(count) +
                     " tensors are those of each position, as if tokens were "
                     "stepped one by one");
    forward.erase();
    for (Location where : builder.getCached())
      report.fused("cache", where);
    int64_t length = builder.getMaxLength();
    module->setAttr(maxLengthAttrName, b.getI64IntegerAttr(length));
    module->setAttr(prefillChunkAttrName,
                    b.getI64IntegerAttr(std::min(chunk, length)));
  }
};
} // namespace
