// A chain of elementwise ops becomes one loop nest; a value with two users is
// computed once.
// RUN: sinter-opt %s --sinter-lower-to-linalg --canonicalize --sinter-fuse-elementwise | FileCheck %s

// CHECK-LABEL: func.func @forward(
// CHECK: linalg.generic
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: arith.mulf
// CHECK: linalg.yield
// CHECK-NOT: linalg.generic
func.func @forward(%x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"}) -> (tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "y"}) attributes {sinter.entry = "forward"} {
  %a = sinter.exp %x : tensor<?x8xf32, #sinter.dims<"rows", "8">>
  %b = sinter.add %a, %x : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<?x8xf32, #sinter.dims<"rows", "8">>
  %y = sinter.mul %b, %x : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<?x8xf32, #sinter.dims<"rows", "8">>
  return %y : tensor<?x8xf32, #sinter.dims<"rows", "8">>
}
