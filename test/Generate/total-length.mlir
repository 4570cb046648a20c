// A choice by the length of the text is made by the prompt's total in each
// chunk: with "past + seq" the first chunks would choose otherwise.
// RUN: sinter-opt %s "--sinter-generate=max-length=64 prefill-chunk=16" -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --steps --random-params
//
// CHECK: kind = "cache", state = "fused"
// CHECK-LABEL: func.func @step(
// CHECK: %[[T:.*]] = sinter.symbolic <"total">
// CHECK: %[[C:.*]] = sinter.compare gt, %[[T]]
// CHECK: sinter.select %[[C]]
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"},
    %pk: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.key"},
    %pv: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.value"})
    -> (tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.key"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.value"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %wq = sinter.param "wq" in "w" [512, 512] : tensor<8x16xf32>
  %wk = sinter.param "wk" in "w" [1024, 256] : tensor<8x8xf32>
  %head = sinter.param "head" in "w" [1280, 1024] : tensor<16x16xf32>
  %length = sinter.symbolic <"past + seq"> : tensor<i64>
  %bound = sinter.constant dense<5> : tensor<i64> : tensor<i64>
  %is_long = sinter.compare gt, %length, %bound : tensor<i64>, tensor<i64>
  %short_factor = sinter.constant dense<1.0> : tensor<f32> : tensor<f32>
  %long_factor = sinter.constant dense<0.5> : tensor<f32> : tensor<f32>
  %factor = sinter.select %is_long, %long_factor, %short_factor : tensor<i1>, tensor<f32>, tensor<f32>
  %rows = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %x = sinter.mul %rows, %factor : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<f32>
  %q0 = sinter.matmul %x, %wq : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<8x16xf32>
  %q1 = sinter.reshape %q0 : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> to tensor<?x?x2x8xf32, #sinter.dims<"batch", "seq", "2", "8">>
  %q = sinter.transpose %q1 [0, 2, 1, 3] : tensor<?x?x2x8xf32, #sinter.dims<"batch", "seq", "2", "8">>
  %k0 = sinter.matmul %x, %wk : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<8x8xf32>
  %k1 = sinter.reshape %k0 : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %v1 = sinter.reshape %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %k = sinter.concat %pk, %k1 axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %v = sinter.concat %pv, %v1 axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %a = sinter.attention %q, %k, %v scale 0.5 {causal} : tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
  %b = sinter.transpose %a [0, 2, 1, 3] : tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "seq", "8">>
  %c = sinter.reshape %b : tensor<?x?x2x8xf32, #sinter.dims<"batch", "seq", "2", "8">> to tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
  %y = sinter.matmul %c, %head : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<16x16xf32>
  return %y, %k, %v : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
}
