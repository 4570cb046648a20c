// RUN: sinter-opt --sinter-fuse-norms %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
!m = tensor<?x?x1xf32, #sinter.dims<"batch", "seq", "1">>
!w = tensor<8xf32>
!s = tensor<f32>

// CHECK: sinter.report =
// CHECK-SAME: {kind = "rms_norm", state = "fused", where = "pow_reciprocal"}
// CHECK-SAME: {kind = "rms_norm", state = "fused", where = "square_quotient"}
// CHECK-SAME: {kind = "rms_norm", state = "fused", where = "power"}
// CHECK-SAME: {kind = "rms_norm", state = "fused", where = "half"}
// CHECK-SAME: {kind = "rms_norm", state = "fused", where = "no_scale"}
// CHECK-SAME: {kind = "layer_norm", state = "fused", where = "layer"}
// CHECK-SAME: {kind = "rms_norm", state = "fused", where = "no_epsilon"}
// CHECK-SAME: {kind = "rms_norm", reason = "no constant is added to the mean of squares", state = "missed", where = "no_constant"}
// CHECK-SAME: {kind = "rms_norm", reason = "another value is normalised than was squared", state = "missed", where = "other_value"}
// CHECK-SAME: {kind = "rms_norm", reason = "a value inside of it is used elsewhere", state = "missed", where = "escapes"}
// CHECK-SAME: {kind = "rms_norm", reason = "the mean is not over the last dimensions", state = "missed", where = "first_dimension"}

// CHECK-LABEL: func @pow_reciprocal
// CHECK-NEXT: %[[Y:.*]] = sinter.rms_norm %arg0, %arg1 axis 2 epsilon 9.9999997473787516E-6
// CHECK-NEXT: return %[[Y]]
func.func @pow_reciprocal(%x: !x, %w: !w) -> !x {
  %two = sinter.constant dense<2.0> : !s : !s
  %eps = sinter.constant dense<1.0e-5> : !s : !s
  %0 = sinter.pow %x, %two : !x, !s
  %1 = sinter.reduce mean, %0 axes [2] keepdims : !x loc("pow_reciprocal")
  %2 = sinter.add %1, %eps : !m, !s
  %3 = sinter.sqrt %2 : !m
  %4 = sinter.reciprocal %3 : !m
  %5 = sinter.mul %x, %4 : !x, !m
  %6 = sinter.mul %w, %5 : !w, !x
  return %6 : !x
}

// The mean lost its dimension and got it back; epsilon stands left; the scale
// stands right and has unit dimensions.
// CHECK-LABEL: func @square_quotient
// CHECK-NEXT: %[[W:.*]] = sinter.reshape %arg1 : tensor<1x1x8xf32> to tensor<8xf32>
// CHECK-NEXT: %[[Y:.*]] = sinter.rms_norm %arg0, %[[W]] axis 2
// CHECK-NEXT: return %[[Y]]
func.func @square_quotient(%x: !x, %w: tensor<1x1x8xf32>) -> !x {
  %eps = sinter.constant dense<1.0e-5> : tensor<1xf32> : tensor<1xf32>
  %0 = sinter.mul %x, %x : !x, !x
  %1 = sinter.reduce mean, %0 axes [2] : !x loc("square_quotient")
  %2 = sinter.reshape %1 : tensor<?x?xf32, #sinter.dims<"batch", "seq">> to !m
  %3 = sinter.add %eps, %2 : tensor<1xf32>, !m
  %4 = sinter.sqrt %3 : !m
  %5 = sinter.div %x, %4 : !x, !m
  %6 = sinter.mul %5, %w : !x, tensor<1x1x8xf32>
  return %6 : !x
}

// f16 around f32; the scale is multiplied in first.
// CHECK-LABEL: func @power
// CHECK: %[[X:.*]] = sinter.cast %arg0 : tensor<4x8xf16> to f32
// CHECK-NEXT: %[[Y:.*]] = sinter.rms_norm %[[X]], %arg1 axis 1
// CHECK-NEXT: sinter.cast %[[Y]] : tensor<4x8xf32> to f16
func.func @power(%x: tensor<4x8xf16>, %w: !w) -> tensor<4x8xf16> {
  %half = sinter.constant dense<-0.5> : !s : !s
  %eps = sinter.constant dense<1.0e-6> : !s : !s
  %0 = sinter.cast %x : tensor<4x8xf16> to f32
  %1 = sinter.mul %0, %0 : tensor<4x8xf32>, tensor<4x8xf32>
  %2 = sinter.reduce mean, %1 axes [1] keepdims : tensor<4x8xf32> loc("power")
  %3 = sinter.add %2, %eps : tensor<4x1xf32>, !s
  %4 = sinter.pow %3, %half : tensor<4x1xf32>, !s
  %5 = sinter.mul %w, %0 : !w, tensor<4x8xf32>
  %6 = sinter.mul %5, %4 : tensor<4x8xf32>, tensor<4x1xf32>
  %7 = sinter.cast %6 : tensor<4x8xf32> to f16
  return %7 : tensor<4x8xf16>
}

