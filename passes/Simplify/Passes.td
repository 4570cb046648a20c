//===- Passes.td - level 1: shapes, constants, canonical forms ------------===//
#ifndef SINTER_SIMPLIFY_PASSES_TD
#define SINTER_SIMPLIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

def ResolveShapes : Pass<"sinter-resolve-shapes", "::mlir::ModuleOp"> {
  let summary = "infer symbolic shapes and replace shape arithmetic by its values";
  let description = [{
    One walk in program order: result types are inferred again from the better
    types of the operands, ops whose shape depends on values take them from
    ShapeValues, and small integer tensors that ShapeValues knows become
    sinter.constant or sinter.symbolic. The function's result types follow.
    See test/Simplify/resolve-shapes.mlir.
  }];
}

def FoldConstants : Pass<"sinter-fold-constants", "::mlir::ModuleOp"> {
  let summary = "evaluate ops on constants with the interpreter";
  let description = [{
    Ops whose operands are all constants, with a result under 64 KiB. Ops on
    weights (sinter.param) stay: they are the weights' recipes. See
    test/Simplify/fold-constants.mlir.
  }];
}

def Simplify : Pass<"sinter-simplify", "::mlir::ModuleOp"> {
  let summary = "resolve shapes, fold constants, canonicalize and join equal ops until nothing changes";
  let description = [{
    Also sinks reshapes that only add unit dimensions, and transposes, below ops
    that do not need them, so that they meet and vanish, and keeps batch and
    heads apart where a product merges and splits them. See
    test/Simplify/sink-unit-dims.mlir, sink-transposes.mlir and
    split-merged.mlir.
  }];
}

def MaskCompressed : Pass<"sinter-mask-compressed", "::mlir::ModuleOp"> {
  let summary = "compute all slices where a mask picks some, and leave the others out of the sums";
  let description = [{
    Native code has no sizes that are known at run time alone. What follows from
    sinter.compress row by row is computed for all rows, and where rows are
    added to others (scatter_nd, reduce sum), those that the mask leaves out are
    replaced by 0. Exporters write a mixture of experts so: each expert picks
    its tokens by NonZero. There a row stands for a token and one of its
    choices: what the token alone decides is computed once a token, and the
    weight of its choice, or 0, multiplies the result, which is what Layout
    looks for to compute chosen experts alone. What is not computed row by row is
    refused. See test/Simplify/mask-compressed.mlir.
  }];
}

#endif // SINTER_SIMPLIFY_PASSES_TD
