// RUN: sinter-opt --sinter-fuse-activations %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x8xf32, #sinter.dims<"n", "8">>
!s = tensor<f32>

// CHECK: sinter.report =
// CHECK-SAME: {kind = "activation", reason = "its constants are those of no known activation", state = "missed", where = "quick_gelu"}
// CHECK-SAME: {kind = "gated_mlp", reason = "the activation is used elsewhere, too", state = "missed", where = "shared"}

// CHECK-LABEL: func @silu
// CHECK-NEXT: sinter.activation silu, %arg0
// CHECK-NEXT: return
func.func @silu(%x: !x) -> !x {
  %0 = sinter.sigmoid %x : !x
  %1 = sinter.mul %0, %x : !x, !x
  return %1 : !x
}

// CHECK-LABEL: func @silu_by_exp
// CHECK-NEXT: sinter.activation silu, %arg0
// CHECK-NEXT: return
func.func @silu_by_exp(%x: !x) -> !x {
  %one = sinter.constant dense<1.0> : !s : !s
  %0 = sinter.neg %x : !x
  %1 = sinter.exp %0 : !x
  %2 = sinter.add %one, %1 : !s, !x
  %3 = sinter.div %one, %2 : !s, !x
  %4 = sinter.mul %x, %3 : !x, !x
  return %4 : !x
}

// CHECK-LABEL: func @gated
// CHECK-NEXT: sinter.gated silu, %arg0, %arg1
// CHECK-NEXT: return
func.func @gated(%g: !x, %u: !x) -> !x {
  %0 = sinter.sigmoid %g : !x
  %1 = sinter.mul %g, %0 : !x, !x
  %2 = sinter.mul %u, %1 : !x, !x
  return %2 : !x
}

// x itself is a sum, which must not be taken for a part of the formula.
// CHECK-LABEL: func @gelu
// CHECK: %[[X:.*]] = sinter.add %arg0, %arg1
// CHECK-NEXT: sinter.activation gelu, %[[X]]
// CHECK-NEXT: return
func.func @gelu(%a: !x, %b: tensor<8xf32>) -> !x {
  %one = sinter.constant dense<1.0> : !s : !s
  %half = sinter.constant dense<0.5> : !s : !s
  %root = sinter.constant dense<1.41421354> : !s : !s
  %x = sinter.add %a, %b : !x, tensor<8xf32>
  %0 = sinter.div %x, %root : !x, !s
  %1 = sinter.erf %0 : !x
  %2 = sinter.add %1, %one : !x, !s
  %3 = sinter.mul %x, %2 : !x, !x
  %4 = sinter.mul %3, %half : !x, !s
  return %4 : !x
}

// x * (0.5 + 0.5 erf(x * 0.7071))
// CHECK-LABEL: func @gelu_inside
// CHECK-NEXT: sinter.activation gelu, %arg0
func.func @gelu_inside(%x: !x) -> !x {
  %half = sinter.constant dense<0.5> : !s : !s
  %root = sinter.constant dense<0.707106769> : !s : !s
  %0 = sinter.mul %root, %x : !s, !x
  %1 = sinter.erf %0 : !x
  %2 = sinter.mul %half, %1 : !s, !x
  %3 = sinter.add %half, %2 : !s, !x
  %4 = sinter.mul %3, %x : !x, !x
  return %4 : !x
}

// 0.5 x (1 + tanh(0.7979 (x + 0.0447 x^3)))
// CHECK-LABEL: func @gelu_tanh
// CHECK-NEXT: sinter.activation gelu_tanh, %arg0
// CHECK-NEXT: return
func.func @gelu_tanh(%x: !x) -> !x {
  %one = sinter.constant dense<1.0> : !s : !s
  %three = sinter.constant dense<3.0> : !s : !s
  %half = sinter.constant dense<0.5> : !s : !s
  %a = sinter.constant dense<0.0447149985> : !s : !s
  %c = sinter.constant dense<0.797884583> : !s : !s
  %0 = sinter.mul %x, %half : !x, !s
  %1 = sinter.pow %x, %three : !x, !s
  %2 = sinter.mul %1, %a : !x, !s
  %3 = sinter.add %x, %2 : !x, !x
  %4 = sinter.mul %3, %c : !x, !s
  %5 = sinter.tanh %4 : !x
  %6 = sinter.add %5, %one : !x, !s
  %7 = sinter.mul %0, %6 : !x, !x
  return %7 : !x
}

// x * (0.5 * (tanh(x * 0.7979 * (1 + 0.0447 x x)) + 1))
// CHECK-LABEL: func @gelu_tanh_factored
// CHECK-NEXT: sinter.activation gelu_tanh, %arg0
// CHECK-NEXT: return
func.func @gelu_tanh_factored(%x: !x) -> !x {
  %one = sinter.constant dense<1.0> : !s : !s
  %half = sinter.constant dense<0.5> : !s : !s
  %a = sinter.constant dense<0.0447149985> : !s : !s
  %c = sinter.constant dense<0.797884583> : !s : !s
  %0 = sinter.mul %x, %x : !x, !x
  %1 = sinter.mul %a, %0 : !s, !x
  %2 = sinter.add %one, %1 : !s, !x
  %3 = sinter.mul %x, %c : !x, !s
  %4 = sinter.mul %3, %2 : !x, !x
  %5 = sinter.tanh %4 : !x
  %6 = sinter.add %5, %one : !x, !s
  %7 = sinter.mul %half, %6 : !s, !x
  %8 = sinter.mul %x, %7 : !x, !x
  return %8 : !x
}

// CHECK-LABEL: func @relu
// CHECK-NEXT: sinter.activation relu, %arg0
func.func @relu(%x: !x) -> !x {
  %0 = sinter.relu %x : !x
  return %0 : !x
}

// x sigmoid(1.702 x)
// CHECK-LABEL: func @quick_gelu
// CHECK-NOT: sinter.activation
func.func @quick_gelu(%x: !x) -> !x {
  %c = sinter.constant dense<1.702> : !s : !s
  %0 = sinter.mul %x, %c : !x, !s
  %1 = sinter.sigmoid %0 : !x loc("quick_gelu")
  %2 = sinter.mul %x, %1 : !x, !x
  return %2 : !x
}

// A sigmoid alone is no candidate.
// CHECK-LABEL: func @gate
// CHECK-NOT: sinter.activation
func.func @gate(%x: !x, %y: !x) -> !x {
  %0 = sinter.sigmoid %x : !x
  %1 = sinter.mul %0, %y : !x, !x
  return %1 : !x
}

// CHECK-LABEL: func @shared
// CHECK: %[[A:.*]] = sinter.activation silu
// CHECK: sinter.mul %arg1, %[[A]]
func.func @shared(%g: !x, %u: !x) -> (!x, !x) {
  %0 = sinter.sigmoid %g : !x
  %1 = sinter.mul %g, %0 : !x, !x loc("shared")
  %2 = sinter.mul %u, %1 : !x, !x
  return %2, %1 : !x, !x
}
