// What is the same for all rows and repeated for each of them belongs to each row:
// the step keeps its cache.
// RUN: sinter-opt %s "--sinter-generate=max-length=64 prefill-chunk=16" -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --steps --random-params
//
// CHECK: kind = "cache", state = "fused"
// CHECK-LABEL: func.func @step(
// CHECK: sinter.cached_attention
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"},
    %pk: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.key"},
    %pv: tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">> {sinter.name = "past.value"})
    -> (tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.key"},
        tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">> {sinter.name = "present.value"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %wq = sinter.param "wq" in "w" [4096, 1024] : tensor<16x16xf32>
  %wk = sinter.param "wk" in "w" [1024, 256] : tensor<8x8xf32>
  %head = sinter.param "head" in "w" [1280, 1024] : tensor<16x16xf32>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %row = sinter.param "row" in "w" [2304, 32] : tensor<8xf32>
  %rows = sinter.broadcast_to %row : tensor<8xf32> to tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %x1 = sinter.concat %x, %rows axis 2 : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>, tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
  %q0 = sinter.matmul %x1, %wq : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<16x16xf32>
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
