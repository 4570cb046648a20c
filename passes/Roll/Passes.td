//===- Passes.td - repeated layers become a loop --------------------------===//
#ifndef SINTER_ROLL_PASSES_TD
#define SINTER_ROLL_PASSES_TD

include "mlir/Pass/PassBase.td"

def Roll : Pass<"sinter-roll", "::mlir::ModuleOp"> {
  let summary = "layers alike in ops, attributes and types become one scf.for";
  let description = [{
    The first and last layers may differ and stay outside. What all layers share
    is computed before the loop. See test/Roll/step.mlir.
  }];
  let dependentDialects = ["::sinter::SinterDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect"];
}

#endif // SINTER_ROLL_PASSES_TD
