// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @reshape_c1(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: element counts differ}}
  %0 = sinter.reshape %x : tensor<2x3xf32> to tensor<7xf32>
  return
}

// -----

func.func @reshape_c1_symbolic(%x: tensor<?xf32, #sinter.dims<"n">>) {
  // expected-error@+1 {{C1: element counts differ}}
  %0 = sinter.reshape %x : tensor<?xf32, #sinter.dims<"n">> to tensor<?xf32, #sinter.dims<"n + 2">>
  return
}

// -----

func.func @reshape_c1_rank(%x: tensor<2x3xf32>, %s: tensor<1x2xi64>) {
  // expected-error@+1 {{C1: shape must have rank 1}}
  %0 = sinter.reshape %x shape %s : tensor<1x2xi64> : tensor<2x3xf32> to tensor<?x?xf32>
  return
}

// -----

func.func @reshape_c2(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C2: element types differ}}
  %0 = sinter.reshape %x : tensor<2x3xf32> to tensor<6xf16>
  return
}

// -----

func.func @broadcast_to_c1(%x: tensor<2xf32>) {
  // expected-error@+1 {{C1: 'tensor<2xf32>' does not broadcast to 'tensor<4x3xf32>'}}
  %0 = sinter.broadcast_to %x : tensor<2xf32> to tensor<4x3xf32>
  return
}

// -----

func.func @broadcast_to_c1_rank(%x: tensor<1x2xf32>) {
  // expected-error@+1 {{C1: 'tensor<1x2xf32>' does not broadcast to 'tensor<2xf32>'}}
  %0 = sinter.broadcast_to %x : tensor<1x2xf32> to tensor<2xf32>
  return
}

// -----

func.func @broadcast_to_c1_shrinks(%x: tensor<2xf32>) {
  // expected-error@+1 {{C1: 'tensor<2xf32>' does not broadcast to 'tensor<1xf32>'}}
  %0 = sinter.broadcast_to %x : tensor<2xf32> to tensor<1xf32>
  return
}

// -----

func.func @broadcast_to_c2(%x: tensor<1xf32>) {
  // expected-error@+1 {{C2: element types differ}}
  %0 = sinter.broadcast_to %x : tensor<1xf32> to tensor<2xf64>
  return
}

// -----

func.func @transpose_c1(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: perm is no permutation of 0 .. 1}}
  %0 = sinter.transpose %x [0, 2] : tensor<2x3xf32>
  return
}

// -----

func.func @transpose_c1_twice(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: perm is no permutation of 0 .. 1}}
  %0 = sinter.transpose %x [1, 1] : tensor<2x3xf32>
  return
}

// -----

func.func @transpose_c1_short(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: perm has 1 entries, x has rank 2}}
  %0 = sinter.transpose %x [0] : tensor<2x3xf32>
  return
}

// -----

func.func @concat_c1(%x: tensor<2x3xf32>, %y: tensor<2xf32>) {
  // expected-error@+1 {{C1: rank or element type differs}}
  %0 = sinter.concat %x, %y axis 0 : tensor<2x3xf32>, tensor<2xf32>
  return
}

// -----

func.func @concat_c1_type(%x: tensor<2xf32>, %y: tensor<2xf16>) {
  // expected-error@+1 {{C1: rank or element type differs}}
  %0 = sinter.concat %x, %y axis 0 : tensor<2xf32>, tensor<2xf16>
  return
}

// -----

func.func @concat_c1_nothing() {
  // expected-error@+2 {{C1: nothing to join}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = "sinter.concat"() {axis = 0 : i64} : () -> tensor<1xf32>
  return
}

// -----

func.func @concat_c2(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C2: axis -1 is not in 0 .. 1}}
  %0 = sinter.concat %x, %x axis -1 : tensor<2x3xf32>, tensor<2x3xf32>
  return
}

// -----

