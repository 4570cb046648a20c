// RUN: sinter-opt %s --sinter-flatten-elementwise --split-input-file | FileCheck %s

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#column = affine_map<(d0, d1, d2) -> (d2)>

// A loop over a view of a matmul's rows, whose result the next matmul takes by
// rows again: no view is left. The number of rows is known at the entry.
// CHECK-LABEL: func.func @between(
// CHECK-NEXT: %[[ROWS:.*]] = arith.muli %{{.*}}, %{{.*}} : index
// CHECK-NOT: collapse_shape
// CHECK: %[[Y:.*]] = sinter.inner_matmul
// CHECK: %[[E:.*]] = tensor.empty(%[[ROWS]]) : tensor<?x32xf32>
// CHECK: %[[Z:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]} ins(%[[Y]], %{{.*}} : tensor<?x32xf32>, tensor<32xf32>) outs(%[[E]] : tensor<?x32xf32>)
// CHECK: sinter.inner_matmul ins(%[[Z]],
func.func @between(%x: tensor<?x8xf32>, %w: tensor<1x8x32xf32>, %v: tensor<1x32x32xf32>, %c: tensor<32xf32>, %y: tensor<?x32xf32>, %b: index, %s: index) -> tensor<?x32xf32> {
  %0 = sinter.inner_matmul ins(%x, %w : tensor<?x8xf32>, tensor<1x8x32xf32>) outs(%y : tensor<?x32xf32>) -> tensor<?x32xf32>
  %1 = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%b, %s, 32] : tensor<?x32xf32> into tensor<?x?x32xf32>
  %2 = tensor.empty(%b, %s) : tensor<?x?x32xf32>
  %3 = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %c : tensor<?x?x32xf32>, tensor<32xf32>) outs(%2 : tensor<?x?x32xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<?x?x32xf32>
  %4 = tensor.collapse_shape %3 [[0, 1], [2]] : tensor<?x?x32xf32> into tensor<?x32xf32>
  %5 = sinter.inner_matmul ins(%4, %v : tensor<?x32xf32>, tensor<1x32x32xf32>) outs(%y : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %5 : tensor<?x32xf32>
}

// -----

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#batch = affine_map<(d0, d1, d2) -> (d0, d2)>

// What differs by batch entry needs that dimension.
// CHECK-LABEL: func.func @by_batch(
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
func.func @by_batch(%x: tensor<?x8xf32>, %w: tensor<1x8x32xf32>, %c: tensor<?x32xf32>, %y: tensor<?x32xf32>, %b: index, %s: index) -> tensor<?x?x32xf32> {
  %0 = sinter.inner_matmul ins(%x, %w : tensor<?x8xf32>, tensor<1x8x32xf32>) outs(%y : tensor<?x32xf32>) -> tensor<?x32xf32>
  %1 = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%b, %s, 32] : tensor<?x32xf32> into tensor<?x?x32xf32>
  %2 = tensor.empty(%b, %s) : tensor<?x?x32xf32>
  %3 = linalg.generic {indexing_maps = [#id, #batch, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %c : tensor<?x?x32xf32>, tensor<?x32xf32>) outs(%2 : tensor<?x?x32xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<?x?x32xf32>
  return %3 : tensor<?x?x32xf32>
}
