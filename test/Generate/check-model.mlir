// The checker of level model: a step that appends twice to one state of its cache
// is refused.
// RUN: sinter-opt %s --split-input-file --sinter-check-model --verify-diagnostics

func.func @step(%tokens: tensor<?xi64, #sinter.dims<"rows">> {sinter.name = "input_ids"}, %past: index {sinter.symbol = "past"}, %total: index {sinter.symbol = "total"}, %wanted: index {sinter.symbol = "wanted"}, %cache: !sinter.cache<1 x 1 x 256 x 8 x 8 x f32>, %k: tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>) -> (tensor<?x8xf32, #sinter.dims<"wanted", "8">>, !sinter.cache<1 x 1 x 256 x 8 x 8 x f32>) attributes {sinter.entry = "step"} {
  %zero = arith.constant 0 : index
  // expected-error @below {{uses a state of the cache that 'sinter.cache_append' already took}}
  %a = sinter.cache_append %cache[%zero], %k, %k at %past : <1 x 1 x 256 x 8 x 8 x f32>, tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>, tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
  %b = sinter.cache_append %cache[%zero], %k, %k at %past : <1 x 1 x 256 x 8 x 8 x f32>, tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>, tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
  %y = sinter.reshape %k : tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">> to tensor<?x8xf32, #sinter.dims<"wanted", "8">>
  return %y, %b : tensor<?x8xf32, #sinter.dims<"wanted", "8">>, !sinter.cache<1 x 1 x 256 x 8 x 8 x f32>
}

// -----

// expected-error @below {{@step is not (tokens [rows], past, total, wanted, cache) -> (f32 logits [wanted, vocabulary], cache)}}
func.func @step(%tokens: tensor<?xi64, #sinter.dims<"rows">> {sinter.name = "input_ids"}, %past: index {sinter.symbol = "past"}, %total: index {sinter.symbol = "total"}, %wanted: index {sinter.symbol = "wanted"}, %y: !sinter.cache<1 x 1 x 256 x 8 x 8 x f32>, %k: tensor<?x8xf16, #sinter.dims<"wanted", "8">>) -> (tensor<?x8xf16, #sinter.dims<"wanted", "8">>, !sinter.cache<1 x 1 x 256 x 8 x 8 x f32>) attributes {sinter.entry = "step"} {
  return %k, %y : tensor<?x8xf16, #sinter.dims<"wanted", "8">>, !sinter.cache<1 x 1 x 256 x 8 x 8 x f32>
}
