// Copies too become loops: as an intrinsic they would call memcpy.
// RUN: sinter-opt %s --split-input-file --sinter-lower-loops | FileCheck %s

// CHECK-LABEL: func.func @copy(
// CHECK-NOT: memref.copy
// CHECK: scf.for
// CHECK: scf.for
// CHECK: memref.load
// CHECK: memref.store
func.func @copy(%x: memref<?x4xf32>, %y: memref<?x4xf32>) {
  memref.copy %x, %y : memref<?x4xf32> to memref<?x4xf32>
  return
}

// -----

// Two rows put together, element by element: vectors of whole lanes, and loops
// for the columns that are left. Not where columns are f32, where the rows do not
// go on with the columns, or where something is computed.
// CHECK-LABEL: func.func @pairs(
// CHECK: scf.for %[[G:.*]] =
// CHECK: %[[END:.*]] = arith.addi
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %arg1 {{\[\[}}0], [1, 2]] : memref<?x?x2xbf16> into memref<?x?xbf16>
// CHECK: scf.for %[[N:.*]] = %{{.*}} to %[[END]] step %c16
// CHECK: %[[A:.*]] = vector.load %arg0[%{{.*}}, %{{.*}}] : memref<?x?xbf16>, vector<16xbf16>
// CHECK: %[[B:.*]] = vector.load %arg0[%{{.*}}, %{{.*}}] : memref<?x?xbf16>, vector<16xbf16>
// CHECK: %[[BOTH:.*]] = vector.interleave %[[A]], %[[B]] : vector<16xbf16> -> vector<32xbf16>
// CHECK: vector.store %[[BOTH]], %[[FLAT]]
// CHECK: scf.for %{{.*}} = %[[END]] to
// CHECK: scf.for
// CHECK: memref.store
// CHECK-LABEL: func.func @others(
// CHECK-NOT: vector
#rows = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @pairs(%x: memref<?x?xbf16>, %y: memref<?x?x2xbf16>, %from: index) {
    %two = arith.constant 2 : index
    linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel", "parallel", "parallel"]} outs(%y : memref<?x?x2xbf16>) {
    ^bb0(%out: bf16):
      %g = linalg.index 0 : index
      %n = linalg.index 1 : index
      %i = linalg.index 2 : index
      %first = arith.muli %g, %two : index
      %row = arith.addi %first, %i : index
      %column = affine.apply affine_map<(d0)[s0] -> (d0 + s0)>(%from)[%n]
      %v = memref.load %x[%row, %column] : memref<?x?xbf16>
      linalg.yield %v : bf16
    }
    return
  }
  func.func @others(%x: memref<?x?xf32>, %y: memref<?x?x2xf32>, %z: memref<?x?xbf16>, %w: memref<?x?x2xbf16>) {
    linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel", "parallel", "parallel"]} outs(%y : memref<?x?x2xf32>) {
    ^bb0(%out: f32):
      %n = linalg.index 1 : index
      %i = linalg.index 2 : index
      %v = memref.load %x[%i, %n] : memref<?x?xf32>
      linalg.yield %v : f32
    }
    linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel", "parallel", "parallel"]} outs(%w : memref<?x?x2xbf16>) {
    ^bb0(%out: bf16):
      %n = linalg.index 1 : index
      %i = linalg.index 2 : index
      %v = memref.load %z[%n, %i] : memref<?x?xbf16>
      linalg.yield %v : bf16
    }
    linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel", "parallel", "parallel"]} outs(%w : memref<?x?x2xbf16>) {
    ^bb0(%out: bf16):
      %n = linalg.index 1 : index
      %i = linalg.index 2 : index
      %v = memref.load %z[%i, %n] : memref<?x?xbf16>
      %u = arith.negf %v : bf16
      linalg.yield %u : bf16
    }
    return
  }
}

// -----

