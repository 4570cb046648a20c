// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @constant_c1() {
  // expected-error@+1 {{C1: the value's type 'tensor<2xf32>' is not the result's, 'tensor<3xf32>'}}
  %0 = sinter.constant dense<1.0> : tensor<2xf32> : tensor<3xf32>
  return
}

// -----

func.func @param_c1() {
  // expected-error@+1 {{C1: [0, 12] is not the size of 'tensor<4xf32>'}}
  %0 = sinter.param "w" in "w.bin"[0, 12] : tensor<4xf32>
  return
}

// -----

func.func @param_c1_dynamic() {
  // expected-error@+1 {{C1: [0, 16] is not the size of 'tensor<?xf32>'}}
  %0 = sinter.param "w" in "w.bin"[0, 16] : tensor<?xf32>
  return
}

// -----

func.func @param_c1_overflow() {
  // expected-error@+1 {{C1: [9223372036854775807, 16] is not the size of 'tensor<4xf32>'}}
  %0 = sinter.param "w" in "w.bin"[9223372036854775807, 16] : tensor<4xf32>
  return
}

// -----

func.func @param_c1_elements() {
  // expected-error@+1 {{C1: [0, 0] is not the size of 'tensor<4611686018427387904x4xf32>'}}
  %0 = sinter.param "w" in "w.bin"[0, 0] : tensor<4611686018427387904x4xf32>
  return
}

// -----

func.func @param_c2() {
  // expected-error@+1 {{C2: file '../w.bin' must be relative and stay inside the model's folder}}
  %0 = sinter.param "w" in "../w.bin"[0, 16] : tensor<4xf32>
  return
}

// -----

func.func @param_c2_absolute() {
  // expected-error@+1 {{C2: file '/w.bin' must be relative and stay inside the model's folder}}
  %0 = sinter.param "w" in "/w.bin"[0, 16] : tensor<4xf32>
  return
}

// -----

func.func @param_c2_inside() {
  // expected-error@+1 {{C2: file 'a/../../w.bin' must be relative and stay inside the model's folder}}
  %0 = sinter.param "w" in "a/../../w.bin"[0, 16] : tensor<4xf32>
  return
}

// -----

func.func @param_c2_empty() {
  // expected-error@+1 {{C2: file '' must be relative and stay inside the model's folder}}
  %0 = sinter.param "w" in ""[0, 16] : tensor<4xf32>
  return
}

// -----

func.func @tabulate_c1() {
  // expected-error@+1 {{C1: the body takes tensor<n x i64> and yields 'tensor<4xf32>'}}
  %0 = sinter.tabulate {
  ^bb0(%p: tensor<3xi64>):
    %1 = sinter.constant dense<1.0> : tensor<4xf32> : tensor<4xf32>
    sinter.yield %1 : tensor<4xf32>
  } : tensor<4xf32>
  return
}

// -----

func.func @tabulate_c1_yield() {
  // expected-error@+1 {{C1: the body takes tensor<n x i64> and yields 'tensor<4xf32>'}}
  %0 = sinter.tabulate {
  ^bb0(%p: tensor<4xi64>):
    sinter.yield %p : tensor<4xi64>
  } : tensor<4xf32>
  return
}

// -----

// The table of @table_c1.
// expected-error@+1 {{C1: every entry must yield one 'tensor<2xf32>'}}
sinter.table @table_c1 : tensor<2xf32> {
  %0 = sinter.constant dense<1.0> : tensor<3xf32> : tensor<3xf32>
  sinter.yield %0 : tensor<3xf32>
}

// -----

// expected-error@+1 {{C1: the type must be a static tensor}}
sinter.table @table_c1_dynamic : tensor<?xf32> {
  %0 = sinter.constant dense<1.0> : tensor<3xf32> : tensor<3xf32>
  sinter.yield %0 : tensor<3xf32>
}

// -----

sinter.table @w : tensor<2xf32> {
  %0 = sinter.constant dense<1.0> : tensor<2xf32> : tensor<2xf32>
  sinter.yield %0 : tensor<2xf32>
}, {
  %0 = sinter.constant dense<2.0> : tensor<2xf32> : tensor<2xf32>
  sinter.yield %0 : tensor<2xf32>
}
func.func @load_c1(%i: index) {
  // expected-error@+1 {{C1: @w is no table of 'tensor<3xf32>'}}
  %0 = sinter.load @w[%i] : tensor<3xf32>
  return
}

// -----

func.func @load_c1_missing(%i: index) {
  // expected-error@+1 {{C1: @nothing is no table of 'tensor<3xf32>'}}
  %0 = sinter.load @nothing[%i] : tensor<3xf32>
  return
}

// -----

sinter.table @w : tensor<2xf32> {
  %0 = sinter.constant dense<1.0> : tensor<2xf32> : tensor<2xf32>
  sinter.yield %0 : tensor<2xf32>
}, {
  %0 = sinter.constant dense<2.0> : tensor<2xf32> : tensor<2xf32>
  sinter.yield %0 : tensor<2xf32>
}
func.func @load_c2() {
  // expected-error@+1 {{C2: @w has 2 entries: say which}}
  %0 = sinter.load @w : tensor<2xf32>
  return
}

// -----

func.func @pack_c1(%x: tensor<?x4xf32>) {
  // expected-error@+1 {{C1: needs static matrices and positive lanes}}
  %0 = sinter.pack %x lanes 4 : tensor<?x4xf32>
  return
}

// -----

func.func @pack_c1_lanes(%x: tensor<4x4xf32>) {
  // expected-error@+1 {{C1: needs static matrices and positive lanes}}
  %0 = sinter.pack %x lanes 0 : tensor<4x4xf32>
  return
}

// -----

func.func @pack_c2(%x: tensor<8x8xbf16>) {
  // expected-error@+1 {{C2: interleave must be positive, not 0}}
  %0 = sinter.pack %x lanes 4 interleave 0 : tensor<8x8xbf16>
  return
}
