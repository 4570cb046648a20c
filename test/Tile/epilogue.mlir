// A loop that alone uses a product, element by element, ends the product's
// shares: over the product's memory, or into memory of its own.
// RUN: sinter-opt %s --split-input-file --sinter-tile-pipeline -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-opt %s --split-input-file --sinter-tile-pipeline --sinter-bufferize-pipeline | FileCheck %s --check-prefix=TEAM

// CHECK-LABEL: func.func @residual(
// CHECK: %[[OUT:.*]] = scf.forall (%{{.*}}) in (%{{.*}}) shared_outs(%[[ALL:.*]] = %{{.*}}) -> (tensor<?x40xf32>)
// CHECK: %[[PRODUCT:.*]] = sinter.inner_matmul
// CHECK: %[[SUM:.*]] = linalg.generic
// CHECK-SAME: outs(%[[PRODUCT]] : tensor<?x?xf32>)
// CHECK: arith.addf
// CHECK: scf.forall.in_parallel
// CHECK-NEXT: tensor.parallel_insert_slice %[[SUM]] into %[[ALL]]
// CHECK-NOT: linalg.generic
// CHECK: return

// One barrier, behind the shares.
// TEAM-LABEL: func.func @residual(
// TEAM: scf.while
// TEAM: sinter.inner_matmul
// TEAM-NOT: sinter.barrier
// TEAM: linalg.generic
// TEAM: sinter.barrier
// TEAM-NOT: sinter.barrier
// TEAM: return
func.func @residual(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %r: tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "r"},
    %w: tensor<2x8x32xf32> {sinter.name = "w"})
    -> (tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %p = sinter.packed_matmul %x, %w : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<2x8x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  %y = sinter.add %r, %p : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<?x40xf32, #sinter.dims<"rows", "40">>
  return %y : tensor<?x40xf32, #sinter.dims<"rows", "40">>
}

// -----

// The result goes where the other operand was: the product has memory of its own.
// CHECK-LABEL: func.func @carried(
// CHECK: sinter.inner_norm
// CHECK: scf.forall (%{{.*}}) in (%{{.*}}) shared_outs(%[[P:.*]] = %{{.*}}, %[[Y:.*]] = %{{.*}}) -> (tensor<?x40xf32>, tensor<?x40xf32>)
// CHECK: %[[PRODUCT:.*]] = sinter.inner_matmul
// CHECK: %[[SUM:.*]] = linalg.generic
// CHECK-SAME: ins(%[[PRODUCT]] : tensor<?x?xf32>)
// CHECK: scf.forall.in_parallel
// CHECK-DAG: tensor.parallel_insert_slice %[[PRODUCT]] into %[[P]]
// CHECK-DAG: tensor.parallel_insert_slice %[[SUM]] into %[[Y]]
// CHECK-NOT: linalg.generic
// CHECK: return
// TEAM-LABEL: func.func @carried(
func.func @carried(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %r: tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "r"},
    %s: tensor<40xf32> {sinter.name = "s"},
    %w: tensor<2x8x32xf32> {sinter.name = "w"})
    -> (tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %n = sinter.rms_norm %r, %s axis 1 epsilon 1.0e-5 : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<40xf32>
  %p = sinter.packed_matmul %x, %w : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<2x8x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  %y = sinter.mul %n, %p : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<?x40xf32, #sinter.dims<"rows", "40">>
  return %y : tensor<?x40xf32, #sinter.dims<"rows", "40">>
}

// -----

// A product that something else reads as well stays whole.
// CHECK-LABEL: func.func @shared(
// CHECK: scf.forall
// CHECK: sinter.inner_matmul
// CHECK: scf.forall.in_parallel
// CHECK: scf.forall
// CHECK: linalg.generic
// CHECK: return
// TEAM-LABEL: func.func @shared(
func.func @shared(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %w: tensor<2x8x32xf32> {sinter.name = "w"})
    -> (tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "y"},
        tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "p"})
    attributes {sinter.entry = "forward"} {
  %p = sinter.packed_matmul %x, %w : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<2x8x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  %y = sinter.tanh %p : tensor<?x40xf32, #sinter.dims<"rows", "40">>
  return %y, %p : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<?x40xf32, #sinter.dims<"rows", "40">>
}

// -----

// A loop over two products ends the shares of one of them.
// CHECK-LABEL: func.func @both(
// CHECK: scf.forall
// CHECK: sinter.inner_matmul
// CHECK: scf.forall.in_parallel
// CHECK: scf.forall
// CHECK: sinter.inner_matmul
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK: scf.forall.in_parallel
// CHECK-NOT: linalg.generic
// CHECK: return
// TEAM-LABEL: func.func @both(
func.func @both(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %w: tensor<2x8x32xf32> {sinter.name = "w"},
    %v: tensor<2x8x32xf32> {sinter.name = "v"})
    -> (tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %p = sinter.packed_matmul %x, %w : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<2x8x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  %q = sinter.packed_matmul %x, %v : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<2x8x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  %y = sinter.mul %p, %q : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<?x40xf32, #sinter.dims<"rows", "40">>
  return %y : tensor<?x40xf32, #sinter.dims<"rows", "40">>
}

// -----

// The sum goes where the product's own rows are, which other shares still read:
// it waits for all of them.
// CHECK-LABEL: func.func @own_rows(
// CHECK: sinter.inner_norm
// CHECK: scf.forall (%{{.*}}) in (%{{.*}}) shared_outs(%{{[a-z0-9]+}} = %{{[a-z0-9]+}}) -> (tensor<?x40xf32>)
// CHECK: sinter.inner_matmul
// CHECK: scf.forall.in_parallel
// CHECK: scf.forall
// CHECK: linalg.generic
// CHECK: return
// TEAM-LABEL: func.func @own_rows(
// TEAM-NOT: memref.copy
func.func @own_rows(
    %r: tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "r"},
    %s: tensor<40xf32> {sinter.name = "s"},
    %w: tensor<2x40x32xf32> {sinter.name = "w"})
    -> (tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %n = sinter.rms_norm %r, %s axis 1 epsilon 1.0e-5 : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<40xf32>
  %p = sinter.packed_matmul %n, %w : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<2x40x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  %y = sinter.add %n, %p : tensor<?x40xf32, #sinter.dims<"rows", "40">>, tensor<?x40xf32, #sinter.dims<"rows", "40">>
  return %y : tensor<?x40xf32, #sinter.dims<"rows", "40">>
}

// -----

// A loop that narrows stays apart.
// CHECK-LABEL: func.func @narrows(
// CHECK: sinter.inner_matmul
// CHECK: scf.forall.in_parallel
// CHECK: scf.forall
// CHECK: arith.truncf
// CHECK: return
// TEAM-LABEL: func.func @narrows(
func.func @narrows(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %w: tensor<2x8x32xf32> {sinter.name = "w"})
    -> (tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %p = sinter.packed_matmul %x, %w : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<2x8x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  %n = sinter.cast %p : tensor<?x40xf32, #sinter.dims<"rows", "40">> to bf16
  %y = sinter.cast %n : tensor<?x40xbf16, #sinter.dims<"rows", "40">> to f32
  return %y : tensor<?x40xf32, #sinter.dims<"rows", "40">>
}
