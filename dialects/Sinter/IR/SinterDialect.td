//===- SinterDialect.td - the dialect, its attributes and types -----------===//
#ifndef SINTER_DIALECT_TD
#define SINTER_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/TensorEncoding.td"

def Sinter_Dialect : Dialect {
  let name = "sinter";
  let cppNamespace = "::sinter";
  let summary = "Transformer models, from an imported graph to a packed plan";
  let description = [{
    Ops on ranked tensors with value semantics (levels 1 to 3 of the pipeline:
    graph, model, plan). Shapes are symbolic: a tensor's encoding
    `#sinter.dims` names each dynamic dimension. Weights are named
    (`sinter.param`), never copied into the IR.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect"];
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1;
}

//===--- Attributes -------------------------------------------------------===//

class Sinter_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Sinter_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def Sinter_DimsAttr : Sinter_Attr<"Dims", "dims",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "symbolic sizes of a tensor, one expression a dimension";
  let description = [{
    The encoding of a ranked tensor: for each dimension a polynomial over
    symbols in canonical form (see DimExpr.h). A static dimension's expression
    is its number. Unknown (data-dependent) sizes are symbols that start with
    `?`. Two dimensions are equal when their expressions are equal.

    Example: `tensor<?x?x64xf32, #sinter.dims<"batch", "past + seq", "64">>`
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::StringAttr">:$exprs);
  let assemblyFormat = "`<` $exprs `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    DimExpr getDim(unsigned i) const;
    static DimsAttr get(::mlir::MLIRContext *ctx,
                        ::llvm::ArrayRef<DimExpr> dims);
  }];
}

def Sinter_TargetAttr : Sinter_Attr<"Target", "target"> {
  let summary = "the CPU that code is made for, as passes need it";
  let description = [{
    On the module as `sinter.target`. `lanes` is the number of f32 lanes of a
    native vector, `registers` the number of vector registers, cache sizes are
    in bytes for one core. `--march=native` is resolved into it.

    Example: `#sinter.target<cpu = "x86-64-v3", features = "+avx2,+fma",
      lanes = 8, registers = 16, l1 = 32768, l2 = 524288>`
  }];
  let parameters = (ins StringRefParameter<"LLVM CPU name">:$cpu,
                        StringRefParameter<"LLVM feature string">:$features,
                        "int64_t":$lanes, "int64_t":$registers,
                        "int64_t":$l1, "int64_t":$l2);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// "avx2": named in `features`.
    bool hasFeature(::llvm::StringRef name) const;
    /// vdpbf16ps on whole native vectors, unless two f32 fma are faster and
    /// no tiles want the same operands.
    bool hasBFloat16Dot() const;
    /// TDPBF16PS, beside native vectors as wide as a tile's rows.
    bool hasBFloat16Tiles() const;
  }];
}

