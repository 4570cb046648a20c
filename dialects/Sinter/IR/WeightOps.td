//===- WeightOps.td - constants, named weights and their recipes ----------===//
#ifndef SINTER_WEIGHT_OPS_TD
#define SINTER_WEIGHT_OPS_TD

include "dialects/Sinter/IR/SinterOpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Sinter_ConstantOp : Sinter_TensorOp<"constant", [ConstantLike]> {
  let summary = "a small tensor whose values are in the IR (under 64 KiB)";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "attr-dict $value `:` type($y)";
  let description = [{
    - C1: the value's shape and element type are the result's.
    Example: `sinter.constant dense<[1, 2]> : tensor<2xi64> : tensor<2xi64>`
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Sinter_ParamOp : Sinter_TensorOp<"param"> {
  let summary = "a weight as the model's file stores it, named by file, offset and length";
  let description = [{
    `bytes` bytes at `offset` of `file` (relative to the model's folder; the
    model file itself for embedded weights) hold the elements, little endian,
    row-major; i1 is one byte, sub-byte types do not occur. Ops on params that
    depend on nothing else are the weight's *recipe*; passes/Layout moves them
    into sinter.table and lib/Target runs them while it writes the weight file.
    - C1: the shape is static and bytes = elements * size.
    - C2: file is relative, without `..`.
    Example: `sinter.param "wq" in "model.onnx.data" [4096, 16384]
      : tensor<64x64xf32>`
  }];
  let arguments = (ins StrAttr:$name, StrAttr:$file, I64Attr:$offset,
                       I64Attr:$bytes);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$name `in` $file `[` $offset `,` $bytes `]` attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def Sinter_YieldOp : Sinter_Op<"yield", [Pure, Terminator, ReturnLike,
    ParentOneOf<["TabulateOp", "TableOp"]>]> {
  let summary = "the values of a recipe's region";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Sinter_TabulateOp : Sinter_TensorOp<"tabulate",
    [SingleBlock, IsolatedFromAbove]> {
  let summary = "a table of what a region computes for positions 0 .. n-1";
  let description = [{
    The region's argument is tensor<n x i64> holding 0 .. n-1; it yields a
    tensor whose first size is n. Part of a recipe: evaluated by the interpreter
    when weights are written, each op rounded to its type as in the graph. Rotary
    tables, learned positions and position-only masks become rows of such a table.
    - C1: the region has one argument, tensor<n x i64>, and yields the result's type.
  }];
  let arguments = (ins);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "attr-dict-with-keyword $body `:` type($y)";
  let hasVerifier = 1;
}

def Sinter_TableOp : Sinter_Op<"table", [Symbol, NoRegionArguments,
    IsolatedFromAbove, NoTerminator]> {
  let summary = "weights as they are stored: one recipe an entry, all of one type";
  let description = [{
    `count` regions, one an entry, each yielding a tensor of `type` made from
    params and constants only. sinter.load reads an entry. `offset` is the byte
    offset in the weight file's "params" section once lib/Target has laid it
    out; entries follow each other with the stride of 64-byte aligned size.
    - C1: every region yields one value of `type` (static shape).
    Example: see test/Dialect/weights.mlir
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type,
                       OptionalAttr<I64Attr>:$offset);
  let regions = (region VariadicRegion<SizedRegion<1>>:$entries);
  let assemblyFormat = "$sym_name `:` $type attr-dict-with-keyword $entries";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getCount() { return getEntries().size(); }
    ::mlir::RankedTensorType getEntryType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getType());
    }
  }];
}

def Sinter_LoadOp : Sinter_TensorOp<"load",
    [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "an entry of a table";
  let description = [{
    - C1: the symbol is a sinter.table of the result's type.
    - C2: without an index the table has one entry.
    Example: `sinter.load @wq[%layer] : tensor<2x64x32xf32>`
  }];
  let arguments = (ins FlatSymbolRefAttr:$table, Optional<Index>:$index);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$table (`[` $index^ `]`)? attr-dict `:` type($y)";
}

def Sinter_PackOp : Sinter_InferOp<"pack"> {
  let summary = "order a matrix as the inner matmul reads it: panels of `lanes` columns";
  let description = [{
    [K, N] -> [ceil(N / lanes), ceil(K / I), lanes * I] with I = interleave:
    y[p, q, j * I + i] = x[q * I + i, p * lanes + j], 0 beyond K and N. A dot
    instruction takes the I elements of a lane at once (bf16: 2). Of [E, K, N]
    each of the E matrices is packed so, one after another.
    - C1: rank 2 or 3, static; lanes > 0.
    - C2: interleave > 0.
  }];
  let arguments = (ins Sinter_AnyTensor:$x, I64Attr:$lanes,
                       DefaultValuedAttr<I64Attr, "1">:$interleave);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = [{
    $x `lanes` $lanes (`interleave` $interleave^)? attr-dict `:` type($x)
  }];
}

#endif // SINTER_WEIGHT_OPS_TD
