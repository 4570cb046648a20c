//===- Passes.td - passes of the Tile stage -------------------------------===//
#ifndef SINTER_TILE_PASSES_TD
#define SINTER_TILE_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerToLinalg : Pass<"sinter-lower-to-linalg", "::mlir::ModuleOp"> {
  let summary = "sinter ops on symbolic tensors become linalg and inner tiles";
  let description = [{
    Entry functions get the signature of level 4 (memrefs and indices with
    roles); symbols become index arguments, encodings go. bool is held as i8 of
    0 or 1, unsigned integers without sign. See test/Tile/lower-*.mlir.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
}

def FlattenElementwise
    : Pass<"sinter-flatten-elementwise", "::mlir::func::FuncOp"> {
  let summary = "elementwise loops beside a matmul have its rows";
  let description = [{
    A loop over [batch, sequence, columns] whose operand is a view of a result
    [rows, columns] becomes one over rows and columns, so that it can end the
    shares of the matmul. See test/Tile/flatten-elementwise.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseElementwise : Pass<"sinter-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "chains of elementwise loops become one";
  let description = [{
    Only where nothing is computed twice. See test/Tile/fuse-elementwise.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def ReuseOperands : Pass<"sinter-reuse-operands", "::mlir::func::FuncOp"> {
  let summary = "elementwise loops write over an operand that dies there";
  let description = [{
    So a residual stream stays in one buffer. See test/Tile/reuse.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def RoundResults : Pass<"sinter-round-results", "::mlir::func::FuncOp"> {
  let summary = "norms, attention and loops round what they compute";
  let description = [{
    A loop that only rounds a result, maybe through views of it, is part of what
    computes it. See test/Tile/round-results.mlir.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def AccumulateProducts
    : Pass<"sinter-accumulate-products", "::mlir::func::FuncOp"> {
  let summary = "a product is added to its destination as its sums end";
  let description = [{
    The residual stream is read and written in the matmul's register tile. See
    test/Tile/accumulate-products.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def PadRows : Pass<"sinter-pad-rows", "::mlir::func::FuncOp"> {
  let summary = "rows that a matmul reads side by side share no cache set";
  let description = [{
    Rows of a multiple of 2 KiB are a cache line further apart. See
    test/Tile/pad-rows.mlir.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def OwnFills : Pass<"sinter-own-fills", "::mlir::func::FuncOp"> {
  let summary = "each op that writes over a fill has one of its own";
  let description = [{
    Fills alike were joined as common subexpressions; written over by more than
    one op they would be copied. See test/Tile/own-fills.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def TracePoints : Pass<"sinter-trace-points", "::mlir::func::FuncOp"> {
  let summary = "a sinter.trace_point before each piece of work";
  let description = [{
    While ops are whole and on tensors: with their ONNX node, bytes and FLOPs.
    See test/Tile/trace-points.mlir.
  }];
}

def TileToTeam : Pass<"sinter-tile", "::mlir::func::FuncOp"> {
  let summary = "ops become scf.forall over the members of the team";
  let description = [{
    By TilingInterface; every member takes one contiguous range of one
    dimension. What is too small to share stays whole and is member 0's. See
    test/Tile/team.mlir.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

#endif // SINTER_TILE_PASSES_TD