func.func @concat_c3(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error@+1 {{C3: sizes differ in dimension 1}}
  %0 = sinter.concat %x, %y axis 0 : tensor<2x3xf32>, tensor<2x4xf32>
  return
}

// -----

func.func @slice_c1(%x: tensor<4xf32>, %s: tensor<1xi64>) {
  // expected-error@+1 {{C1: either offsets and strides or operands}}
  %0 = sinter.slice %x from %s to %s : tensor<1xi64>, tensor<1xi64> offsets <"0"> strides [1] : tensor<4xf32> -> tensor<2xf32>
  return
}

// -----

func.func @slice_c1_neither(%x: tensor<4xf32>) {
  // expected-error@+1 {{C1: either offsets and strides or operands}}
  %0 = sinter.slice %x : tensor<4xf32> -> tensor<2xf32>
  return
}

// -----

func.func @slice_c1_no_ends(%x: tensor<4xf32>, %s: tensor<1xi64>) {
  // expected-error@+1 {{C1: starts and ends come together}}
  %0 = "sinter.slice"(%x, %s) {operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>} : (tensor<4xf32>, tensor<1xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @slice_c2(%x: tensor<4x4xf32>) {
  // expected-error@+1 {{C2: offsets and strides need one entry a dimension}}
  %0 = sinter.slice %x offsets <"0"> strides [1, 1] : tensor<4x4xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @slice_c2_rank(%x: tensor<4x4xf32>) {
  // expected-error@+1 {{C2: rank and element type of the result must be x's}}
  %0 = sinter.slice %x offsets <"0", "0"> strides [1, 1] : tensor<4x4xf32> -> tensor<2xf32>
  return
}

// -----

func.func @slice_c2_stride(%x: tensor<4xf32>) {
  // expected-error@+1 {{C2: stride of dimension 0 is 0}}
  %0 = sinter.slice %x offsets <"0"> strides [0] : tensor<4xf32> -> tensor<2xf32>
  return
}

// -----

func.func @slice_c3(%x: tensor<4xf32>) {
  // expected-error@+1 {{C3: dimension 0 takes elements outside 0 .. 3}}
  %0 = sinter.slice %x offsets <"2"> strides [1] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @slice_c3_backwards(%x: tensor<4xf32>) {
  // expected-error@+1 {{C3: dimension 0 takes elements outside 0 .. 3}}
  %0 = sinter.slice %x offsets <"1"> strides [-1] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @slice_c3_overflow(%x: tensor<4xf32>) {
  // expected-error@+1 {{C3: dimension 0 takes elements outside 0 .. 3}}
  %0 = sinter.slice %x offsets <"0"> strides [9223372036854775807] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @gather_c1(%x: tensor<4xf32>, %i: tensor<2xi64>) {
  // expected-error@+1 {{C1: axis 1 is not in 0 .. 0}}
  %0 = sinter.gather %x[%i] axis 1 : tensor<4xf32>, tensor<2xi64>
  return
}

// -----

func.func @compress_c1(%x: tensor<4x3xf32>, %m: tensor<4xi1>) {
  // expected-error@+1 {{C1: axis 1 of 'tensor<4x3xf32>' with a mask of 'tensor<4xi1>'}}
  %0 = sinter.compress %x where %m axis 1 : tensor<4x3xf32>, tensor<4xi1> to tensor<4x?xf32>
  return
}

// -----

func.func @compress_c2(%x: tensor<4x3xf32>, %m: tensor<4xi1>) {
  // expected-error@+1 {{C2: 'tensor<4x3xf32>' along axis 0 does not give 'tensor<?x2xf32>'}}
  %0 = sinter.compress %x where %m axis 0 : tensor<4x3xf32>, tensor<4xi1> to tensor<?x2xf32>
  return
}

// -----

func.func @compress_c2_static(%x: tensor<4x3xf32>, %m: tensor<4xi1>) {
  // expected-error@+1 {{C2: 'tensor<4x3xf32>' along axis 0 does not give 'tensor<2x3xf32>'}}
  %0 = sinter.compress %x where %m axis 0 : tensor<4x3xf32>, tensor<4xi1> to tensor<2x3xf32>
  return
}

// -----

func.func @gather_nd_c1(%x: tensor<4x4xf32>, %i: tensor<2x3xi64>) {
  // expected-error@+1 {{C1: the last size of indices must be static and in 1 .. rank - batch_dims}}
  %0 = sinter.gather_nd %x[%i] : tensor<4x4xf32>, tensor<2x3xi64>
  return
}

// -----

func.func @gather_nd_c2(%x: tensor<4x4xf32>, %i: tensor<2x1xi64>) {
  // expected-error@+1 {{C2: batch_dims 2 is out of range}}
  %0 = sinter.gather_nd %x[%i] batch_dims 2 : tensor<4x4xf32>, tensor<2x1xi64>
  return
}

// -----

func.func @gather_nd_c2_sizes(%x: tensor<4x4xf32>, %i: tensor<2x1xi64>) {
  // expected-error@+1 {{C2: batch sizes differ in dimension 0}}
  %0 = sinter.gather_nd %x[%i] batch_dims 1 : tensor<4x4xf32>, tensor<2x1xi64>
  return
}

// -----

func.func @shape_of_c1(%x: tensor<4x4xf32>) {
  // expected-error@+1 {{C1: 1 to 3 is outside the rank of 'tensor<4x4xf32>'}}
  %0 = sinter.shape_of %x 1 to 3 : tensor<4x4xf32>
  return
}

// -----

func.func @symbolic_c1() {
  // expected-error@+1 {{C1: 1 expressions for 'tensor<2xi64>'}}
  %0 = sinter.symbolic <"n"> : tensor<2xi64>
  return
}

// -----

func.func @range_c1(%a: tensor<1xi64>) {
  // expected-error@+1 {{C1: operands must have rank 0 and the result's element type}}
  %0 = sinter.range %a, %a, %a : tensor<1xi64> to tensor<?xi64>
  return
}

// -----

func.func @range_c1_type(%a: tensor<i64>) {
  // expected-error@+1 {{C1: operands must have rank 0 and the result's element type}}
  %0 = sinter.range %a, %a, %a : tensor<i64> to tensor<?xf32>
  return
}

// -----

func.func @range_c1_rank(%a: tensor<i64>) {
  // expected-error@+1 {{C1: the result has rank 1}}
  %0 = sinter.range %a, %a, %a : tensor<i64> to tensor<?x?xi64>
  return
}

// -----

func.func @trilu_c1(%a: tensor<4xi64>) {
  // expected-error@+1 {{C1: rank must be at least 2}}
  %0 = sinter.trilu %a : tensor<4xi64>
  return
}

// -----

func.func @scatter_nd_c1(%x: tensor<4x3xf32>, %i: tensor<2x3xi64>, %u: tensor<2xf32>) {
  // expected-error@+1 {{C1: the last size of indices must be static and in 1 .. rank}}
  %0 = sinter.scatter_nd write, %x[%i], %u : tensor<4x3xf32>, tensor<2x3xi64>, tensor<2xf32>
  return
}

// -----

func.func @scatter_nd_c2(%x: tensor<4x3xf32>, %i: tensor<2x1xi64>, %u: tensor<2xf32>) {
  // expected-error@+1 {{C2: updates do not fit: 'tensor<2xf32>'}}
  %0 = sinter.scatter_nd write, %x[%i], %u : tensor<4x3xf32>, tensor<2x1xi64>, tensor<2xf32>
  return
}

// -----

func.func @scatter_nd_c3(%x: tensor<4xi1>, %i: tensor<2x1xi64>, %u: tensor<2xi1>) {
  // expected-error@+1 {{C3: bool elements cannot be folded}}
  %0 = sinter.scatter_nd add, %x[%i], %u : tensor<4xi1>, tensor<2x1xi64>, tensor<2xi1>
  return
}
