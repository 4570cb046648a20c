//===- Passes.td - passes of the CPU stage --------------------------------===//
#ifndef SINTER_CPU_PASSES_TD
#define SINTER_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineInner : Pass<"sinter-outline-inner", "::mlir::ModuleOp"> {
  let summary = "inner tiles that are alike become calls of one function";
  let description = [{
    Alike: the same op, attributes and operand types. See
    test/CPU/outline-inner.mlir.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def LowerInner : Pass<"sinter-lower-inner", "::mlir::ModuleOp"> {
  let summary = "inner tiles on memrefs become loops over native vectors";
  let description = [{
    By one pattern an op, driven by #sinter.target of the module; with `scalar`
    only the plain loops, which say the same in the slowest way. See
    test/CPU/lower-inner.mlir and lower-attention.mlir.
  }];
  let options = [Option<"scalar", "scalar", "bool", "false",
                        "use the scalar form of every kernel">];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def LowerLoops : Pass<"sinter-lower-loops", "::mlir::ModuleOp"> {
  let summary = "linalg and copies on memrefs become scf loops";
  let description = [{
    Copies too: as an intrinsic they would call memcpy. Loops that put two rows
    together, which LLVM leaves as they are, become vectors. See
    test/CPU/lower-loops.mlir.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"];
}

def ExpandViews : Pass<"sinter-expand-views", "::mlir::ModuleOp"> {
  let summary = "memref.expand_shape as sizes and strides";
  let description = [{
    For groups with several dynamic sizes, which MLIR's own expansion does not
    take. See test/CPU/expand-views.mlir.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def ExpandMath : Pass<"sinter-expand-math", "::mlir::ModuleOp"> {
  let summary = "math functions become arithmetic, so that no libm is called";
  let description = [{
    f16 and bf16 through f32. What has no expansion (f64 functions) is refused.
    See test/CPU/expand-math.mlir.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::vector::VectorDialect"];
}

def LowerRequires : Pass<"sinter-lower-requires", "::mlir::func::FuncOp"> {
  let summary = "checks on sizes become one branch around the function";
  let description = [{
    When a check fails, the first one's site goes to the call's fault and
    nothing else is done. See test/CPU/lower-requires.mlir.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"];
}

def MakeEntries : Pass<"sinter-make-entries", "::mlir::ModuleOp"> {
  let summary = "C entry points that take a sinter_call";
  let description = [{
    NAME_step and NAME_forward of include/sinter/artifact.h read the call's
    fields and call the entry function of level 4; barriers become calls of
    `sinter_call::barrier`. See test/CPU/make-entries.mlir.
  }];
  let options = [Option<"name", "name", "std::string", "\"model\"",
                        "prefix of the exported functions">];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect"];
}

#endif // SINTER_CPU_PASSES_TD
