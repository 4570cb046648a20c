// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @add_c1(%a: tensor<4xf32>, %b: tensor<4xf16>) {
  // expected-error@+1 {{C1: element types differ: 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = sinter.add %a, %b : tensor<4xf32>, tensor<4xf16>
  return
}

// -----

func.func @add_c2(%a: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{C2: shapes do not broadcast: 'tensor<2x4xf32>' and 'tensor<3xf32>'}}
  %0 = sinter.add %a, %b : tensor<2x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @sub_c1(%a: tensor<4xf32>, %b: tensor<4xf16>) {
  // expected-error@+1 {{C1: element types differ: 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = sinter.sub %a, %b : tensor<4xf32>, tensor<4xf16>
  return
}

// -----

func.func @sub_c2(%a: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{C2: shapes do not broadcast: 'tensor<2x4xf32>' and 'tensor<3xf32>'}}
  %0 = sinter.sub %a, %b : tensor<2x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @mul_c1(%a: tensor<4xf32>, %b: tensor<4xf16>) {
  // expected-error@+1 {{C1: element types differ: 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = sinter.mul %a, %b : tensor<4xf32>, tensor<4xf16>
  return
}

// -----

func.func @mul_c2(%a: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{C2: shapes do not broadcast: 'tensor<2x4xf32>' and 'tensor<3xf32>'}}
  %0 = sinter.mul %a, %b : tensor<2x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @div_c1(%a: tensor<4xf32>, %b: tensor<4xf16>) {
  // expected-error@+1 {{C1: element types differ: 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = sinter.div %a, %b : tensor<4xf32>, tensor<4xf16>
  return
}

// -----

func.func @div_c2(%a: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{C2: shapes do not broadcast: 'tensor<2x4xf32>' and 'tensor<3xf32>'}}
  %0 = sinter.div %a, %b : tensor<2x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @min_c1(%a: tensor<4xf32>, %b: tensor<4xf16>) {
  // expected-error@+1 {{C1: element types differ: 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = sinter.min %a, %b : tensor<4xf32>, tensor<4xf16>
  return
}

// -----

func.func @min_c2(%a: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{C2: shapes do not broadcast: 'tensor<2x4xf32>' and 'tensor<3xf32>'}}
  %0 = sinter.min %a, %b : tensor<2x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @max_c1(%a: tensor<4xf32>, %b: tensor<4xf16>) {
  // expected-error@+1 {{C1: element types differ: 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = sinter.max %a, %b : tensor<4xf32>, tensor<4xf16>
  return
}

// -----

func.func @max_c2(%a: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{C2: shapes do not broadcast: 'tensor<2x4xf32>' and 'tensor<3xf32>'}}
  %0 = sinter.max %a, %b : tensor<2x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @and_c1(%a: tensor<4xi1>, %b: tensor<4xi8>) {
  // expected-error@+1 {{C1: element types differ}}
  %0 = sinter.and %a, %b : tensor<4xi1>, tensor<4xi8>
  return
}

// -----

func.func @and_c2(%a: tensor<4xi1>, %b: tensor<3xi1>) {
  // expected-error@+1 {{C2: shapes do not broadcast}}
  %0 = sinter.and %a, %b : tensor<4xi1>, tensor<3xi1>
  return
}

// -----

func.func @or_c1(%a: tensor<4xi1>, %b: tensor<4xi8>) {
  // expected-error@+1 {{C1: element types differ}}
  %0 = sinter.or %a, %b : tensor<4xi1>, tensor<4xi8>
  return
}

// -----

func.func @or_c2(%a: tensor<4xi1>, %b: tensor<3xi1>) {
  // expected-error@+1 {{C2: shapes do not broadcast}}
  %0 = sinter.or %a, %b : tensor<4xi1>, tensor<3xi1>
  return
}

// -----

func.func @xor_c1(%a: tensor<4xi1>, %b: tensor<4xi8>) {
  // expected-error@+1 {{C1: element types differ}}
  %0 = sinter.xor %a, %b : tensor<4xi1>, tensor<4xi8>
  return
}

// -----

func.func @xor_c2(%a: tensor<4xi1>, %b: tensor<3xi1>) {
  // expected-error@+1 {{C2: shapes do not broadcast}}
  %0 = sinter.xor %a, %b : tensor<4xi1>, tensor<3xi1>
  return
}

// -----

func.func @pow_c1(%a: tensor<2xf32>, %b: tensor<3xi64>) {
  // expected-error@+1 {{C1: shapes do not broadcast}}
  %0 = sinter.pow %a, %b : tensor<2xf32>, tensor<3xi64>
  return
}

// -----

func.func @compare_c1(%a: tensor<2xi32>, %b: tensor<2xi64>) {
  // expected-error@+1 {{C1: element types differ}}
  %0 = sinter.compare lt, %a, %b : tensor<2xi32>, tensor<2xi64>
  return
}

// -----

func.func @compare_c1_bool(%a: tensor<2xi1>) {
  // expected-error@+1 {{C1: bool has no order, only eq and ne}}
  %0 = sinter.compare lt, %a, %a : tensor<2xi1>, tensor<2xi1>
  return
}

// -----

func.func @compare_c2(%a: tensor<2xi64>, %b: tensor<3xi64>) {
  // expected-error@+1 {{C2: shapes do not broadcast}}
  %0 = sinter.compare eq, %a, %b : tensor<2xi64>, tensor<3xi64>
  return
}

// -----

func.func @select_c1(%c: tensor<2xi1>, %a: tensor<2xf32>, %b: tensor<2xf64>) {
  // expected-error@+1 {{C1: element types differ}}
  %0 = sinter.select %c, %a, %b : tensor<2xi1>, tensor<2xf32>, tensor<2xf64>
  return
}

// -----

func.func @select_c2(%c: tensor<3xi1>, %a: tensor<2xf32>) {
  // expected-error@+1 {{C2: shapes do not broadcast}}
  %0 = sinter.select %c, %a, %a : tensor<3xi1>, tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @gated_c1(%a: tensor<2xf32>, %b: tensor<2xf16>) {
  // expected-error@+1 {{C1: element types differ}}
  %0 = sinter.gated silu, %a, %b : tensor<2xf32>, tensor<2xf16>
  return
}

// -----

func.func @gated_c1_shapes(%a: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{C1: shapes do not broadcast}}
  %0 = sinter.gated silu, %a, %b : tensor<2xf32>, tensor<3xf32>
  return
}

// -----

// Operand types of a family.
func.func @exp_of_integers(%a: tensor<2xi32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor of 16-bit float or bfloat16 type or 32-bit float or 64-bit float values}}
  %0 = sinter.exp %a : tensor<2xi32>
  return
}

// -----

func.func @wrong_result(%a: tensor<2xf32>) {
  // expected-error@+2 {{inferred type(s) 'tensor<2xf32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = "sinter.exp"(%a) : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @symbols_that_differ_by_one(
    %a: tensor<?xf32, #sinter.dims<"n">>, %b: tensor<?xf32, #sinter.dims<"n + 1">>) {
  // Symbolic sizes may both be 1: only numbers clash.
  %0 = sinter.add %a, %b : tensor<?xf32, #sinter.dims<"n">>, tensor<?xf32, #sinter.dims<"n + 1">>
  return
}
