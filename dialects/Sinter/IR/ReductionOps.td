//===- ReductionOps.td - ops that fold a dimension ------------------------===//
#ifndef SINTER_REDUCTION_OPS_TD
#define SINTER_REDUCTION_OPS_TD

include "dialects/Sinter/IR/SinterOpBase.td"

def Sinter_Reduction : I32EnumAttr<"Reduction", "how to fold", [
    I32EnumAttrCase<"sum", 0>, I32EnumAttrCase<"mean", 1>,
    I32EnumAttrCase<"max", 2>, I32EnumAttrCase<"min", 3>,
    I32EnumAttrCase<"prod", 4>, I32EnumAttrCase<"sum_square", 5>]> {
  let cppNamespace = "::sinter";
  let genSpecializedAttr = 0;
}
def Sinter_ReductionAttr : EnumAttr<Sinter_Dialect, Sinter_Reduction, "reduction">;

def Sinter_ReduceOp : Sinter_InferOp<"reduce"> {
  let summary = "fold dimensions with sum, mean, max, ... ONNX ReduceSum 13, ReduceMean 18, ...";
  let description = [{
    Reduced dimensions stay with size 1 (`keepdims`) or vanish. An empty set
    gives the neutral element; mean of nothing is NaN.
    - C1: axes are distinct, ascending and in 0 .. rank-1.
    Example: `sinter.reduce mean, %x axes [2] keepdims : tensor<1x4x8xf32>`
  }];
  let arguments = (ins Sinter_ReductionAttr:$kind, Sinter_NumTensor:$x,
                       DenseI64ArrayAttr:$axes, UnitAttr:$keepdims);
  let results = (outs Sinter_NumTensor:$y);
  let assemblyFormat = "$kind `,` $x `axes` $axes (`keepdims` $keepdims^)? attr-dict `:` type($x)";
}

def Sinter_SoftmaxOp : Sinter_InferOp<"softmax"> {
  let summary = "exp(x - max) / sum along one axis. ONNX Softmax 13, LogSoftmax 13";
  let description = [{
    With `log`: x - max - log(sum). A slice of only -inf gives NaN.
    - C1: 0 <= axis < rank.
  }];
  let arguments = (ins Sinter_FloatTensor:$x, I64Attr:$axis, UnitAttr:$log);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = "$x `axis` $axis attr-dict `:` type($x)";
}

def Sinter_CumSumOp : Sinter_InferOp<"cumsum"> {
  let summary = "running sum along one axis. ONNX CumSum 14";
  let description = [{
    - C1: 0 <= axis < rank.
  }];
  let arguments = (ins Sinter_NumTensor:$x, I64Attr:$axis, UnitAttr:$exclusive,
                       UnitAttr:$reverse);
  let results = (outs Sinter_NumTensor:$y);
  let assemblyFormat = "$x `axis` $axis attr-dict `:` type($x)";
}

def Sinter_MatMulOp : Sinter_InferOp<"matmul"> {
  let summary = "matrix product with broadcast batch dimensions. ONNX MatMul 13 (also Gemm)";
  let description = [{
    y[..., m, n] = sum over k of a[..., m, k] * b[..., k, n], k ascending in one
    accumulator. Rank-1 operands are reshaped by the importer.
    - C1: both ranks are at least 2; one element type.
    - C2: a's last and b's second last size are equal.
    - C3: leading dimensions broadcast.
  }];
  let arguments = (ins Sinter_NumTensor:$a, Sinter_NumTensor:$b);
  let results = (outs Sinter_NumTensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
}

#endif // SINTER_REDUCTION_OPS_TD
