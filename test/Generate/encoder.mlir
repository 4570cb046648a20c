// Encoders keep @forward: rows that see all others, or a result that is no
// logits over the embedding's rows.
// RUN: sinter-opt %s --split-input-file "--sinter-generate=max-length=64" | FileCheck %s

// CHECK: reason = "its attention is not causal: each row sees all others"
// CHECK-LABEL: func.func @forward(
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"})
    -> (tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 1024] : tensor<16x16xf32>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x16xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q0 = sinter.reshape %x : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> to tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>
  %a = sinter.attention %q0, %q0, %q0 scale 0.5 : tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>, tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>, tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>
  %y = sinter.reshape %a : tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">> to tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
  return %y : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
}

// -----

// CHECK: reason = "its result is not as wide as its embedding has rows: these are no logits"
// CHECK-LABEL: func.func @forward(
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"})
    -> (tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">> {sinter.name = "last_hidden_state"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  return %x : tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
}

// -----

// A mask of padding alone, repeated for each row and viewed: that of a masked
// language model.
// CHECK: reason = "its attention is not causal: each row sees all others"
// CHECK-LABEL: func.func @forward(
func.func @forward(
    %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "input_ids"},
    %given: tensor<?x?xi64, #sinter.dims<"batch", "seq">> {sinter.name = "attention_mask"})
    -> (tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "logits"})
    attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 1024] : tensor<16x16xf32>
  %x = sinter.gather %table[%ids] axis 0 : tensor<16x16xf32>, tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %q = sinter.reshape %x : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> to tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>
  %m0 = sinter.reshape %given : tensor<?x?xi64, #sinter.dims<"batch", "seq">> to tensor<?x1x?xi64, #sinter.dims<"batch", "1", "seq">>
  %m1 = sinter.broadcast_to %m0 : tensor<?x1x?xi64, #sinter.dims<"batch", "1", "seq">> to tensor<?x?x?xi64, #sinter.dims<"batch", "seq", "seq">>
  %m2 = sinter.cast %m1 : tensor<?x?x?xi64, #sinter.dims<"batch", "seq", "seq">> to i1
  %m3 = sinter.reshape %m2 : tensor<?x?x?xi1, #sinter.dims<"batch", "seq", "seq">> to tensor<?x1x?x?xi1, #sinter.dims<"batch", "1", "seq", "seq">>
  %a = sinter.attention %q, %q, %q mask %m3 scale 0.5 : tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>, tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>, tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">>, tensor<?x1x?x?xi1, #sinter.dims<"batch", "1", "seq", "seq">>
  %y = sinter.reshape %a : tensor<?x1x?x16xf32, #sinter.dims<"batch", "1", "seq", "16">> to tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
  return %y : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
}
