//===- Passes.td - passes of the Bufferize stage --------------------------===//
#ifndef SINTER_BUFFERIZE_PASSES_TD
#define SINTER_BUFFERIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def CarryInPlace : Pass<"sinter-carry-in-place", "::mlir::func::FuncOp"> {
  let summary = "loops write what they yield over what they carry";
  let description = [{
    A yielded tensor that does not come from its loop-carried value by
    destinations is copied into it, so that a loop needs one buffer for it.
    See test/Bufferize/carry.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def Bufferize : Pass<"sinter-bufferize", "::mlir::ModuleOp"> {
  let summary = "tensors become memrefs, in place where nothing is lost";
  let description = [{
    MLIR's one-shot bufferization with models for the inner ops. See
    test/Bufferize/step.mlir.
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect"];
}

def PlanArena : Pass<"sinter-plan-arena", "::mlir::ModuleOp"> {
  let summary = "allocations become places in one arena";
  let description = [{
    Buffers that are never alive together share memory. A step's sizes are
    bounded by prefill_chunk and max_length, so its arena has one size
    (`sinter.arena_bytes` of the module); forward computes it from its symbols
    (@forward_arena_bytes). See test/Bufferize/arena.mlir.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::memref::MemRefDialect"];
}

def ToMembers : Pass<"sinter-to-members", "::mlir::ModuleOp"> {
  let summary = "every member of the team runs the function";
  let description = [{
    scf.forall becomes this member's iterations and a barrier; other writes are
    member 0's, with a barrier. See test/Bufferize/members.mlir.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

#endif // SINTER_BUFFERIZE_PASSES_TD
