// Inner tiles become loops over vectors of the target's width, each accumulator a
// loop value; a target without wide vectors gets smaller tiles.
// RUN: sinter-opt %s --split-input-file --sinter-lower-inner | FileCheck %s
// RUN: sinter-opt %s --split-input-file --sinter-lower-inner=scalar=true | FileCheck %s --check-prefix=SCALAR

// Six rows by two vectors of eight lanes: 12 accumulators of 16 registers. Each
// tall tile prefetches a share of the next panel: of few rows, or when it is
// more than 4 KiB, while it computes, else before. Its own panel's lines come into
// L1 before it needs them. A row that is not there is the last one again.
// CHECK-LABEL: func.func @avx2(
// CHECK: %[[ROWS:.*]] = memref.dim %{{.*}}, %c0
// CHECK: %[[FEW:.*]] = arith.cmpi ult, %[[ROWS]], %c64
// CHECK: %[[LAST:.*]] = arith.subi %[[ROWS]], %c1
// CHECK: %[[BYTES:.*]] = arith.muli %{{.*}}, %c768
// CHECK: %[[LIMIT:.*]] = arith.muli %{{.*}}, %c4096
// CHECK: %[[LONG:.*]] = arith.cmpi ugt, %[[BYTES]], %[[LIMIT]]
// CHECK: %[[SPREAD:.*]] = arith.ori %[[FEW]], %[[LONG]]
// CHECK: scf.if %[[SPREAD]] {
// CHECK: arith.minsi %{{.*}}, %[[LAST]]
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// CHECK: memref.prefetch {{.*}} read, locality<2>, data : memref<?x64x32xf32>
// CHECK-COUNT-12: vector.fma
// CHECK: } else {
// CHECK: memref.prefetch {{.*}} read, locality<2>, data : memref<?x64x32xf32>
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// CHECK: memref.prefetch {{.*}} read, locality<3>, data : memref<?x64x32xf32>
// CHECK-NOT: memref.prefetch
// CHECK: scf.yield
// CHECK-NOT: sinter.inner_matmul
// SCALAR-LABEL: func.func @avx2(
// SCALAR-NOT: vector
// SCALAR: math.fma
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @avx2(%x: memref<?x64xf32>, %w: memref<?x64x32xf32>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xf32>, memref<?x64x32xf32>) outs(%y : memref<?x?xf32>)
    return
  }
}

// -----

// A large tile asks for a line of one of its rows a step, two lines before it is
// read. Few rows read all of a panel in its order, and ask for lines 4 KiB ahead.
// CHECK-LABEL: func.func @avx512(
// CHECK: %[[TURN:.*]] = arith.remui %[[K:[a-z0-9]*]], %c16
// CHECK: %[[AT:.*]] = arith.addi %[[K]], %c32
// CHECK: memref.prefetch %arg0[%{{.*}}, %{{.*}}], read, locality<3>, data
// CHECK: vector.fma {{.*}} : vector<16xf32>
// CHECK: scf.for %[[K:[a-z0-9]*]] = {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
// CHECK: %[[AHEAD:.*]] = arith.addi %[[K]], %c32
// CHECK-COUNT-2: memref.prefetch %arg1[%{{.*}}, %[[AHEAD]], %{{.*}}], read, locality<2>, data
// CHECK: vector.load %arg1[%{{.*}}, %[[K]],
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @avx512(%x: memref<?x64xf32>, %w: memref<?x64x32xf32>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xf32>, memref<?x64x32xf32>) outs(%y : memref<?x?xf32>)
    return
  }
}

// -----

// A tall tile has a vector of each half of the panel, a low one all of it; sums
// go through a buffer to the gate, row by row, no further than the last row.
// CHECK-LABEL: func.func @gate(
// CHECK: %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<6x32xf32>
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0
// CHECK: %[[LAST:.*]] = arith.subi %[[ROWS]], %c1
// CHECK: scf.for %[[PART:[a-z0-9]*]] = %c0{{.*}} to %c2
// CHECK: %[[COLUMN:.*]] = arith.muli %[[PART]], %c8
// CHECK: memref.prefetch {{.*}} read, locality<3>
// CHECK: vector.load %arg1[%{{.*}}, %{{.*}}, %[[COLUMN]]]
// CHECK: memref.prefetch {{.*}} read, locality<3>
// CHECK: %[[UP:.*]] = arith.addi %[[COLUMN]], %c16
// CHECK-NEXT: vector.load %arg1[%{{.*}}, %{{.*}}, %[[UP]]]
// CHECK-COUNT-12: vector.store %{{.*}}, %[[SUMS]]
// CHECK: scf.for %[[R:[a-z0-9]*]] = %c0{{.*}} to %c6
// CHECK: %[[ROW:.*]] = arith.minsi %{{.*}}, %[[LAST]]
// CHECK: %[[A:.*]] = vector.load %[[SUMS]][%[[R]], %c0
// CHECK: math.exp
// CHECK: %[[S:.*]] = arith.mulf %[[A]],
// CHECK: %[[B:.*]] = vector.load %[[SUMS]][%[[R]], %c8
// CHECK: %[[Y:.*]] = arith.mulf %[[S]], %[[B]]
// CHECK: vector.store %[[Y]], %arg2[%[[ROW]],
// CHECK-NOT: sinter.inner_matmul
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @gate(%x: memref<?x64xf32>, %w: memref<?x64x32xf32>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xf32>, memref<?x64x32xf32>) outs(%y : memref<?x?xf32>) gate silu
    return
  }
}

