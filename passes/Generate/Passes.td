//===- Passes.td - level 1 to level 2: decoders get a cache ---------------===//
#ifndef SINTER_GENERATE_PASSES_TD
#define SINTER_GENERATE_PASSES_TD

include "mlir/Pass/PassBase.td"

def Generate : Pass<"sinter-generate", "::mlir::ModuleOp"> {
  let summary = "turn a decoder's @forward into @step with an in-place cache";
  let description = [{
    Decoders are recognised by dataflow: one integer input selects rows of an
    embedding, and every attention is causal over past keys and values that are
    an input and come back, joined with new ones, as an output (or over this
    call's positions only). Other models keep @forward; `sinter.report` says why.
    What positions decide becomes rows of sinter.tabulate tables where it is more
    than a few f32 operations, and only the rows whose
    logits are wanted go through the head. See test/Generate.
  }];
  let options = [
    Option<"maxLength", "max-length", "int64_t", /*default=*/"0",
           "positions that the cache holds; 0: the module's sinter.max_length, "
           "else the smallest position table, else 2048">,
    Option<"prefillChunk", "prefill-chunk", "int64_t", /*default=*/"0",
           "rows of one step; 0: the module's sinter.prefill_chunk, else 512">];
  let dependentDialects = ["::sinter::SinterDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect"];
}

def CheckModel : Pass<"sinter-check-model", "::mlir::ModuleOp"> {
  let summary = "check the invariants of level 2";
  let description = [{
    The entry's signature, resolved shapes, and one chain of states of the
    cache. See test/Generate/check-model.mlir.
  }];
}

#endif // SINTER_GENERATE_PASSES_TD