// Words of rows become columns: squares in registers, in four rounds, and loops
// for the depth that is left. Not where rows fill no vector, where a word is not
// 32 bits, or where the depth is not contiguous in a row.
// CHECK-LABEL: func.func @keys(
// CHECK: %[[LEFT:.*]] = arith.remui %{{.*}}, %c16
// CHECK: %[[END:.*]] = arith.addi
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %arg1 {{\[\[}}0], [1], [2, 3]] : memref<?x?x32x2xbf16> into memref<?x?x64xbf16>
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %[[END]] step %c16
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step %c16
// CHECK-COUNT-16: vector.load %arg0[%{{.*}}, %{{.*}}] : memref<?x?xbf16>, vector<32xbf16>
// CHECK-COUNT-64: vector.shuffle {{.*}} : vector<16xi32>, vector<16xi32>
// CHECK-NOT: vector.shuffle
// CHECK-COUNT-16: vector.store %{{.*}}, %[[FLAT]]
// CHECK: scf.for %{{.*}} = %[[END]] to
// CHECK: memref.store
// CHECK-LABEL: func.func @words(
// CHECK-COUNT-16: vector.load %arg0[%{{.*}}, %{{.*}}] : memref<?x?xf32>, vector<16xf32>
// CHECK-LABEL: func.func @no_squares(
// CHECK-NOT: vector
#keys = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @keys(%x: memref<?x?xbf16>, %y: memref<?x?x32x2xbf16>, %last: index) {
    %two = arith.constant 2 : index
    %panel = arith.constant 32 : index
    linalg.generic {indexing_maps = [#keys], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%y : memref<?x?x32x2xbf16>) {
    ^bb0(%out: bf16):
      %p = linalg.index 0 : index
      %q = linalg.index 1 : index
      %j = linalg.index 2 : index
      %i = linalg.index 3 : index
      %first = arith.muli %p, %panel : index
      %position = arith.addi %first, %j : index
      %row = arith.minsi %position, %last : index
      %even = arith.muli %q, %two : index
      %k = arith.addi %even, %i : index
      %v = memref.load %x[%row, %k] : memref<?x?xbf16>
      linalg.yield %v : bf16
    }
    return
  }
  func.func @words(%x: memref<?x?xf32>, %y: memref<?x?x32x1xf32>, %from: index) {
    linalg.generic {indexing_maps = [#keys], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%y : memref<?x?x32x1xf32>) {
    ^bb0(%out: f32):
      %q = linalg.index 1 : index
      %j = linalg.index 2 : index
      %k = affine.apply affine_map<(d0)[s0] -> (d0 + s0)>(%q)[%from]
      %v = memref.load %x[%j, %k] : memref<?x?xf32>
      linalg.yield %v : f32
    }
    return
  }
  func.func @no_squares(%x: memref<?x?xf32>, %y: memref<?x?x24x1xf32>, %z: memref<?x?xbf16>, %w: memref<?x?x32x1xbf16>, %u: memref<?x?x32x1xf32>) {
    linalg.generic {indexing_maps = [#keys], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%y : memref<?x?x24x1xf32>) {
    ^bb0(%out: f32):
      %k = linalg.index 1 : index
      %j = linalg.index 2 : index
      %v = memref.load %x[%j, %k] : memref<?x?xf32>
      linalg.yield %v : f32
    }
    linalg.generic {indexing_maps = [#keys], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%w : memref<?x?x32x1xbf16>) {
    ^bb0(%out: bf16):
      %k = linalg.index 1 : index
      %j = linalg.index 2 : index
      %v = memref.load %z[%j, %k] : memref<?x?xbf16>
      linalg.yield %v : bf16
    }
    linalg.generic {indexing_maps = [#keys], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%u : memref<?x?x32x1xf32>) {
    ^bb0(%out: f32):
      %k = linalg.index 1 : index
      %j = linalg.index 2 : index
      %v = memref.load %x[%k, %j] : memref<?x?xf32>
      linalg.yield %v : f32
    }
    return
  }
}

// -----

// So are loops that were loops before, as those that append to a cache, where they
// are around nothing but each other.
// CHECK-LABEL: func.func @append_keys(
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %c16
// CHECK: memref.collapse_shape %arg1
// CHECK-COUNT-16: vector.load %arg0[%{{.*}}, %{{.*}}] : memref<?x64xbf16>, vector<32xbf16>
// CHECK-COUNT-16: vector.store
// CHECK-LABEL: func.func @append_values(
// CHECK: vector.interleave
// CHECK-LABEL: func.func @not_alone(
// CHECK-NOT: vector
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @append_keys(%x: memref<?x64xbf16>, %y: memref<?x32x32x2xbf16>, %from: index, %to: index, %p: index, %lane: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    scf.for %row = %from to %to step %c16 {
      %at = arith.addi %lane, %row : index
      scf.for %k = %c0 to %c32 step %c1 {
        scf.for %j = %c0 to %c16 step %c1 {
          scf.for %i = %c0 to %c2 step %c1 {
            %r = arith.addi %row, %j : index
            %even = arith.muli %k, %c2 : index
            %d = arith.addi %even, %i : index
            %v = memref.load %x[%r, %d] : memref<?x64xbf16>
            %l = arith.addi %at, %j : index
            memref.store %v, %y[%p, %k, %l, %i] : memref<?x32x32x2xbf16>
          }
        }
      }
    }
    return
  }
  func.func @append_values(%x: memref<?x64xbf16>, %y: memref<?x64x2xbf16>, %row: index, %g: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    scf.for %d = %c0 to %c64 step %c1 {
      scf.for %i = %c0 to %c2 step %c1 {
        %r = arith.addi %row, %i : index
        %v = memref.load %x[%r, %d] : memref<?x64xbf16>
        memref.store %v, %y[%g, %d, %i] : memref<?x64x2xbf16>
      }
    }
    return
  }
  func.func @not_alone(%x: memref<?x64xbf16>, %y: memref<?x64x2xbf16>, %z: memref<64xbf16>, %row: index, %g: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    scf.for %d = %c0 to %c64 step %c1 {
      %u = memref.load %z[%d] : memref<64xbf16>
      memref.store %u, %y[%g, %d, %c0] : memref<?x64x2xbf16>
      scf.for %i = %c0 to %c2 step %c1 {
        %r = arith.addi %row, %i : index
        %v = memref.load %x[%r, %d] : memref<?x64xbf16>
        memref.store %v, %y[%g, %d, %i] : memref<?x64x2xbf16>
      }
    }
    return
  }
}
