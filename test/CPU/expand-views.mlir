// Several dynamic sizes in one group: sizes as given, strides from behind.
// RUN: sinter-opt %s --sinter-expand-views | FileCheck %s

// CHECK-LABEL: func.func @split(
// CHECK-SAME: %{{.*}}: memref<?x8xf32>, %[[A:.*]]: index, %[[B:.*]]: index)
// CHECK: memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%[[A]], %[[B]], 8], strides: [%{{.*}}, 8, 1]
func.func @split(%x: memref<?x8xf32>, %a: index, %b: index) -> memref<?x?x8xf32> {
  %y = memref.expand_shape %x [[0, 1], [2]] output_shape [%a, %b, 8] : memref<?x8xf32> into memref<?x?x8xf32>
  return %y : memref<?x?x8xf32>
}
