//===- InnerOps.td - levels 3 and 4: tiles that become vector code --------===//
// Destination-passing ops on tensors (after passes/Tile) or memrefs (after
// passes/Bufferize). passes/CPU rewrites each by one pattern into 1-D native
// vectors (codegen-facts.md, section 6).
#ifndef SINTER_INNER_OPS_TD
#define SINTER_INNER_OPS_TD

include "dialects/Sinter/IR/TransformerOps.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"

def Sinter_Shaped : AnyTypeOf<[AnyRankedTensor, AnyStridedMemRef]>;

class Sinter_InnerOp<string mnemonic, list<Trait> traits = []>
    : Sinter_Op<mnemonic, !listconcat([
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<Sinter_InterpretInterface>], traits)> {
  let results = (outs Variadic<AnyRankedTensor>:$results);
  code destinationIsOut = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutMutable(); }
  }];
  let extraClassDeclaration = destinationIsOut;
  let hasVerifier = 1;
}

def Sinter_InnerMatMulOp : Sinter_InnerOp<"inner_matmul"> {
  let summary = "rows of x times panels of a packed matrix";
  let description = [{
    x [M, K], w [P, ceil(K / I), L * I], out [M, N], bias [N]: as
    sinter.packed_matmul. The register tile follows from the target.
    - C1: sizes agree; N <= P * L and N > (P - 1) * L; L is static.
    - C2: interleave I divides the last size of w; with I > 1, K is static in x.
    - C3: depth_block is 0, or a multiple of interleave that divides K, with w
      narrower than the sums.
    - C4: with a gate, L is even, and there are no bias and no activation; C1
      has N = P * L / 2.
    - C5: with accumulate, which adds the results to what out has, out is f32
      and there is no gate.
  }];
  let arguments = (ins Sinter_Shaped:$x, Sinter_Shaped:$w,
                       Optional<Sinter_Shaped>:$bias, Sinter_Shaped:$out,
                       DefaultValuedAttr<I64Attr, "1">:$interleave,
                       DefaultValuedAttr<I64Attr, "0">:$depth_block,
                       OptionalAttr<Sinter_ActivationAttr>:$gate,
                       OptionalAttr<Sinter_ActivationAttr>:$activation,
                       UnitAttr:$accumulate);
  let assemblyFormat = [{
    `ins` `(` $x `,` $w (`,` $bias^)? `:` type($x) `,` type($w) (`,` type($bias)^)? `)`
    `outs` `(` $out `:` type($out) `)` (`interleave` $interleave^)?
    (`depth_block` $depth_block^)? (`gate` $gate^)?
    (`activation` $activation^)? (`accumulate` $accumulate^)? attr-dict (`->` type($results)^)?
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$w,
                                 "::mlir::Value":$out,
                                 CArg<"int64_t", "1">:$interleave), [{
    ::mlir::Type type = out.getType();
    build($_builder, $_state,
          ::mlir::TypeRange(type).take_front(
              ::llvm::isa<::mlir::TensorType>(type)),
          x, w, ::mlir::Value(), out, interleave, /*depth_block=*/0,
          ActivationAttr(), ActivationAttr(), /*accumulate=*/false);
  }]>];
  let extraClassDeclaration = destinationIsOut # [{
    /// Columns of out that a panel gives: L, with a gate L / 2.
    int64_t getPanelColumns();
  }];
}

def Sinter_InnerNormOp : Sinter_InnerOp<"inner_norm"> {
  let summary = "rms norm (or layer norm with `centered`) of rows";
  let description = [{
    x [M, C], scale [C], bias [C], out [M, C]. Sums run in `lanes` partial sums
    combined in a fixed tree, the same for every row.
    - C1: sizes agree; C is static.
  }];
  let arguments = (ins Sinter_Shaped:$x, Sinter_Shaped:$scale,
                       Optional<Sinter_Shaped>:$bias, Sinter_Shaped:$out,
                       F64Attr:$epsilon, UnitAttr:$centered);
  let assemblyFormat = [{
    `ins` `(` $x `,` $scale (`,` $bias^)? `:` type($x) `,` type($scale) (`,` type($bias)^)? `)`
    `outs` `(` $out `:` type($out) `)` `epsilon` $epsilon attr-dict (`->` type($results)^)?
  }];
}

def Sinter_InnerSoftmaxOp : Sinter_InnerOp<"inner_softmax"> {
  let summary = "softmax (or log softmax) of rows";
  let description = [{
    x [M, C], out [M, C]; C may be dynamic.
    - C1: sizes agree.
  }];
  let arguments = (ins Sinter_Shaped:$x, Sinter_Shaped:$out, UnitAttr:$log);
  let assemblyFormat = [{
    `ins` `(` $x `:` type($x) `)` `outs` `(` $out `:` type($out) `)` attr-dict
    (`->` type($results)^)?
  }];
}

def Sinter_InnerExpertMatMulOp : Sinter_InnerOp<"inner_expert_matmul"> {
  let summary = "rows of x times panels of the packed matrix that each row chose";
  let description = [{
    x [M, K], w [E, P, ceil(K / I), L * I], experts [M], out [M, N]: as
    sinter.packed_expert_matmul, with experts in 0 .. E - 1; E with `skips`.
    - C1: sizes agree; N <= P * L and N > (P - 1) * L; L is static.
    - C2: interleave I divides the last size of w; with I > 1, K is static in x.
  }];
  let arguments = (ins Sinter_Shaped:$x, Sinter_Shaped:$w,
                       Sinter_Shaped:$experts, Sinter_Shaped:$out,
                       DefaultValuedAttr<I64Attr, "1">:$interleave,
                       UnitAttr:$skips);
  let assemblyFormat = [{
    `ins` `(` $x `,` $w `,` $experts `:` type($x) `,` type($w) `,` type($experts) `)`
    `outs` `(` $out `:` type($out) `)` (`interleave` $interleave^)? (`skips` $skips^)?
    attr-dict
    (`->` type($results)^)?
  }];
}