// -----

// So they do to an activation, behind the bias; results are rounded as they are
// stored, those of the last columns under a mask.
// CHECK-LABEL: func.func @activation(
// CHECK: %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<6x32xf32>
// CHECK-COUNT-12: vector.store %{{.*}}, %[[SUMS]]
// CHECK: %[[SUM:.*]] = vector.load %[[SUMS]]
// CHECK: %[[BIAS:.*]] = vector.load %arg2
// CHECK: %[[X:.*]] = arith.addf %[[SUM]], %[[BIAS]]
// CHECK: %[[Y:.*]] = arith.maximumf %[[X]],
// CHECK: %[[R:.*]] = arith.truncf %[[Y]] : vector<8xf32> to vector<8xbf16>
// CHECK: vector.store %[[R]], %arg3
// CHECK: vector.maskedload %arg2
// CHECK: arith.maximumf
// CHECK: %[[R:.*]] = arith.truncf
// CHECK: vector.maskedstore %arg3{{.*}}, %{{.*}}, %[[R]]
// CHECK-NOT: sinter.inner_matmul
// SCALAR-LABEL: func.func @activation(
// SCALAR: math.fma
// SCALAR: arith.addf
// SCALAR: arith.maximumf
// SCALAR: arith.truncf {{.*}} : f32 to bf16
// SCALAR-NOT: sinter.inner_matmul
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @activation(%x: memref<?x64xf32>, %w: memref<?x64x32xf32>, %b: memref<?xf32>, %y: memref<?x?xbf16>) {
    sinter.inner_matmul ins(%x, %w, %b : memref<?x64xf32>, memref<?x64x32xf32>, memref<?xf32>) outs(%y : memref<?x?xbf16>) activation relu
    return
  }
}

// -----

// What the result has is added last; all of a tile's rows are read before one is
// written, for the last one may be there twice.
// CHECK-LABEL: func.func @accumulate(
// CHECK-COUNT-6: vector.load %arg3
// CHECK-COUNT-6: vector.store %{{.*}}, %arg3
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK: vector.maskedload %arg2{{.*}}, %[[MASK]]
// CHECK-COUNT-6: vector.maskedload %arg3{{.*}}, %[[MASK]]
// CHECK-COUNT-6: vector.maskedstore %arg3
// CHECK-NOT: sinter.inner_matmul
// SCALAR-LABEL: func.func @accumulate(
// SCALAR: %[[Y:.*]] = arith.addf {{.*}} : f32
// SCALAR: %[[BEFORE:.*]] = memref.load %arg3
// SCALAR: %[[SUM:.*]] = arith.addf %[[BEFORE]], %[[Y]]
// SCALAR: memref.store %[[SUM]], %arg3
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @accumulate(%x: memref<?x64xf32>, %w: memref<?x64x32xf32>, %b: memref<?xf32>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w, %b : memref<?x64xf32>, memref<?x64x32xf32>, memref<?xf32>) outs(%y : memref<?x?xf32>) accumulate
    return
  }
}

// -----

// What a norm computes is rounded where it is stored, the last elements of a row,
// too, which are no whole vector.
// CHECK-LABEL: func.func @rounded_norm(
// CHECK: math.sqrt
// CHECK: arith.truncf {{.*}} : vector<8xf32> to vector<8xbf16>
// CHECK-NEXT: vector.store {{.*}} : memref<?x20xbf16>, vector<8xbf16>
// CHECK: arith.truncf {{.*}} : f32 to bf16
// CHECK-NEXT: memref.store {{.*}} : memref<?x20xbf16>
// SCALAR-LABEL: func.func @rounded_norm(
// SCALAR: math.sqrt {{.*}} : f32
// SCALAR: arith.truncf {{.*}} : f32 to bf16
// SCALAR-NEXT: memref.store {{.*}} : memref<?x20xbf16>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @rounded_norm(%x: memref<?x20xf32>, %s: memref<20xf32>, %y: memref<?x20xbf16>) {
    sinter.inner_norm ins(%x, %s : memref<?x20xf32>, memref<20xf32>) outs(%y : memref<?x20xbf16>) epsilon 1.0e-5
    return
  }
}

