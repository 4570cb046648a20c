// What @step takes as logits: the result as wide as the embedding has rows or
// else a product with weights, as f32; those of the last position become those
// of all. Other results are dropped, and the report says so.
// RUN: sinter-opt %s --split-input-file "--sinter-generate=max-length=64 prefill-chunk=16" | FileCheck %s

// In f16, beside the hidden states.
// CHECK: kind = "step", reason = "output 'hidden' is no part of a step and is not computed", state = "note"
// CHECK-LABEL: func.func @step(
// CHECK-SAME: -> (tensor<?x16xf32, #sinter.dims<"wanted", "16">>
// CHECK: sinter.slice %{{.*}} offsets <"rows - wanted", "0", "0">
// CHECK: sinter.matmul
// CHECK-SAME: tensor<1x?x8xf16, #sinter.dims<"1", "wanted", "8">>
// CHECK: sinter.cast %{{.*}} : tensor<?x16xf16, #sinter.dims<"wanted", "16">> to f32
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"},
    %pk: tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.key"},
    %pv: tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.value"})
    -> (tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">> {sinter.name = "hidden"},
        tensor<?x?x16xf16, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"},
        tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.key"},
        tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.value"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 256] : tensor<16x8xf16>
  %head = sinter.param "head" in "w" [256, 256] : tensor<8x16xf16>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf16>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q = sinter.reshape %x : tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>
  %k = sinter.concat %pk, %q axis 2 : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>
  %v = sinter.concat %pv, %q axis 2 : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>
  %a = sinter.attention %q, %k, %v scale 0.5 {causal} : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">>
  %h = sinter.reshape %a : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">> to tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">>
  %y = sinter.matmul %h, %head : tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">>, tensor<8x16xf16>
  return %h, %y, %k, %v : tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">>, tensor<?x?x16xf16, #sinter.dims<"batch", "seq", "16">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">>
}

// -----

// The last position's alone, picked by an index.
// CHECK-LABEL: func.func @step(
// CHECK: sinter.slice %{{.*}} offsets <"rows - wanted", "0", "0">
// CHECK: sinter.softmax
// CHECK: sinter.matmul
// CHECK-SAME: tensor<?x8xf32, #sinter.dims<"wanted", "8">>
// CHECK-NOT: sinter.gather
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"})
    -> (tensor<?x16xf32, #sinter.dims<"batch", "16">> {sinter.name = "logits"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %head = sinter.param "head" in "w" [512, 512] : tensor<8x16xf32>
  %last = sinter.constant dense<-1> : tensor<i64> : tensor<i64>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q = sinter.reshape %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %a = sinter.attention %q, %q, %q scale 0.5 {causal} : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %h = sinter.reshape %a : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">> to tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %p = sinter.gather %h[%last] axis 1 : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<i64>
  %n = sinter.softmax %p axis 1 : tensor<?x8xf32, #sinter.dims<"batch", "8">>
  %y = sinter.matmul %n, %head : tensor<?x8xf32, #sinter.dims<"batch", "8">>, tensor<8x16xf32>
  return %y : tensor<?x16xf32, #sinter.dims<"batch", "16">>
}

// -----

// The first position's are no logits of a step.
// CHECK: kind = "cache", reason = "its logits are not those of every position, nor of the last"
// CHECK-LABEL: func.func @forward(
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"})
    -> (tensor<?x16xf32, #sinter.dims<"batch", "16">> {sinter.name = "logits"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %head = sinter.param "head" in "w" [512, 512] : tensor<8x16xf32>
  %first = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q = sinter.reshape %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %a = sinter.attention %q, %q, %q scale 0.5 {causal} : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %h = sinter.reshape %a : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">> to tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %p = sinter.gather %h[%first] axis 1 : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<i64>
  %y = sinter.matmul %p, %head : tensor<?x8xf32, #sinter.dims<"batch", "8">>, tensor<8x16xf32>
  return %y : tensor<?x16xf32, #sinter.dims<"batch", "16">>
}

// -----

// Hidden states are no logits, though there is a cache.
// CHECK: kind = "cache", reason = "it has no logits [batch, sequence, vocabulary]"
// CHECK-LABEL: func.func @forward(
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"},
    %pk: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.key"})
    -> (tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> {sinter.name = "hidden"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.key"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q = sinter.reshape %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %k = sinter.concat %pk, %q axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %h = sinter.add %x, %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  return %h, %k : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
}

// -----

// The caller's past is f32, the model computes in f16: so does the cache.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: !sinter.cache<1 x 1 x 256 x 8 x 8 x f16>
// CHECK-NOT: sinter.cast %arg4
// CHECK: sinter.cache_append
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"},
    %pk: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.key"},
    %pv: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.value"})
    -> (tensor<?x?x16xf16, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.key"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.value"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 256] : tensor<16x8xf16>
  %head = sinter.param "head" in "w" [256, 256] : tensor<8x16xf16>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf16>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q = sinter.reshape %x : tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>
  %hk = sinter.cast %pk : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> to f16
  %hv = sinter.cast %pv : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> to f16
  %k = sinter.concat %hk, %q axis 2 : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>
  %v = sinter.concat %hv, %q axis 2 : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>
  %a = sinter.attention %q, %k, %v scale 0.5 {causal} : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">>
  %h = sinter.reshape %a : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "seq", "8">> to tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">>
  %y = sinter.matmul %h, %head : tensor<?x?x8xf16, #sinter.dims<"batch", "seq", "8">>, tensor<8x16xf16>
  %ok = sinter.cast %k : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">> to f32
  %ov = sinter.cast %v : tensor<?x1x?x8xf16, #sinter.dims<"batch", "1", "past + seq", "8">> to f32
  return %y, %ok, %ov : tensor<?x?x16xf16, #sinter.dims<"batch", "seq", "16">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
}
