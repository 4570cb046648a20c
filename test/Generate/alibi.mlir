// A bias of a slope times the distance is read off the mask: cached attention
// adds it by itself.
// RUN: sinter-opt %s "--sinter-generate=max-length=64 prefill-chunk=16" -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --steps --random-params
// RUN: sinter-opt %t --sinter-layout --sinter-tile-pipeline -o %t.loops
// RUN: sinter-equiv %t %t.loops --random-params
//
// CHECK: kind = "cache", state = "fused"
// CHECK: %[[S:.*]] = sinter.constant dense<[2.500000e-01, 6.250000e-02]>
// CHECK: sinter.cached_attention {{.*}} slopes %[[S]] : tensor<2xf32>
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
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q0 = sinter.matmul %x, %wq : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<8x16xf32>
  %q1 = sinter.reshape %q0 : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> to tensor<?x?x2x8xf32, #sinter.dims<"batch", "seq", "2", "8">>
  %q = sinter.transpose %q1 [0, 2, 1, 3] : tensor<?x?x2x8xf32, #sinter.dims<"batch", "seq", "2", "8">>
  %k0 = sinter.matmul %x, %wk : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<8x8xf32>
  %k1 = sinter.reshape %k0 : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %v1 = sinter.reshape %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> to tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %k = sinter.concat %pk, %k1 axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %v = sinter.concat %pv, %v1 axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  // -|i - j| times a slope of each head, as a table of distances would have it.
  %i0 = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %i1 = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %past = sinter.symbolic <"past"> : tensor<i64>
  %total = sinter.symbolic <"past + seq"> : tensor<i64>
  %keys = sinter.range %i0, %total, %i1 : tensor<i64> to tensor<?xi64, #sinter.dims<"past + seq">>
  %rows = sinter.range %past, %total, %i1 : tensor<i64> to tensor<?xi64, #sinter.dims<"seq">>
  %query = sinter.reshape %rows : tensor<?xi64, #sinter.dims<"seq">> to tensor<?x1xi64, #sinter.dims<"seq", "1">>
  %away = sinter.sub %keys, %query : tensor<?xi64, #sinter.dims<"past + seq">>, tensor<?x1xi64, #sinter.dims<"seq", "1">>
  %far = sinter.abs %away : tensor<?x?xi64, #sinter.dims<"seq", "past + seq">>
  %farther = sinter.cast %far : tensor<?x?xi64, #sinter.dims<"seq", "past + seq">> to f32
  %slopes = sinter.constant dense<[[[-0.25]], [[-0.0625]]]> : tensor<2x1x1xf32> : tensor<2x1x1xf32>
  %bias = sinter.mul %farther, %slopes : tensor<?x?xf32, #sinter.dims<"seq", "past + seq">>, tensor<2x1x1xf32>
  %zero = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %hidden = sinter.constant dense<0xFF800000> : tensor<f32> : tensor<f32>
  %seen = sinter.compare le, %keys, %query : tensor<?xi64, #sinter.dims<"past + seq">>, tensor<?x1xi64, #sinter.dims<"seq", "1">>
  %causal = sinter.select %seen, %zero, %hidden : tensor<?x?xi1, #sinter.dims<"seq", "past + seq">>, tensor<f32>, tensor<f32>
  %mask = sinter.add %bias, %causal : tensor<2x?x?xf32, #sinter.dims<"2", "seq", "past + seq">>, tensor<?x?xf32, #sinter.dims<"seq", "past + seq">>
  %a = sinter.attention %q, %k, %v mask %mask scale 0.5 : tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<2x?x?xf32, #sinter.dims<"2", "seq", "past + seq">>
  %b = sinter.transpose %a [0, 2, 1, 3] : tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "seq", "8">>
  %c = sinter.reshape %b : tensor<?x?x2x8xf32, #sinter.dims<"batch", "seq", "2", "8">> to tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
  %y = sinter.matmul %c, %head : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<16x16xf32>
  return %y, %k, %v : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
}