// -----

// What the vector form does not take is left to plain loops: f64.
// CHECK-LABEL: func.func @f64(
// CHECK-NOT: vector
// CHECK: math.sqrt {{.*}} : f64
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @f64(%x: memref<?x64xf64>, %s: memref<64xf64>, %y: memref<?x64xf64>) {
    sinter.inner_norm ins(%x, %s : memref<?x64xf64>, memref<64xf64>) outs(%y : memref<?x64xf64>) epsilon 1.0e-5
    return
  }
}

// -----

// bf16 panels hold pairs of k: five rows by two vectors leave registers for the
// loaded pairs and a mask; an odd depth ends with half a pair.
// CHECK-LABEL: func.func @pairs(
// CHECK: vector.load {{.*}} : memref<?x33x64xbf16>, vector<16xbf16>
// CHECK: vector.bitcast {{.*}} : vector<16xbf16> to vector<8xi32>
// CHECK: arith.andi {{.*}} : vector<8xi32>
// CHECK-COUNT-10: vector.fma
// CHECK: arith.shli {{.*}} : vector<8xi32>
// CHECK-COUNT-10: vector.fma
// CHECK-NOT: sinter.inner_matmul
// SCALAR-LABEL: func.func @pairs(
// SCALAR: arith.extf {{.*}} : bf16 to f32
// SCALAR: math.fma
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @pairs(%x: memref<?x65xf32>, %w: memref<?x33x64xbf16>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x65xf32>, memref<?x33x64xbf16>) outs(%y : memref<?x?xf32>) interleave 2
    return
  }
}

// -----

// CHECK-LABEL: func.func @half(
// CHECK: arith.extf {{.*}} : vector<8xf16> to vector<8xf32>
// CHECK-NOT: sinter.inner_matmul
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @half(%x: memref<?x64xf32>, %w: memref<?x64x32xf16>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xf32>, memref<?x64x32xf16>) outs(%y : memref<?x?xf32>)
    return
  }
}

// -----

// Where there is vdpbf16ps, bf16 rows times bf16 panels use it.
// CHECK-LABEL: func.func @dot(
// CHECK: vector.load {{.*}} : memref<?x64xbf16>, vector<2xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"({{.*}}) : (vector<16xf32>, vector<32xbf16>, vector<32xbf16>) -> vector<16xf32>
// CHECK-NOT: sinter.inner_matmul
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "+avx512bf16", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @dot(%x: memref<?x64xbf16>, %w: memref<?x32x64xbf16>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xbf16>, memref<?x32x64xbf16>) outs(%y : memref<?x?xf32>) interleave 2
    return
  }
}

// -----

// In AMX tiles where sums go by blocks of their depth; 16 rows or fewer in one
// tile, more in two. A step over the depth finishes rows of the tiles before,
// and the last ones are finished behind all loops. Plain loops add alike.
// CHECK-LABEL: func.func @tiles(
// CHECK: %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<32x32xf32>
// CHECK: llvm.call_intrinsic "llvm.x86.ldtilecfg"
// CHECK: scf.if
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (index, index, index, index)
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tilezero"
// CHECK: scf.for
// CHECK: memref.prefetch
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tdpbf16ps"
// CHECK: scf.for
// CHECK-COUNT-2: vector.load %[[SUMS]]
// CHECK: vector.store {{.*}}, %arg2
// CHECK: vector.maskedstore
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tilestored64"
// CHECK: scf.yield %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : index, index, index, index
// CHECK: scf.for
// CHECK-COUNT-2: vector.load %[[SUMS]]
// CHECK: } else {
// CHECK: llvm.call_intrinsic "llvm.x86.tilerelease"
// CHECK-NOT: sinter.inner_matmul
// SCALAR-LABEL: func.func @tiles(
// SCALAR-COUNT-2: math.fma
// SCALAR-NOT: math.fma
// SCALAR: arith.addf
// SCALAR: arith.addf
// SCALAR-NOT: sinter.inner_matmul
module attributes {sinter.target = #sinter.target<cpu = "sapphirerapids", features = "+avx512bf16,+amx-bf16,+amx-tile", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @tiles(%x: memref<?x64xbf16>, %w: memref<?x32x64xbf16>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xbf16>, memref<?x32x64xbf16>) outs(%y : memref<?x?xf32>) interleave 2 depth_block 32
    return
  }
}

