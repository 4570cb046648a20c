//===- ShapeOps.td - ops that move, view and index elements ---------------===//
#ifndef SINTER_SHAPE_OPS_TD
#define SINTER_SHAPE_OPS_TD

include "dialects/Sinter/IR/SinterOpBase.td"

def Sinter_ReshapeOp : Sinter_ResolveOp<"reshape"> {
  let summary = "the same elements in row-major order, another shape. ONNX Reshape 14 .. 25 (also Squeeze, Unsqueeze, Flatten)";
  let description = [{
    With `shape`: ONNX's rules for 0 (copy; a real 0 when `allowzero`) and one
    -1. Without: resolved, the result type is the shape.
    - C1: without `shape`, element counts are equal.
    - C2: element types are equal.
    Example: `sinter.reshape %x : tensor<2x6xf32> to tensor<3x4xf32>`
  }];
  let arguments = (ins Sinter_AnyTensor:$x, Optional<Sinter_I64Tensor>:$shape,
                       UnitAttr:$allowzero);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = [{
    $x (`shape` $shape^ `:` type($shape))? attr-dict `:` type($x) `to` type($y)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Sinter_BroadcastToOp : Sinter_ResolveOp<"broadcast_to"> {
  let summary = "repeat along dimensions of size 1 and new leading ones. ONNX Expand 13";
  let description = [{
    With `shape`: the result's shape is the broadcast of x's shape and `shape`.
    Without: resolved.
    - C1: x's shape broadcasts to the result's.
    - C2: element types are equal.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, Optional<Sinter_I64Tensor>:$shape);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = [{
    $x (`shape` $shape^ `:` type($shape))? attr-dict `:` type($x) `to` type($y)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_TransposeOp : Sinter_InferOp<"transpose"> {
  let summary = "permute dimensions: y's dimension i is x's perm[i]. ONNX Transpose 13";
  let description = [{
    - C1: `perm` is a permutation of 0 .. rank-1.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, DenseI64ArrayAttr:$perm);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$x $perm attr-dict `:` type($x)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Sinter_ConcatOp : Sinter_InferOp<"concat"> {
  let summary = "join along one axis. ONNX Concat 13";
  let description = [{
    - C1: at least one operand; all have one rank and element type.
    - C2: 0 <= axis < rank (importers normalise negative axes).
    - C3: sizes agree in every other dimension.
  }];
  let arguments = (ins Variadic<Sinter_AnyTensor>:$xs, I64Attr:$axis);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$xs `axis` $axis attr-dict `:` type($xs)";
  let hasFolder = 1;
}

def Sinter_SliceOp : Sinter_ResolveOp<"slice", [AttrSizedOperandSegments]> {
  let summary = "a strided box of a tensor. ONNX Slice 13 (also Split)";
  let description = [{
    With operands: ONNX's rules (negative counts from the end, clamped; axes
    default to 0 .. n-1, steps to 1). Resolved: no operands but `x`; `offsets`
    has one expression a dimension (the first element taken) and `strides` one
    non-zero number; sizes are the result type's.
    - C1: resolved iff `offsets` is present; then there are no other operands.
    - C2: offsets and strides have x's rank; no stride is 0.
    - C3: statically known elements lie inside x.
    Example: `sinter.slice %x offsets <"0", "past"> strides [1, 1]
      : tensor<4x8xf32> to tensor<4x2xf32>`
  }];
  let arguments = (ins Sinter_AnyTensor:$x,
      Optional<Sinter_IndexTensor>:$starts, Optional<Sinter_IndexTensor>:$ends,
      Optional<Sinter_IndexTensor>:$axes, Optional<Sinter_IndexTensor>:$steps,
      OptionalAttr<Sinter_DimsAttr>:$offsets,
      OptionalAttr<DenseI64ArrayAttr>:$strides);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = [{
    $x (`from` $starts^ `to` $ends `:` type($starts) `,` type($ends))?
    (`axes` $axes^ `:` type($axes))? (`steps` $steps^ `:` type($steps))?
    (`offsets` $offsets^ `strides` $strides)?
    attr-dict `:` type($x) `->` type($y)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_GatherOp : Sinter_InferOp<"gather"> {
  let summary = "rows of x by index along an axis. ONNX Gather 13";
  let description = [{
    y[..., i..., ...] = x[..., indices[i...], ...]; a negative index counts from
    the end; out of range is an error at run time.
    - C1: 0 <= axis < rank of x.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, Sinter_IndexTensor:$indices,
                       I64Attr:$axis);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$x `[` $indices `]` `axis` $axis attr-dict `:` type($x) `,` type($indices)";
}

def Sinter_CompressOp : Sinter_TensorOp<"compress"> {
  let summary = "the slices of x at which a mask is true. ONNX Compress 11";
  let description = [{
    y has the slices of x along `axis` whose element of `mask` is true, in order.
    Their number is known at run time alone: a symbol of the result's type stands
    for it, which no input binds. Of ONNX NonZero it picks places. Native code has
    no such sizes: sinter-mask-compressed computes all slices and leaves those
    out that are summed.
    - C1: 0 <= axis < rank of x; `mask` has rank 1 and that dimension's size.
    - C2: y is x but for that dimension, which is dynamic.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, Sinter_BoolTensor:$mask,
                       I64Attr:$axis);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = [{
    $x `where` $mask `axis` $axis attr-dict
    `:` type($x) `,` type($mask) `to` type($y)
  }];
  let hasVerifier = 1;
}

def Sinter_GatherNDOp : Sinter_InferOp<"gather_nd"> {
  let summary = "elements or slices by index tuples. ONNX GatherND 13";
  let description = [{
    The last dimension of `indices` (size r) indexes dimensions batch_dims ..
    batch_dims + r - 1 of x; the first `batch_dims` dimensions are shared.
    - C1: the last dimension of indices is static, 1 .. rank(x) - batch_dims.
    - C2: 0 <= batch_dims < min(rank(x), rank(indices)); those sizes agree.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, Sinter_I64Tensor:$indices,
                       DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$x `[` $indices `]` (`batch_dims` $batch_dims^)? attr-dict `:` type($x) `,` type($indices)";
}

def Sinter_Scatter : I32EnumAttr<"Scatter", "what becomes of an element that is written", [
    I32EnumAttrCase<"write", 0>, I32EnumAttrCase<"add", 1>,
    I32EnumAttrCase<"mul", 2>, I32EnumAttrCase<"max", 3>,
    I32EnumAttrCase<"min", 4>]> {
  let cppNamespace = "::sinter";
  let genSpecializedAttr = 0;
}
def Sinter_ScatterAttr : EnumAttr<Sinter_Dialect, Sinter_Scatter, "scatter">;

def Sinter_ScatterNDOp : Sinter_InferOp<"scatter_nd"> {
  let summary = "x with elements or slices changed by index tuples. ONNX ScatterND 18, ScatterElements 18";
  let description = [{
    The last dimension of `indices` (size r) indexes dimensions 0 .. r-1 of x: each
    tuple, in row-major order, writes its slice of `updates` there, or folds it
    with what is there (rounded each time). A negative index counts from the end;
    out of range is an error at run time.
    - C1: the last dimension of indices is static, 1 .. rank(x).
    - C2: updates has x's element type and the sizes of indices but its last, then
      x's from dimension r on.
    - C3: bool elements are written only.
    Example: `sinter.scatter_nd add, %x[%i], %u : tensor<4x8xf32>,
      tensor<3x1xi64>, tensor<3x8xf32>`
  }];
  let arguments = (ins Sinter_ScatterAttr:$kind, Sinter_AnyTensor:$x,
                       Sinter_I64Tensor:$indices, Sinter_AnyTensor:$updates);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = [{
    $kind `,` $x `[` $indices `]` `,` $updates attr-dict `:` type($x) `,`
    type($indices) `,` type($updates)
  }];
}

def Sinter_ShapeOfOp : Sinter_InferOp<"shape_of"> {
  let summary = "sizes of dimensions start .. end-1 as i64. ONNX Shape 13 .. 25, Size";
  let description = [{
    - C1: 0 <= start <= end <= rank.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, I64Attr:$start, I64Attr:$end);
  let results = (outs Sinter_I64Tensor:$y);
  let assemblyFormat = "$x $start `to` $end attr-dict `:` type($x)";
}

def Sinter_SymbolicOp : Sinter_TensorOp<"symbolic"> {
  let summary = "integers that are expressions over the function's symbols";
  let description = [{
    What passes/Simplify makes of shape arithmetic: row-major elements of a
    tensor of rank 0 or 1, each a DimExpr. The symbols are bound by the sizes of
    the function's arguments and by its index arguments.
    - C1: rank 0 with one expression, or rank 1 with as many as elements.
    Example: `sinter.symbolic <"past + seq"> : tensor<i64>`
  }];
  let arguments = (ins Sinter_DimsAttr:$exprs);
  let results = (outs Sinter_IndexTensor:$y);
  let assemblyFormat = "$exprs attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def Sinter_RangeOp : Sinter_ResolveOp<"range",
    [AllTypesMatch<["start", "limit", "delta"]>]> {
  let summary = "start, start + delta, ... while below limit. ONNX Range 11";
  let description = [{
    max(ceil((limit - start) / delta), 0) elements. The result size is known
    (resolved) when the three values are.
    - C1: three rank-0 operands of the result's element type.
  }];
  let arguments = (ins Sinter_NumTensor:$start, Sinter_NumTensor:$limit,
                       Sinter_NumTensor:$delta);
  let results = (outs Sinter_NumTensor:$y);
  let assemblyFormat = "$start `,` $limit `,` $delta attr-dict `:` type($start) `to` type($y)";
  let hasVerifier = 1;
}

def Sinter_TriluOp : Sinter_InferOp<"trilu"> {
  let summary = "keep the upper or lower triangle of the last two dimensions. ONNX Trilu 14";
  let description = [{
    Keeps element (i, j) when j - i >= k (upper) or j - i <= k (lower); others
    become 0. `k` defaults to 0.
    - C1: rank >= 2.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, Optional<Sinter_I64Tensor>:$k,
                       UnitAttr:$upper);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$x (`k` $k^ `:` type($k))? attr-dict `:` type($x)";
}

#endif // SINTER_SHAPE_OPS_TD
