// Attention becomes loops over vectors of the target's width, or over its tiles.
// RUN: sinter-opt %s --split-input-file --sinter-lower-inner | FileCheck %s
// RUN: sinter-opt %s --split-input-file --sinter-lower-inner=scalar=true | FileCheck %s --check-prefix=SCALAR

// Two rows of four heads and fewer ask for the cache while they multiply: for the
// next panel of keys and the values of this one, then for the next block of keys.
// CHECK-LABEL: func.func @cache(
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
// CHECK-COUNT-2: memref.prefetch %arg1
// CHECK-COUNT-2: memref.prefetch %arg2
// CHECK: vector.load %arg1
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
// CHECK-COUNT-2: memref.prefetch %arg1
// CHECK: vector.load %arg2
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @cache(%q: memref<?x8x64xf32>, %k: memref<2x16x64x32xf32>, %v: memref<2x512x64xf32>, %i: index, %y: memref<?x8x64xf32>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x8x64xf32>, memref<2x16x64x32xf32>, memref<2x512x64xf32>) pairs(%i to %i) outs(%y : memref<?x8x64xf32>) scale 1.0 block 256
    return
  }
}

// -----

// ALiBi's slopes on the scores of a block, and a sink at the end; places go round
// the room of a ring.
// CHECK-LABEL: func.func @numbers_for_each_head(
// CHECK: %[[ROOM:.*]] = memref.dim %arg2,
// CHECK-NEXT: arith.remui %{{.*}}, %[[ROOM]]
// CHECK: arith.sitofp
// CHECK: memref.load %arg5
// SCALAR-LABEL: func.func @numbers_for_each_head(
// SCALAR: arith.remui
// SCALAR: arith.sitofp
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @numbers_for_each_head(%q: memref<?x4x16xf32>, %k: memref<2x16x16x32xf32>, %v: memref<2x512x16xf32>, %i: index, %s: memref<4xf32>, %t: memref<4xf32>, %y: memref<?x4x16xf32>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x16xf32>, memref<2x16x16x32xf32>, memref<2x512x16xf32>) pairs(%i to %i) slopes(%s : memref<4xf32>) sinks(%t : memref<4xf32>) outs(%y : memref<?x4x16xf32>) scale 1.0 block 256 {window = 100 : i64}
    return
  }
}

// -----

// Of 14 pairs maxima and sums are folded together, in 15 steps each, the last row
// again where there is none; two pairs, as in decode, each by itself. What was
// summed is multiplied by one quotient a pair.
// CHECK-LABEL: func.func @folds(
// CHECK: arith.maximumf
// CHECK-COUNT-16: vector.load {{.*}} : memref<14x16xf32>, vector<16xf32>
// CHECK-COUNT-30: vector.shuffle {{.*}} : vector<16xf32>, vector<16xf32>
// CHECK-NOT: vector.shuffle
// CHECK: math.exp
// CHECK-COUNT-30: vector.shuffle {{.*}} : vector<16xf32>, vector<16xf32>
// CHECK-NOT: vector.shuffle
// CHECK: %[[Q:.*]] = arith.divf %{{.*}} : f32
// CHECK-NEXT: vector.broadcast %[[Q]]
// CHECK-NOT: arith.divf
// CHECK-COUNT-4: vector.shuffle {{.*}} : vector<{{[0-9]+}}xf32>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @folds(%q: memref<?x8x64xf32>, %k: memref<2x16x64x32xf32>, %v: memref<2x512x64xf32>, %i: index, %y: memref<?x8x64xf32>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x8x64xf32>, memref<2x16x64x32xf32>, memref<2x512x64xf32>) pairs(%i to %i) outs(%y : memref<?x8x64xf32>) scale 1.0 block 256
    return
  }
}

// -----

// In tiles products stay as they are until maxima are known: the maxima are
// scaled, and each product as it becomes a weight. A mask is added to scores.
// CHECK-LABEL: func.func @late_scale(
// CHECK: llvm.x86.tilestored64
// CHECK-NOT: arith.mulf
// CHECK: arith.maximumf
// CHECK: arith.mulf
// CHECK: arith.mulf {{.*}} : vector<16xf32>
// CHECK-NEXT: arith.subf
// CHECK-NEXT: math.exp
// CHECK-LABEL: func.func @masked_scores(
// CHECK: llvm.x86.tilestored64
// CHECK: arith.mulf {{.*}} : vector<16xf32>
// CHECK-NEXT: vector.store
// CHECK: vector.load %{{.*}} : memref<?x1x1x?xf32>, vector<16xf32>
// CHECK: arith.subf
// CHECK-NEXT: math.exp
module attributes {sinter.target = #sinter.target<cpu = "sapphirerapids", features = "+avx512bf16,+amx-bf16,+amx-tile", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @late_scale(%q: memref<?x4x64xbf16>, %k: memref<2x16x32x64xbf16>, %v: memref<2x256x128xbf16>, %i: index, %y: memref<?x4x64xbf16>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x64xbf16>, memref<2x16x32x64xbf16>, memref<2x256x128xbf16>) pairs(%i to %i) outs(%y : memref<?x4x64xbf16>) scale 0.125 block 256 interleave 2
    return
  }
  func.func @masked_scores(%q: memref<?x4x64xbf16>, %k: memref<2x16x32x64xbf16>, %v: memref<2x256x128xbf16>, %i: index, %m: memref<?x1x1x?xf32>, %y: memref<?x4x64xbf16>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x64xbf16>, memref<2x16x32x64xbf16>, memref<2x256x128xbf16>) pairs(%i to %i) mask(%m : memref<?x1x1x?xf32>) outs(%y : memref<?x4x64xbf16>) scale 0.125 block 256 interleave 2
    return
  }
}

