//===- Passes.td - passes of the Fuse stage -------------------------------===//
#ifndef SINTER_FUSE_PASSES_TD
#define SINTER_FUSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseActivations : Pass<"sinter-fuse-activations", "::mlir::ModuleOp"> {
  let summary = "raise silu, gelu, relu and their gated forms";
  let description = [{
    The expression around a sigmoid, erf or tanh is read as a polynomial, so
    that every order of its factors is the same. See
    test/Fuse/activations.mlir.
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def FuseAttention : Pass<"sinter-fuse-attention", "::mlir::ModuleOp"> {
  let summary = "raise softmax(scale q k^T + mask) v";
  let description = [{
    Repeated kv heads (repeat_kv) are folded into grouped heads, also for
    attention that was imported as such. See test/Fuse/attention.mlir.
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def FuseNorms : Pass<"sinter-fuse-norms", "::mlir::ModuleOp"> {
  let summary = "raise rms_norm and layer_norm";
  let description = "See test/Fuse/norms.mlir.";
  let dependentDialects = ["::sinter::SinterDialect"];
}

def FuseRotary : Pass<"sinter-fuse-rotary", "::mlir::ModuleOp"> {
  let summary = "raise rotary position embedding";
  let description = [{
    Tables that repeat (concat(t, t)) are cut to one half. See
    test/Fuse/rotary.mlir.
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def JoinMatMuls : Pass<"sinter-join-matmuls", "::mlir::ModuleOp"> {
  let summary = "one matmul for q, k, v and one for gate and up";
  let description = [{
    The stored matrices are joined along N, the result is sliced. See
    test/Fuse/join-matmuls.mlir.
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

#endif // SINTER_FUSE_PASSES_TD
