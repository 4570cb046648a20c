//===- PlanOps.td - level 3: ops on packed weights ------------------------===//
// passes/Layout makes them; passes/Tile turns them into inner tiles.
#ifndef SINTER_PLAN_OPS_TD
#define SINTER_PLAN_OPS_TD

include "dialects/Sinter/IR/SinterOpBase.td"

def Sinter_PackedMatMulOp : Sinter_TensorOp<"packed_matmul"> {
  let summary = "x times a packed matrix, with an optional bias";
  let description = [{
    x [M, K], w [P, K, L] as sinter.pack writes it, y [M, N] with
    P = ceil(N / L): y[m, n] = bias[n] + sum over k ascending of
    x[m, k] * w[n / L, k, n % L], one accumulator per element that starts at 0;
    the bias is added last.
    - C1: ranks are 2, 3, 2; sizes agree; w is static.
    - C2: bias has shape [N].
  }];
  let arguments = (ins Sinter_FloatTensor:$x, Sinter_FloatTensor:$w,
                       Optional<Sinter_FloatTensor>:$bias);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $w (`bias` $bias^ `:` type($bias))? attr-dict `:` type($x) `,`
    type($w) `->` type($y)
  }];
  let hasVerifier = 1;
}

def Sinter_PackedGatherOp : Sinter_TensorOp<"packed_gather"> {
  let summary = "rows of an embedding out of its packed transpose (tied head)";
  let description = [{
    w [P, K, L] packs the matrix [K, N]; y[i..., k] = w[id / L, k, id % L] with
    id = ids[i...] (negative ids count from N).
    - C1: w has rank 3, y has ids' shape plus K.
  }];
  let arguments = (ins Sinter_FloatTensor:$w, Sinter_IndexTensor:$ids,
                       I64Attr:$rows);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = "$w `[` $ids `]` `rows` $rows attr-dict `:` type($w) `,` type($ids) `->` type($y)";
  let hasVerifier = 1;
}

#endif // SINTER_PLAN_OPS_TD
