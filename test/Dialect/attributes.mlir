// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK: module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "+avx2,+fma", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>}
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "+avx2,+fma", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  // CHECK: func.func @dims(%{{.*}}: tensor<?x?x64xf32, #sinter.dims<"batch", "past + seq", "64">>, %{{.*}}: tensor<?xi64, #sinter.dims<"floordiv(n, 2) - 1">>, %{{.*}}: tensor<?xi64, #sinter.dims<"?">>)
  func.func @dims(%a: tensor<?x?x64xf32, #sinter.dims<"batch", "past + seq", "64">>,
                  %b: tensor<?xi64, #sinter.dims<"floordiv(n, 2) - 1">>,
                  %c: tensor<?xi64, #sinter.dims<"?">>) {
    return
  }
  // CHECK: func.func private @plan() attributes {plan = #sinter.arena_buffer<name = "a", until = "b", offset = 64, bytes = 128, first = 0, last = 3>}
  func.func private @plan() attributes {plan = #sinter.arena_buffer<name = "a", until = "b", offset = 64, bytes = 128, first = 0, last = 3>}
  // CHECK: module attributes {sinter.use = #sinter.use<flag = "use_cache_branch", value = true>}
  module attributes {sinter.use = #sinter.use<flag = "use_cache_branch", value = true>} {
  }
  // CHECK: func.func @cache(%{{.*}}: !sinter.cache<30 x 3 x 2048 x 64 x 64 x f32>)
  func.func @cache(%a: !sinter.cache<30 x 3 x 2048 x 64 x 64 x f32>) {
    return
  }
}
