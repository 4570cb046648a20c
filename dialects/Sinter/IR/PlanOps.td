//===- PlanOps.td - level 3: ops on packed weights ------------------------===//
// passes/Layout makes them; passes/Tile turns them into inner tiles.
#ifndef SINTER_PLAN_OPS_TD
#define SINTER_PLAN_OPS_TD

include "dialects/Sinter/IR/SinterOpBase.td"

def Sinter_PackedMatMulOp : Sinter_TensorOp<"packed_matmul"> {
  let summary = "x times a packed matrix, with what follows for each element";
  let description = [{
    x [M, K], w [P, ceil(K / I), L * I] as sinter.pack writes it (I =
    interleave), y [M, N] with P = ceil(N / L): y[m, n] = bias[n] + sum over k
    of x[m, k] * W[k, n], one accumulator per element that starts at 0; the bias
    is added last. Groups of I ascend, within a group k descends, as vdpbf16ps
    adds. Sums, the bias and what follows are f32 where y is narrower, and y is
    their result, rounded once. With w narrower than the sums each step is one
    f32 fma of the widened elements.

    With an activation y is sinter.activation of that.

    With depth_block D > 0 the accumulator is added to once for D elements of k:
    the sum of I chains, chain i of the fma of k = i, i + I .. of the block from
    0 on, as TDPBF16PS adds (D = 32, I = 2; Intel SDM vol. 2).

    With a gate each panel's first L / 2 columns are those of a gate and the rest
    as many of what it lets through: y [M, P * L / 2], y[m, n] =
    sinter.gated(a, b) where a and b are the sums of columns n % (L / 2) and
    L / 2 + n % (L / 2) of panel n / (L / 2).
    - C1: ranks are 2, 3, 2; sizes agree; w is static.
    - C2: bias has shape [N].
    - C3: interleave divides the last size of w; with interleave > 1 the last
      size of x is static.
    - C4: depth_block is 0, or a multiple of interleave that divides K, with w
      narrower than the sums.
    - C5: with a gate, L is even, and there are no bias and no activation.
  }];
  let arguments = (ins Sinter_FloatTensor:$x, Sinter_FloatTensor:$w,
                       Optional<Sinter_FloatTensor>:$bias,
                       DefaultValuedAttr<I64Attr, "1">:$interleave,
                       DefaultValuedAttr<I64Attr, "0">:$depth_block,
                       OptionalAttr<Sinter_ActivationAttr>:$gate,
                       OptionalAttr<Sinter_ActivationAttr>:$activation);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $w (`bias` $bias^ `:` type($bias))? (`interleave` $interleave^)?
    (`depth_block` $depth_block^)? (`gate` $gate^)?
    (`activation` $activation^)? attr-dict `:` type($x) `,` type($w) `->`
    type($y)
  }];
  let hasVerifier = 1;
}

def Sinter_PackedExpertMatMulOp : Sinter_TensorOp<"packed_expert_matmul"> {
  let summary = "each row of x times the packed matrix that it chose of several. Shazeer et al. 2017 (mixture of experts)";
  let description = [{
    x [M, K], w [E, P, ceil(K / I), L * I] as sinter.pack writes a batch of E
    matrices, experts [M] (negative ones count from E), y [M, N]: y[m] =
    x[m] * W[experts[m]], each as sinter.packed_matmul computes a row. Only the
    matrices that were chosen are read. With `skips` experts count from 0 to E,
    and E is none: the row is 0.
    - C1: ranks are 2, 4, 1, 2; sizes agree; w is static.
    - C2: interleave divides the last size of w; with interleave > 1 the last
      size of x is static.
  }];
  let arguments = (ins Sinter_FloatTensor:$x, Sinter_FloatTensor:$w,
                       Sinter_IndexTensor:$experts,
                       DefaultValuedAttr<I64Attr, "1">:$interleave,
                       UnitAttr:$skips);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $w `[` $experts `]` (`interleave` $interleave^)? (`skips` $skips^)?
    attr-dict `:`
    type($x) `,` type($w) `,` type($experts) `->` type($y)
  }];
  let hasVerifier = 1;
}

def Sinter_PackedGatherOp : Sinter_TensorOp<"packed_gather"> {
  let summary = "rows of an embedding out of its packed transpose (tied head)";
  let description = [{
    w packs the matrix W [K, N] as for sinter.packed_matmul; y[i..., k] = W[k, id]
    with id = ids[i...] (negative ids count from N), widened to y's element.
    - C1: w has rank 3, y has ids' shape plus K, K is static.
    - C2: interleave divides the last size of w.
  }];
  let arguments = (ins Sinter_FloatTensor:$w, Sinter_IndexTensor:$ids,
                       I64Attr:$rows,
                       DefaultValuedAttr<I64Attr, "1">:$interleave);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $w `[` $ids `]` `rows` $rows (`interleave` $interleave^)? attr-dict `:`
    type($w) `,` type($ids) `->` type($y)
  }];
  let hasVerifier = 1;
}

#endif // SINTER_PLAN_OPS_TD