// -----

// Over a bf16 cache in pairs: scores and weighted sums by vdpbf16ps, the weights
// rounded, and of an odd last position the other half of each pair hidden. f32
// queries multiply both halves as f32.
// CHECK-LABEL: func.func @narrow_attention(
// CHECK: memref.alloca() {{.*}} : memref<14x64xbf16>
// CHECK: vector.load %arg1[{{.*}}] : memref<2x16x32x64xbf16>, vector<32xbf16>
// CHECK: dpbf16ps
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.cvtneps2bf16.512"
// CHECK: vector.load %arg2[{{.*}}] : memref<2x256x64xbf16>, vector<32xbf16>
// CHECK: dpbf16ps
// CHECK: arith.andi {{.*}} : vector<16xi32>
// CHECK: dpbf16ps
// CHECK-LABEL: func.func @wide_queries(
// CHECK: arith.shli
// CHECK: vector.fma
// CHECK-NOT: dpbf16ps
// CHECK: return
// SCALAR-LABEL: func.func @narrow_attention(
// SCALAR: arith.truncf %{{.*}} : f32 to bf16
// SCALAR-LABEL: func.func @wide_queries(
// SCALAR-NOT: arith.truncf
module attributes {sinter.target = #sinter.target<cpu = "znver4", features = "+avx512bf16", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @narrow_attention(%q: memref<?x4x64xbf16>, %k: memref<2x16x32x64xbf16>, %v: memref<2x256x64xbf16>, %i: index, %y: memref<?x4x32xf32>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x64xbf16>, memref<2x16x32x64xbf16>, memref<2x256x64xbf16>) pairs(%i to %i) outs(%y : memref<?x4x32xf32>) scale 1.0 block 256 interleave 2
    return
  }
  func.func @wide_queries(%q: memref<?x4x64xf32>, %k: memref<2x16x32x64xbf16>, %v: memref<2x256x64xbf16>, %i: index, %y: memref<?x4x32xf32>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x64xf32>, memref<2x16x32x64xbf16>, memref<2x256x64xbf16>) pairs(%i to %i) outs(%y : memref<?x4x32xf32>) scale 1.0 block 256 interleave 2
    return
  }
}

// -----

// A batch, whose rows all see the positions before an end, with a mask of one row
// for all heads and rows: its row is the smaller of the pair's and the last.
// CHECK-LABEL: func.func @batch(
// CHECK: memref.dim %arg5, %c0
// CHECK: arith.minsi
// CHECK: vector.load %arg5[
// CHECK-NOT: sinter.inner_attention
// SCALAR-LABEL: func.func @batch(
// SCALAR: memref.load %arg5[
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @batch(%q: memref<?x?x4x16xf32>, %k: memref<?x?x16x32xf32>, %v: memref<?x?x16xf32>, %i: index, %e: index, %m: memref<?x1x1x?xf32>, %y: memref<?x?x4x16xf32>) {
    sinter.inner_attention ins(%q, %k, %v at %i end %e : memref<?x?x4x16xf32>, memref<?x?x16x32xf32>, memref<?x?x16xf32>) pairs(%i to %i) mask(%m : memref<?x1x1x?xf32>) outs(%y : memref<?x?x4x16xf32>) scale 1.0 block 256 {zero_empty_rows}
    return
  }
}

// -----

// Values that fill no whole vector: what lies behind them is read, not stored.
// CHECK-LABEL: func.func @part_of_a_vector(
// CHECK: memref.alloca() {{.*}} : memref<6x16xf32>
// CHECK: vector.load %arg2[{{.*}}] : memref<2x512x12xf32>, vector<8xf32>
// CHECK: vector.maskedstore %arg4
// CHECK-NOT: sinter.inner_attention
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @part_of_a_vector(%q: memref<?x4x12xf32>, %k: memref<2x16x12x32xf32>, %v: memref<2x512x12xf32>, %i: index, %y: memref<?x4x12xf32>) {
    sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x12xf32>, memref<2x16x12x32xf32>, memref<2x512x12xf32>) pairs(%i to %i) outs(%y : memref<?x4x12xf32>) scale 1.0 block 256
    return
  }
}
