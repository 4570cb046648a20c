// RUN: sinter-opt %s --sinter-narrow-cache="element=bf16" | FileCheck %s
// RUN: not sinter-opt %s --sinter-narrow-cache="element=i8" 2>&1 | FileCheck %s --check-prefix=BAD

// BAD: error: no float type i8

!k = tensor<?x2x8xf32, #sinter.dims<"rows", "2", "8">>
!q = tensor<?x4x8xf32, #sinter.dims<"rows", "4", "8">>
!c = !sinter.cache<1 x 2 x 64 x 8 x 8 x f32>

// CHECK: func.func @step({{.*}}!sinter.cache<1 x 2 x 64 x 8 x 8 x bf16>) -> (tensor<?x4x8xf32, {{.*}}>, !sinter.cache<1 x 2 x 64 x 8 x 8 x bf16>)
// CHECK: sinter.cache_append {{.*}} : <1 x 2 x 64 x 8 x 8 x bf16>, tensor<?x2x8xf32
// CHECK: sinter.cached_attention {{.*}} <1 x 2 x 64 x 8 x 8 x bf16> -> tensor<?x4x8xf32
func.func @step(%q: !q, %k: !k, %past: index {sinter.symbol = "past"}, %cache: !c) -> (!q, !c) {
  %layer = arith.constant 0 : index
  %next = sinter.cache_append %cache[%layer], %k, %k at %past : !c, !k, !k
  %y = sinter.cached_attention %q, %next[%layer] at %past scale 0.5 : !q, !c -> !q
  return %y, %next : !q, !c
}
