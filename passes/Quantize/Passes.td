//===- Passes.td - passes of the Quantize stage ---------------------------===//
#ifndef SINTER_QUANTIZE_PASSES_TD
#define SINTER_QUANTIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def RoundMatMuls : Pass<"sinter-round-matmuls", "::mlir::ModuleOp"> {
  let summary = "round weights and activations of matmuls to narrow types";
  let description = [{
    f32 matmuls and embeddings with a stored weight read it through a pair of
    casts, to the narrow type and back; with `compute`, the rows too. Products
    and sums stay f32: what the pair says is what the packed kernels do. See
    test/Quantize/round-matmuls.mlir.
  }];
  let options = [
    Option<"weights", "weights", "std::string", /*default=*/"\"keep\"",
           "keep, f32, f16 or bf16">,
    Option<"compute", "compute", "std::string", /*default=*/"\"f32\"",
           "f32, f16 or bf16">];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def MoveCasts : Pass<"sinter-move-casts", "::mlir::ModuleOp"> {
  let summary = "what is stored has its narrowest form";
  let description = [{
    In recipes of weights, casts to a narrower float move up and casts to a
    wider one move down through what only moves elements, so that a weight is
    stored narrow and widened where it is used. What is computed is narrowed
    before it is moved, and before it is cut into slices that are all narrowed.
    See test/Quantize/move-casts.mlir.
  }];
}

def NarrowCache : Pass<"sinter-narrow-cache", "::mlir::ModuleOp"> {
  let summary = "the cache holds another float type";
  let description = [{
    Keys and values are rounded when they are appended and widened when they
    are read. See test/Quantize/narrow-cache.mlir.
  }];
  let options = [Option<"element", "element", "std::string",
                        /*default=*/"\"f32\"", "f32, f16 or bf16">];
}

def RoundAttention : Pass<"sinter-round-attention", "::mlir::ModuleOp"> {
  let summary = "attention is multiplied in bf16";
  let description = [{
    Queries over a bf16 cache are rounded to bf16, without a cache keys and
    values as well, and with them, as sinter.cached_attention and
    sinter.attention say, the softmax weights: on a target with vdpbf16ps, and
    where pairs fill a head.
    Other targets would pay for the rounding and gain nothing. See
    test/Quantize/round-attention.mlir.
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

#endif // SINTER_QUANTIZE_PASSES_TD