// The cast back to f16 stands before the scale: the op's own rounding.
// CHECK-LABEL: func @half
// CHECK-NEXT: sinter.rms_norm %arg0, %arg1 axis 1
// CHECK-NEXT: return
func.func @half(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  %eps = sinter.constant dense<1.0e-6> : !s : !s
  %0 = sinter.cast %x : tensor<4x8xf16> to f32
  %1 = sinter.mul %0, %0 : tensor<4x8xf32>, tensor<4x8xf32>
  %2 = sinter.reduce mean, %1 axes [1] keepdims : tensor<4x8xf32> loc("half")
  %3 = sinter.add %2, %eps : tensor<4x1xf32>, !s
  %4 = sinter.sqrt %3 : tensor<4x1xf32>
  %5 = sinter.div %0, %4 : tensor<4x8xf32>, tensor<4x1xf32>
  %6 = sinter.cast %5 : tensor<4x8xf32> to f16
  %7 = sinter.mul %w, %6 : tensor<8xf16>, tensor<4x8xf16>
  return %7 : tensor<4x8xf16>
}

// CHECK-LABEL: func @no_scale
// CHECK: %[[ONES:.*]] = sinter.constant dense<1.000000e+00> : tensor<8xf32>
// CHECK: sinter.rms_norm %arg0, %[[ONES]]
func.func @no_scale(%x: !x, %y: !x) -> !x {
  %one = sinter.constant dense<1.0> : !s : !s
  %eps = sinter.constant dense<1.0e-5> : !s : !s
  %0 = sinter.mul %x, %x : !x, !x
  %1 = sinter.reduce mean, %0 axes [2] keepdims : !x loc("no_scale")
  %2 = sinter.add %1, %eps : !m, !s
  %3 = sinter.sqrt %2 : !m
  %4 = sinter.div %one, %3 : !s, !m
  %5 = sinter.mul %x, %4 : !x, !m
  %6 = sinter.mul %y, %5 : !x, !x
  return %6 : !x
}

// CHECK-LABEL: func @layer
// CHECK-NEXT: %[[Y:.*]] = sinter.layer_norm %arg0, %arg1, %arg2 axis 2 epsilon 9.9999997473787516E-6
// CHECK-NEXT: return %[[Y]]
func.func @layer(%x: !x, %w: !w, %b: !w) -> !x {
  %two = sinter.constant dense<2.0> : !s : !s
  %eps = sinter.constant dense<1.0e-5> : !s : !s
  %0 = sinter.reduce mean, %x axes [2] keepdims : !x
  %1 = sinter.sub %x, %0 : !x, !m
  %2 = sinter.pow %1, %two : !x, !s
  %3 = sinter.reduce mean, %2 axes [2] keepdims : !x loc("layer")
  %4 = sinter.add %3, %eps : !m, !s
  %5 = sinter.sqrt %4 : !m
  %6 = sinter.div %1, %5 : !x, !m
  %7 = sinter.mul %6, %w : !x, !w
  %8 = sinter.add %7, %b : !x, !w
  return %8 : !x
}

// An epsilon too small for an exporter to keep.
// CHECK-LABEL: func @no_epsilon
// CHECK-NEXT: sinter.constant
// CHECK-NEXT: sinter.rms_norm %arg0, %{{.*}} axis 2 epsilon 0.000000e+00
func.func @no_epsilon(%x: !x) -> !x {
  %0 = sinter.mul %x, %x : !x, !x
  %1 = sinter.reduce mean, %0 axes [2] keepdims : !x loc("no_epsilon")
  %2 = sinter.sqrt %1 : !m
  %3 = sinter.div %x, %2 : !x, !m
  return %3 : !x
}

// CHECK-LABEL: func @no_constant
// CHECK-NOT: rms_norm
func.func @no_constant(%x: !x, %e: !s) -> !x {
  %0 = sinter.mul %x, %x : !x, !x
  %1 = sinter.reduce mean, %0 axes [2] keepdims : !x loc("no_constant")
  %square = sinter.mul %e, %e : !s, !s
  %2 = sinter.add %1, %square : !m, !s
  %3 = sinter.sqrt %2 : !m
  %4 = sinter.div %x, %3 : !x, !m
  return %4 : !x
}

// CHECK-LABEL: func @other_value
// CHECK-NOT: rms_norm
func.func @other_value(%x: !x, %y: !x) -> !x {
  %eps = sinter.constant dense<1.0e-5> : !s : !s
  %0 = sinter.mul %x, %x : !x, !x
  %1 = sinter.reduce mean, %0 axes [2] keepdims : !x loc("other_value")
  %2 = sinter.add %1, %eps : !m, !s
  %3 = sinter.sqrt %2 : !m
  %4 = sinter.div %y, %3 : !x, !m
  return %4 : !x
}

// CHECK-LABEL: func @escapes
// CHECK-NOT: rms_norm
func.func @escapes(%x: !x) -> (!x, !m) {
  %eps = sinter.constant dense<1.0e-5> : !s : !s
  %0 = sinter.mul %x, %x : !x, !x
  %1 = sinter.reduce mean, %0 axes [2] keepdims : !x loc("escapes")
  %2 = sinter.add %1, %eps : !m, !s
  %3 = sinter.sqrt %2 : !m
  %4 = sinter.div %x, %3 : !x, !m
  return %4, %3 : !x, !m
}

// CHECK-LABEL: func @first_dimension
// CHECK-NOT: rms_norm
func.func @first_dimension(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %eps = sinter.constant dense<1.0e-5> : !s : !s
  %0 = sinter.mul %x, %x : tensor<4x8xf32>, tensor<4x8xf32>
  %1 = sinter.reduce mean, %0 axes [0] keepdims : tensor<4x8xf32> loc("first_dimension")
  %2 = sinter.add %1, %eps : tensor<1x8xf32>, !s
  %3 = sinter.sqrt %2 : tensor<1x8xf32>
  %4 = sinter.div %x, %3 : tensor<4x8xf32>, tensor<1x8xf32>
  return %4 : tensor<4x8xf32>
}
