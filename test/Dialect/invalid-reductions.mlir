// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @reduce_c1(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: axes must be distinct, ascending and in 0 .. 1}}
  %0 = sinter.reduce sum, %x axes [2] : tensor<2x3xf32>
  return
}

// -----

func.func @reduce_c1_order(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: axes must be distinct, ascending}}
  %0 = sinter.reduce sum, %x axes [1, 0] : tensor<2x3xf32>
  return
}

// -----

func.func @reduce_c1_negative(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: axes must be distinct, ascending}}
  %0 = sinter.reduce sum, %x axes [-1] : tensor<2x3xf32>
  return
}

// -----

func.func @softmax_c1(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: axis 2 is not in 0 .. 1}}
  %0 = sinter.softmax %x axis 2 : tensor<2x3xf32>
  return
}

// -----

func.func @cumsum_c1(%x: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: axis 2 is not in 0 .. 1}}
  %0 = sinter.cumsum %x axis 2 : tensor<2x3xf32>
  return
}

// -----

func.func @matmul_c1(%a: tensor<3xf32>, %b: tensor<3x2xf32>) {
  // expected-error@+1 {{C1: needs rank 2 or more and one element type}}
  %0 = sinter.matmul %a, %b : tensor<3xf32>, tensor<3x2xf32>
  return
}

// -----

func.func @matmul_c1_type(%a: tensor<2x3xf32>, %b: tensor<3x2xf16>) {
  // expected-error@+1 {{C1: needs rank 2 or more and one element type}}
  %0 = sinter.matmul %a, %b : tensor<2x3xf32>, tensor<3x2xf16>
  return
}

// -----

func.func @matmul_c2(%a: tensor<2x3xf32>, %b: tensor<4x2xf32>) {
  // expected-error@+1 {{C2: inner sizes differ}}
  %0 = sinter.matmul %a, %b : tensor<2x3xf32>, tensor<4x2xf32>
  return
}

// -----

func.func @matmul_c2_symbolic(%a: tensor<2x?xf32, #sinter.dims<"2", "n">>,
                              %b: tensor<?x2xf32, #sinter.dims<"n + 1", "2">>) {
  // expected-error@+1 {{C2: inner sizes differ}}
  %0 = sinter.matmul %a, %b : tensor<2x?xf32, #sinter.dims<"2", "n">>, tensor<?x2xf32, #sinter.dims<"n + 1", "2">>
  return
}

// -----

func.func @matmul_c3(%a: tensor<2x2x3xf32>, %b: tensor<3x3x2xf32>) {
  // expected-error@+1 {{C3: leading sizes do not broadcast}}
  %0 = sinter.matmul %a, %b : tensor<2x2x3xf32>, tensor<3x3x2xf32>
  return
}
