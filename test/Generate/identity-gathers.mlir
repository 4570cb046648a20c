// Keys and values behind the past, picked by positions that name each row once
// and in order, as GroupQueryAttention is imported: an append like any other.
// RUN: sinter-opt %s "--sinter-generate=max-length=64 prefill-chunk=16" -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --steps --random-params
//
// CHECK: kind = "cache", state = "fused"
// CHECK-LABEL: func.func @step(
// CHECK-NOT: gather_nd
// CHECK: sinter.cache_append
// CHECK-NOT: gather_nd
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
  %kc = sinter.concat %pk, %k1 axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %vc = sinter.concat %pv, %v1 axis 2 : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
  %i0 = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %i1 = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %length = sinter.symbolic <"past + seq"> : tensor<i64>
  %all = sinter.range %i0, %length, %i1 : tensor<i64> to tensor<?xi64, #sinter.dims<"past + seq">>
  %column = sinter.reshape %all : tensor<?xi64, #sinter.dims<"past + seq">> to tensor<1x?x1xi64, #sinter.dims<"1", "past + seq", "1">>
  %places = sinter.broadcast_to %column : tensor<1x?x1xi64, #sinter.dims<"1", "past + seq", "1">> to tensor<?x?x1xi64, #sinter.dims<"batch", "past + seq", "1">>
  %kt = sinter.transpose %kc [0, 2, 1, 3] : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
  %kg = sinter.gather_nd %kt[%places] batch_dims 1 : tensor<?x?x1x8xf32, #sinter.dims<"batch", "past + seq", "1", "8">>, tensor<?x?x1xi64, #sinter.dims<"batch", "past + seq", "1">>
  %k = sinter.transpose %kg [0, 2, 1, 3] : tensor<?x?x1x8xf32, #sinter.dims<"batch", "past + seq", "1", "8">>
  %vt = sinter.transpose %vc [0, 2, 1, 3] : tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
  %vg = sinter.gather_nd %vt[%places] batch_dims 1 : tensor<?x?x1x8xf32, #sinter.dims<"batch", "past + seq", "1", "8">>, tensor<?x?x1xi64, #sinter.dims<"batch", "past + seq", "1">>
  %v = sinter.transpose %vg [0, 2, 1, 3] : tensor<?x?x1x8xf32, #sinter.dims<"batch", "past + seq", "1", "8">>
  %a = sinter.attention %q, %k, %v scale 0.5 {causal} : tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
  %b = sinter.transpose %a [0, 2, 1, 3] : tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "seq", "8">>
  %c = sinter.reshape %b : tensor<?x?x2x8xf32, #sinter.dims<"batch", "seq", "2", "8">> to tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
  %y = sinter.matmul %c, %head : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<16x16xf32>
  return %y, %k, %v : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>, tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "past + seq", "8">>
}