def Sinter_InnerAttentionOp : Sinter_InnerOp<"inner_attention",
    [AttrSizedOperandSegments]> {
  let summary = "a range of (row, head) pairs of attention";
  let description = [{
    q [M, H, D], keys and values as the cache stores one layer (see
    docs/decisions.md, cache layout): keys [kv heads, room / L, D / I, L * I],
    values [kv heads, room / I, E * I], I = interleave: I elements of a dot
    product lie side by side. out [M, H, E]. With a batch, q [B, M, H, D] and
    out [B, M, H, E] have B * H heads, keys and values the kv heads of all. Row
    i is position `position` + i, which may be negative; it sees the positions
    up to its own, or with `end` all before that. Position p lies at place p mod
    room; with a batch all are below room. Context blocks of `block` positions
    at absolute places are merged in order by online softmax (Milakov,
    Gimelshein 2018), so that bits do not depend on M or on the split over
    threads. Where q is bf16 the weights e^(score - the block's maximum) are
    rounded to it before they multiply values. Native code reads whole vectors
    of values: 128 bytes behind the last row are memory, and reads values of
    whole groups of I: those behind the last position are finite.
    `slopes` [H] and `sinks` [H] as in sinter.cached_attention. `mask` [B or 1,
    H or 1, M or 1, C] is added to scores; C >= the last position seen, and
    native code reads whole vectors: C is a multiple of L. A row that sees
    nothing but -infinity is 0 with `zero_empty_rows`, else NaN. Computes the
    pairs head * M + row in `first` .. `last` - 1 (consecutive pairs share a kv
    head, and halves of the range have about equal work).
    - C1: sizes agree; H is a multiple of kv heads; block is a multiple of L and,
      without a batch, divides room; I divides L and D.
    - C2: mask has rank 4; its last size, where static, is a multiple of L.
  }];
  let arguments = (ins Sinter_Shaped:$q, Sinter_Shaped:$keys,
      Sinter_Shaped:$values, Index:$position, Optional<Index>:$end,
      Index:$first, Index:$last,
      Optional<Sinter_Shaped>:$slopes, Optional<Sinter_Shaped>:$sinks,
      Optional<Sinter_Shaped>:$mask,
      Sinter_Shaped:$out, F64Attr:$scale,
      DefaultValuedAttr<F64Attr, "0.0">:$softcap,
      DefaultValuedAttr<I64Attr, "0">:$window, I64Attr:$block,
      DefaultValuedAttr<I64Attr, "1">:$interleave, UnitAttr:$zero_empty_rows);
  let assemblyFormat = [{
    `ins` `(` $q `,` $keys `,` $values `at` $position (`end` $end^)? `:`
    type($q) `,` type($keys) `,` type($values) `)`
    `pairs` `(` $first `to` $last `)`
    (`slopes` `(` $slopes^ `:` type($slopes) `)`)? (`sinks` `(` $sinks^ `:` type($sinks) `)`)?
    (`mask` `(` $mask^ `:` type($mask) `)`)?
    `outs` `(` $out `:` type($out) `)`
    `scale` $scale `block` $block (`interleave` $interleave^)? attr-dict
    (`->` type($results)^)?
  }];
  let extraClassDeclaration = destinationIsOut # [{
    bool hasBatch() {
      return ::llvm::cast<::mlir::ShapedType>(getQ().getType()).getRank() == 4;
    }
    /// The dimension of q and of out that is M; H, D and E follow.
    int64_t getRowDim() { return hasBatch(); }
  }];
}

def Sinter_BarrierOp : Sinter_Op<"barrier"> {
  let summary = "all members of the team meet here (level 4)";
  let arguments = (ins);
  let assemblyFormat = "attr-dict";
}

def Sinter_ClaimOp : Sinter_Op<"claim"> {
  let summary = "the next number of a member's (level 4)";
  let description = [{
    0, 1, 2, ... since the last `sinter.barrier` for each member `of`, 0 <= of <
    members: each number goes to one member, whichever asks first. Members that
    share work by it differ in what they do, so what they do must not depend on
    who does it.
  }];
  let arguments = (ins Index:$of);
  let results = (outs Index:$number);
  let assemblyFormat = "`of` $of attr-dict";
}

def Sinter_TracePointOp : Sinter_Op<"trace_point"> {
  let summary = "this member begins a piece of work (level 4)";
  let description = [{
    Means nothing to the values computed. A profile shows the time from one
    point of a member to its next as time of `work`; without `work` the member
    waits for the others. `layer` is the iteration of the layer loop around it.
  }];
  let arguments = (ins OptionalAttr<Sinter_WorkAttr>:$work,
                       Optional<Index>:$layer);
  let assemblyFormat = "(`begin` $work^)? (`layer` $layer^)? attr-dict";
}

def Sinter_RequireOp : Sinter_Op<"require"> {
  let summary = "a check on sizes that fails the whole call (levels 3 and 4)";
  let description = [{
    When the condition is false, the call stores 1 + `site` as its fault and
    does nothing else. Stands before everything that has effects; the condition
    depends on the call's symbols alone, so all members agree.
  }];
  let arguments = (ins I1:$condition, I64Attr:$site);
  let assemblyFormat = "$condition `site` $site attr-dict";
}

#endif // SINTER_INNER_OPS_TD
