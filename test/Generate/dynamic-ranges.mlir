// The range of a dynamically quantized tensor is that of each row of a step, as
// in calls of one row; without a past there are no such calls.
// RUN: sinter-opt %s --split-input-file "--sinter-generate=max-length=64 prefill-chunk=16" | FileCheck %s

// CHECK: kind = "step", reason = "the dynamic ranges of 1 tensors are those of each position, as if tokens were stepped one by one", state = "note"
// CHECK-LABEL: func.func @step(
// CHECK: sinter.reduce max, %{{.*}} axes [0, 2] keepdims : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>
// CHECK: sinter.reduce min, %{{.*}} axes [0, 2] keepdims : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>
// CHECK: sinter.div %{{.*}}, %{{.*}} : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>, tensor<?x1xf32, #sinter.dims<"rows", "1">>
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"},
    %pk: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.key"},
    %pv: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.value"})
    -> (tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.key"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.value"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %head = sinter.param "head" in "w" [512, 512] : tensor<8x16xf32>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q = sinter.reshape %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %k = sinter.concat %pk, %q axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %v = sinter.concat %pv, %q axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %a = sinter.attention %q, %k, %v scale 0.5 {causal} : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
  %h = sinter.reshape %a : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">> to tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %zero = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %levels = sinter.constant dense<255.0> : tensor<f32> : tensor<f32>
  %most = sinter.reduce max, %h axes [0, 1, 2] : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %high = sinter.max %most, %zero : tensor<f32>, tensor<f32>
  %least = sinter.reduce min, %h axes [0, 1, 2] : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %low = sinter.min %least, %zero : tensor<f32>, tensor<f32>
  %range = sinter.sub %high, %low : tensor<f32>, tensor<f32>
  %scale = sinter.div %range, %levels : tensor<f32>, tensor<f32>
  %t = sinter.div %h, %scale : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<f32>
  %n = sinter.round %t : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %m = sinter.matmul %n, %head : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<8x16xf32>
  %y = sinter.mul %m, %scale : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<f32>
  return %y, %k, %v : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
}

// -----

// CHECK-NOT: dynamic ranges
// CHECK-LABEL: func.func @step(
// CHECK: sinter.reduce max, %{{.*}} axes [0, 1, 2]
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"})
    -> (tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %head = sinter.param "head" in "w" [512, 512] : tensor<8x16xf32>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %zero = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %most = sinter.reduce max, %x axes [0, 1, 2] : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %high = sinter.max %most, %zero : tensor<f32>, tensor<f32>
  %least = sinter.reduce min, %x axes [0, 1, 2] : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %low = sinter.min %least, %zero : tensor<f32>, tensor<f32>
  %range = sinter.sub %high, %low : tensor<f32>, tensor<f32>
  %t = sinter.div %x, %range : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<f32>
  %y = sinter.matmul %t, %head : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<8x16xf32>
  return %y : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
}
