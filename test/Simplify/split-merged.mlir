// Batch and heads that are merged for a product and split after it stay apart.
// RUN: sinter-opt %s --sinter-simplify -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t
!q = tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "seq", "8">>
!k = tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "all", "8">>
!mq = tensor<?x?x8xf32, #sinter.dims<"2*batch", "seq", "8">>
!mk = tensor<?x?x8xf32, #sinter.dims<"2*batch", "all", "8">>
!mt = tensor<?x8x?xf32, #sinter.dims<"2*batch", "8", "all">>
!ms = tensor<?x?x?xf32, #sinter.dims<"2*batch", "seq", "all">>
!s = tensor<?x2x?x?xf32, #sinter.dims<"batch", "2", "seq", "all">>

// CHECK-LABEL: func.func @attention(
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<{{.*}}, %[[K:[a-z0-9]*]]: tensor<{{.*}}, %{{.*}}: tensor<
// CHECK: %[[T:.*]] = sinter.transpose %[[K]] [0, 1, 3, 2]
// CHECK: %[[S:.*]] = sinter.matmul %[[Q]], %[[T]]
// CHECK: %[[M:.*]] = sinter.mul %[[S]],
// CHECK: %[[B:.*]] = sinter.add %[[M]], %{{.*}} : {{.*}}, tensor<?x2x1x?xf32, #sinter.dims<"batch", "2", "1", "all">>
// CHECK: %[[P:.*]] = sinter.softmax %[[B]] axis 3
// CHECK: sinter.matmul %[[P]], %[[K]]
// CHECK-NEXT: return
func.func @attention(%q: !q, %k: !k, %slopes: tensor<?x2x?xf32, #sinter.dims<"batch", "2", "all">>) -> !q {
  %half = sinter.constant dense<0.5> : tensor<f32> : tensor<f32>
  %0 = sinter.reshape %q : !q to !mq
  %1 = sinter.reshape %k : !k to !mk
  %2 = sinter.transpose %1 [0, 2, 1] : !mk
  %3 = sinter.matmul %0, %2 : !mq, !mt
  %4 = sinter.mul %3, %half : !ms, tensor<f32>
  %alibi = sinter.reshape %slopes : tensor<?x2x?xf32, #sinter.dims<"batch", "2", "all">> to tensor<?x1x?xf32, #sinter.dims<"2*batch", "1", "all">>
  %b = sinter.add %4, %alibi : !ms, tensor<?x1x?xf32, #sinter.dims<"2*batch", "1", "all">>
  %5 = sinter.softmax %b axis 2 : !ms
  %6 = sinter.matmul %5, %1 : !ms, !mk
  %7 = sinter.reshape %6 : !mq to !q
  return %7 : !q
}

// Something else is added to the merged scores: they stay.
// CHECK-LABEL: func.func @biased(
// CHECK: sinter.matmul %{{.*}} : tensor<?x?x8xf32, #sinter.dims<"2*batch", "seq", "8">>
// CHECK: sinter.add
func.func @biased(%q: !q, %k: !k, %b: !ms) -> !s {
  %0 = sinter.reshape %q : !q to !mq
  %1 = sinter.reshape %k : !k to !mk
  %2 = sinter.transpose %1 [0, 2, 1] : !mk
  %3 = sinter.matmul %0, %2 : !mq, !mt
  %4 = sinter.add %3, %b : !ms, !ms
  %5 = sinter.reshape %4 : !ms to !s
  return %5 : !s
}

// A softmax of opset 12, as ONNX converts it.
// CHECK-LABEL: func.func @flat_softmax(
// CHECK-NEXT: sinter.softmax %arg0 axis 3
// CHECK-NEXT: return
func.func @flat_softmax(%s: !s) -> !s {
  %0 = sinter.reshape %s : !s to tensor<?x?xf32, #sinter.dims<"2*batch*seq", "all">>
  %1 = sinter.softmax %0 axis 1 : tensor<?x?xf32, #sinter.dims<"2*batch*seq", "all">>
  %2 = sinter.reshape %1 : tensor<?x?xf32, #sinter.dims<"2*batch*seq", "all">> to !s
  return %2 : !s
}