// -----

// What the result has is added to rows that no tile before has summed: the last
// pair of tiles begins earlier.
// CHECK-LABEL: func.func @tiles_accumulate(
// CHECK: %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<32x32xf32>
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tdpbf16ps"
// CHECK: scf.for
// CHECK-COUNT-2: vector.load %[[SUMS]]
// CHECK: %[[BEFORE:.*]] = vector.load %arg2[%[[ROW:.*]], %[[COLUMN:.*]]]
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[BEFORE]], %{{.*}} : vector<16xf32>
// CHECK-NEXT: vector.store %[[SUM]], %arg2[%[[ROW]], %[[COLUMN]]]
// CHECK: arith.subi %[[M:.*]], %[[FIRST:.*]] : index
// CHECK-NOT: sinter.inner_matmul
// SCALAR-LABEL: func.func @tiles_accumulate(
// SCALAR: %[[BEFORE:.*]] = memref.load %arg2
// SCALAR: arith.addf %[[BEFORE]], %{{.*}} : f32
module attributes {sinter.target = #sinter.target<cpu = "sapphirerapids", features = "+avx512bf16,+amx-bf16,+amx-tile", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @tiles_accumulate(%x: memref<?x64xbf16>, %w: memref<?x32x64xbf16>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xbf16>, memref<?x32x64xbf16>) outs(%y : memref<?x?xf32>) interleave 2 depth_block 32 accumulate
    return
  }
}

// -----

// The gate in AMX tiles: one tile of its columns, one of the other half of the
// panel.
// CHECK-LABEL: func.func @tiles_gate(
// CHECK: %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<32x32xf32>
// CHECK: memref.prefetch %arg1{{.*}}, read, locality<2>
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.tdpbf16ps"
// CHECK: %[[UP:.*]] = arith.addi %{{.*}}, %c16
// CHECK: arith.muli %[[UP]], %c2
// CHECK: scf.for
// CHECK: vector.load %[[SUMS]][%{{.*}}, %c0
// CHECK: vector.load %[[SUMS]][%{{.*}}, %c16
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK: vector.store {{.*}} : memref<?x?xbf16>, vector<16xbf16>
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tilestored64"
// CHECK-NOT: sinter.inner_matmul
module attributes {sinter.target = #sinter.target<cpu = "sapphirerapids", features = "+avx512bf16,+amx-bf16,+amx-tile", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @tiles_gate(%x: memref<?x64xbf16>, %w: memref<?x32x64xbf16>, %y: memref<?x?xbf16>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xbf16>, memref<?x32x64xbf16>) outs(%y : memref<?x?xbf16>) interleave 2 depth_block 32 gate relu
    return
  }
}

// -----

// The same bits without tiles: loops.
// CHECK-LABEL: func.func @no_tiles(
// CHECK: math.fma
// CHECK-NOT: sinter.inner_matmul
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "+avx512bf16", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @no_tiles(%x: memref<?x64xbf16>, %w: memref<?x32x64xbf16>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xbf16>, memref<?x32x64xbf16>) outs(%y : memref<?x?xf32>) interleave 2 depth_block 32
    return
  }
}

// -----

// Rows that chose a matrix, one after another, each a product of one row; plain
// loops alike.
// CHECK-LABEL: func.func @experts(
// CHECK: scf.for %[[E:.*]] =
// CHECK: memref.subview %{{.*}}[%[[E]], 0, 0, 0] [1, 2, 64, 32]
// CHECK: scf.for
// CHECK: %[[C:.*]] = arith.index_cast
// CHECK: %[[IS:.*]] = arith.cmpi eq, %[[C]], %[[E]]
// CHECK: scf.if %[[IS]]
// CHECK: vector.fma
// CHECK-NOT: sinter.inner
// SCALAR-LABEL: func.func @experts(
// SCALAR: scf.if
// SCALAR: math.fma
// SCALAR-NOT: sinter.inner
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @experts(%x: memref<?x64xf32>, %w: memref<4x2x64x32xf32>, %e: memref<?xi64>, %y: memref<?x50xf32>) {
    sinter.inner_expert_matmul ins(%x, %w, %e : memref<?x64xf32>, memref<4x2x64x32xf32>, memref<?xi64>) outs(%y : memref<?x50xf32>)
    return
  }
}
