// RUN: sinter-opt --sinter-roll %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x8xf32, #sinter.dims<"rows", "8">>
!m = tensor<?xi1, #sinter.dims<"rows">>
!b = tensor<?x1xf32, #sinter.dims<"rows", "1">>

sinter.table @a0 : tensor<1x8x32xf32> {
  %0 = sinter.param "a0" in "w.bin" [0, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @a1 : tensor<1x8x32xf32> {
  %0 = sinter.param "a1" in "w.bin" [1024, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @a2 : tensor<1x8x32xf32> {
  %0 = sinter.param "a2" in "w.bin" [2048, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @b0 : tensor<1x8x32xf32> {
  %0 = sinter.param "b0" in "w.bin" [3072, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @b1 : tensor<1x8x32xf32> {
  %0 = sinter.param "b1" in "w.bin" [4096, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @b2 : tensor<1x8x32xf32> {
  %0 = sinter.param "b2" in "w.bin" [5120, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @b3 : tensor<1x8x32xf32> {
  %0 = sinter.param "b3" in "w.bin" [6144, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @c : tensor<1x8x32xf32> {
  %0 = sinter.param "c" in "w.bin" [7168, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @cn0 : tensor<8xf32> {
  %0 = sinter.param "cn0" in "w.bin" [8192, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}
sinter.table @cn1 : tensor<8xf32> {
  %0 = sinter.param "cn1" in "w.bin" [8224, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}
sinter.table @cn2 : tensor<8xf32> {
  %0 = sinter.param "cn2" in "w.bin" [8256, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}
sinter.table @d0 : tensor<1x8x32xf32> {
  %0 = sinter.param "d0" in "w.bin" [8288, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @d1 : tensor<1x8x32xf32> {
  %0 = sinter.param "d1" in "w.bin" [9312, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @d2 : tensor<1x8x32xf32> {
  %0 = sinter.param "d2" in "w.bin" [10336, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @e0 : tensor<1x8x32xf32> {
  %0 = sinter.param "e0" in "w.bin" [11360, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @e1 : tensor<1x8x32xf32> {
  %0 = sinter.param "e1" in "w.bin" [12384, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @e2 : tensor<1x8x32xf32> {
  %0 = sinter.param "e2" in "w.bin" [13408, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @f0 : tensor<1x8x32xf32> {
  %0 = sinter.param "f0" in "w.bin" [14432, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @f1 : tensor<1x8x32xf32> {
  %0 = sinter.param "f1" in "w.bin" [15456, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @f2 : tensor<1x8x32xf32> {
  %0 = sinter.param "f2" in "w.bin" [16480, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @f3 : tensor<1x8x32xf32> {
  %0 = sinter.param "f3" in "w.bin" [17504, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}

// The first layer has no sum, the last one another activation; the mask is
// computed where the first layer needs it.
// CHECK-LABEL: func.func @ends_differ
// CHECK: sinter.activation silu
// CHECK: %[[M:.*]] = sinter.reshape
// CHECK: %[[R:.*]] = scf.for %{{.*}} = %c0{{.*}} to %c3{{.*}} step %c1{{.*}} iter_args(%[[H:.*]] = %{{.*}}) -> (tensor<?x8xf32
// CHECK-NOT: sinter.reshape
// CHECK: sinter.mul %{{.*}}, %[[M]]
// CHECK: scf.yield
// CHECK: sinter.activation gelu, %[[R]]
func.func @ends_differ(%x: !x, %mask: !m) -> !x {
  %one = sinter.constant dense<1.0> : tensor<f32> : tensor<f32>
  %zero = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %x0 = sinter.activation silu, %x : !x
  %f = sinter.select %mask, %one, %zero : !m, tensor<f32>, tensor<f32>
  %m = sinter.reshape %f : tensor<?xf32, #sinter.dims<"rows">> to !b
  %w0 = sinter.load @a0 : tensor<1x8x32xf32>
  %p0 = sinter.packed_matmul %x0, %w0 : !x, tensor<1x8x32xf32> -> !x
  %q0 = sinter.mul %p0, %m : !x, !b
  %x1 = sinter.add %x0, %q0 : !x, !x
  %w1 = sinter.load @a1 : tensor<1x8x32xf32>
  %p1 = sinter.packed_matmul %x1, %w1 : !x, tensor<1x8x32xf32> -> !x
  %q1 = sinter.mul %p1, %m : !x, !b
  %x2 = sinter.add %x1, %q1 : !x, !x
  %w2 = sinter.load @a2 : tensor<1x8x32xf32>
  %p2 = sinter.packed_matmul %x2, %w2 : !x, tensor<1x8x32xf32> -> !x
  %q2 = sinter.mul %p2, %m : !x, !b
  %x3 = sinter.add %x2, %q2 : !x, !x
  %y = sinter.activation gelu, %x3 : !x
  return %y : !x
}

// Every second layer is another: one step of the loop is two layers.
// CHECK-LABEL: func.func @alternate
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c2
// CHECK: sinter.activation silu
// CHECK: sinter.activation gelu
// CHECK: scf.yield
// CHECK-NOT: sinter.activation
func.func @alternate(%x0: !x) -> !x {
  %w0 = sinter.load @b0 : tensor<1x8x32xf32>
  %p0 = sinter.packed_matmul %x0, %w0 : !x, tensor<1x8x32xf32> -> !x
  %q0 = sinter.activation silu, %p0 : !x
  %x1 = sinter.add %x0, %q0 : !x, !x
  %w1 = sinter.load @b1 : tensor<1x8x32xf32>
  %p1 = sinter.packed_matmul %x1, %w1 : !x, tensor<1x8x32xf32> -> !x
  %q1 = sinter.activation gelu, %p1 : !x
  %x2 = sinter.add %x1, %q1 : !x, !x
  %w2 = sinter.load @b2 : tensor<1x8x32xf32>
  %p2 = sinter.packed_matmul %x2, %w2 : !x, tensor<1x8x32xf32> -> !x
  %q2 = sinter.activation silu, %p2 : !x
  %x3 = sinter.add %x2, %q2 : !x, !x
  %w3 = sinter.load @b3 : tensor<1x8x32xf32>
  %p3 = sinter.packed_matmul %x3, %w3 : !x, tensor<1x8x32xf32> -> !x
  %q3 = sinter.activation gelu, %p3 : !x
  %x4 = sinter.add %x3, %q3 : !x, !x
  return %x4 : !x
}

// All layers share one matrix: it stays a table with one entry.
// CHECK-LABEL: func.func @shared
// CHECK: scf.for
// CHECK: sinter.load @c : tensor<1x8x32xf32>
// CHECK: sinter.load @{{[a-z0-9_]+}}[%{{.*}}] : tensor<8xf32>
func.func @shared(%x0: !x) -> !x {
  %w0 = sinter.load @c : tensor<1x8x32xf32>
  %p0 = sinter.packed_matmul %x0, %w0 : !x, tensor<1x8x32xf32> -> !x
  %n0 = sinter.load @cn0 : tensor<8xf32>
  %q0 = sinter.rms_norm %p0, %n0 axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  %x1 = sinter.add %x0, %q0 : !x, !x
  %w1 = sinter.load @c : tensor<1x8x32xf32>
  %p1 = sinter.packed_matmul %x1, %w1 : !x, tensor<1x8x32xf32> -> !x
  %n1 = sinter.load @cn1 : tensor<8xf32>
  %q1 = sinter.rms_norm %p1, %n1 axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  %x2 = sinter.add %x1, %q1 : !x, !x
  %w2 = sinter.load @c : tensor<1x8x32xf32>
  %p2 = sinter.packed_matmul %x2, %w2 : !x, tensor<1x8x32xf32> -> !x
  %n2 = sinter.load @cn2 : tensor<8xf32>
  %q2 = sinter.rms_norm %p2, %n2 axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  %x3 = sinter.add %x2, %q2 : !x, !x
  return %x3 : !x
}

// What each layer gives away has no place in a loop.
// CHECK-LABEL: func.func @outputs
// CHECK-NOT: scf.for
func.func @outputs(%x0: !x) -> (!x, !x, !x) {
  %w0 = sinter.load @d0 : tensor<1x8x32xf32>
  %p0 = sinter.packed_matmul %x0, %w0 : !x, tensor<1x8x32xf32> -> !x
  %x1 = sinter.add %x0, %p0 : !x, !x
  %w1 = sinter.load @d1 : tensor<1x8x32xf32>
  %p1 = sinter.packed_matmul %x1, %w1 : !x, tensor<1x8x32xf32> -> !x
  %x2 = sinter.add %x1, %p1 : !x, !x
  %w2 = sinter.load @d2 : tensor<1x8x32xf32>
  %p2 = sinter.packed_matmul %x2, %w2 : !x, tensor<1x8x32xf32> -> !x
  %x3 = sinter.add %x2, %p2 : !x, !x
  return %x1, %x2, %x3 : !x, !x, !x
}

// A value that skips a layer is no value of the layer before.
// CHECK-LABEL: func.func @skips
// CHECK-NOT: scf.for
func.func @skips(%a: !x, %x0: !x) -> !x {
  %w0 = sinter.load @e0 : tensor<1x8x32xf32>
  %p0 = sinter.packed_matmul %x0, %w0 : !x, tensor<1x8x32xf32> -> !x
  %x1 = sinter.add %p0, %a : !x, !x
  %w1 = sinter.load @e1 : tensor<1x8x32xf32>
  %p1 = sinter.packed_matmul %x1, %w1 : !x, tensor<1x8x32xf32> -> !x
  %x2 = sinter.add %p1, %x0 : !x, !x
  %w2 = sinter.load @e2 : tensor<1x8x32xf32>
  %p2 = sinter.packed_matmul %x2, %w2 : !x, tensor<1x8x32xf32> -> !x
  %x3 = sinter.add %p2, %x1 : !x, !x
  return %x3 : !x
}

// Two stacks of layers are two loops.
// CHECK-LABEL: func.func @stacks
// CHECK: scf.for
// CHECK: sinter.activation silu
// CHECK: scf.yield
// CHECK: sinter.activation relu
// CHECK: scf.for
// CHECK: sinter.activation gelu
// CHECK: scf.yield
func.func @stacks(%x0: !x) -> !x {
  %w0 = sinter.load @f0 : tensor<1x8x32xf32>
  %p0 = sinter.packed_matmul %x0, %w0 : !x, tensor<1x8x32xf32> -> !x
  %q0 = sinter.activation silu, %p0 : !x
  %x1 = sinter.add %x0, %q0 : !x, !x
  %w1 = sinter.load @f1 : tensor<1x8x32xf32>
  %p1 = sinter.packed_matmul %x1, %w1 : !x, tensor<1x8x32xf32> -> !x
  %q1 = sinter.activation silu, %p1 : !x
  %x2 = sinter.add %x1, %q1 : !x, !x
  %r = sinter.activation relu, %x2 : !x
  %w2 = sinter.load @f2 : tensor<1x8x32xf32>
  %p2 = sinter.packed_matmul %r, %w2 : !x, tensor<1x8x32xf32> -> !x
  %q2 = sinter.activation gelu, %p2 : !x
  %x3 = sinter.add %r, %q2 : !x, !x
  %w3 = sinter.load @f3 : tensor<1x8x32xf32>
  %p3 = sinter.packed_matmul %x3, %w3 : !x, tensor<1x8x32xf32> -> !x
  %q3 = sinter.activation gelu, %p3 : !x
  %x4 = sinter.add %x3, %q3 : !x, !x
  return %x4 : !x
}