def Sinter_WorkAttr : Sinter_Attr<"Work", "work"> {
  let summary = "a piece of work that a profile shows, and what it costs";
  let description = [{
    `name` is the ONNX node's (of the first layer, where a loop stands for
    several). `bytes` are those that the whole team moves between the op and
    memory that is not scratch: weights, cache, inputs and outputs. `bytes` and
    `flops` are expressions over the entry's symbols (see DimExpr.h), -1 where
    they are not known. `serial`: member 0 does it alone. `dots`: the flops are
    those of vdpbf16ps (1) or of TDPBF16PS (2).

    Example: `#sinter.work<name = "/lm_head/MatMul", kind = "matmul",
      bytes = "113246208", flops = "56623104*wanted", serial = false>`
  }];
  let parameters = (ins StringRefParameter<"node">:$name,
                        StringRefParameter<"family of ops">:$kind,
                        StringRefParameter<"expression">:$bytes,
                        StringRefParameter<"expression">:$flops,
                        "bool":$serial,
                        DefaultValuedParameter<"int64_t", "0">:$dots);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Sinter_ArenaBufferAttr : Sinter_Attr<"ArenaBuffer", "arena_buffer"> {
  let summary = "a buffer's place in a step's arena, and when it is in use";
  let description = [{
    The step's pieces of work (its trace points, those of a layer loop once) are
    numbered in program order from 0. `name` is the node of piece `first`, which
    writes the buffer first, and `until` that of piece `last`, after which
    nothing reads it. `offset` and `bytes` are of the arena, for the longest step
    that the model takes.

    Example: `#sinter.arena_buffer<name = "/attn/q", until = "/attn/MatMul",
      offset = 0, bytes = 1179648, first = 2, last = 6>`
  }];
  let parameters = (ins StringRefParameter<"node">:$name,
                        StringRefParameter<"node">:$until,
                        "int64_t":$offset, "int64_t":$bytes,
                        "int64_t":$first, "int64_t":$last);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Sinter_UseAttr : Sinter_Attr<"Use", "use"> {
  let summary = "the value of a bool input that a module is for";
  let description = [{
    A model whose graph differs by a bool input of one element (exporters merge
    a decoder with and without a past so) is a module of two modules, its uses,
    first that of the input false. Each has this as `sinter.use` and takes all
    inputs, that one among them.

    Example: `#sinter.use<flag = "use_cache_branch", value = true>`
  }];
  let parameters = (ins StringRefParameter<"ONNX input">:$flag, "bool":$value);
  let assemblyFormat = "`<` struct(params) `>`";
}

//===--- Types ------------------------------------------------------------===//

def Sinter_CacheType : TypeDef<Sinter_Dialect, "Cache"> {
  let mnemonic = "cache";
  let summary = "the keys and values of all layers, updated in place";
  let description = [{
    Keys and values of `layers` layers with `heads` kv heads of `keyDim` and
    `valueDim` elements and room for `capacity` positions. Not a tensor:
    appending returns the next state of the same memory and each state has one
    successor (linear use, checked by sinter-check-model), so bufferization
    never copies it.

    `rings` repeat over the layers: where rings[layer mod size] is r > 0 the
    layer keeps its last r positions only, position p at place p mod r; else it
    keeps all `capacity` of them.
    Example: `!sinter.cache<30 x 3 x 2048 x 64 x 64 x f32>`,
      `!sinter.cache<26 x 1 x 8192 x 256 x 256 x f32, rings[1024, 0]>`
  }];
  let parameters = (ins "int64_t":$layers, "int64_t":$heads,
                        "int64_t":$capacity, "int64_t":$keyDim,
                        "int64_t":$valueDim, "::mlir::Type":$elementType,
                        OptionalArrayRefParameter<"int64_t">:$rings);
  let assemblyFormat = [{
    `<` $layers `x` $heads `x` $capacity `x` $keyDim `x` $valueDim `x`
    $elementType (`,` `rings` `[` $rings^ `]`)? `>`
  }];
  let extraClassDeclaration = [{
    /// The ring of a layer, 0 where it keeps all positions.
    int64_t getRing(int64_t layer) const {
      return getRings().empty() ? 0 : getRings()[layer % getRings().size()];
    }
    /// Positions that a layer has room for.
    int64_t getRoom(int64_t layer) const {
      int64_t ring = getRing(layer);
      return ring > 0 ? ring : getCapacity();
    }
    /// Some layer has this ring.
    bool hasRing(int64_t ring) const;
  }];
  let genVerifyDecl = 1;
}

//===--- Element types ----------------------------------------------------===//

def Sinter_Float : AnyTypeOf<[F16, BF16, F32, F64]>;
def Sinter_SInt : AnyTypeOf<[I8, I16, I32, I64]>;
def Sinter_UInt : AnyTypeOf<[UI8, UI16, UI32, UI64]>;
def Sinter_Int : AnyTypeOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;
def Sinter_Bool : I<1>;

// Signless integers are signed; ui* are unsigned; i1 is bool.
def Sinter_AnyTensor : RankedTensorOf<[F16, BF16, F32, F64, I<1>, I8, I16, I32,
                                       I64, UI8, UI16, UI32, UI64]>;
def Sinter_FloatTensor : RankedTensorOf<[F16, BF16, F32, F64]>;
def Sinter_NumTensor : RankedTensorOf<[F16, BF16, F32, F64, I8, I16, I32, I64,
                                       UI8, UI16, UI32, UI64]>;
def Sinter_IntTensor : RankedTensorOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;
def Sinter_ByteTensor : RankedTensorOf<[UI8]>;
def Sinter_IndexTensor : RankedTensorOf<[I32, I64]>;
def Sinter_I64Tensor : RankedTensorOf<[I64]>;
def Sinter_BitTensor : RankedTensorOf<[I<1>, I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;
def Sinter_BoolTensor : RankedTensorOf<[I<1>]>;

#endif // SINTER_DIALECT_TD
