// An input that means something in a step alone: without a step it is refused.
// RUN: sinter-opt %s "--sinter-generate=max-length=64" --verify-diagnostics

// expected-error @below {{a cache of the window is supported in models that generate, but this one makes no step: input 'x' is no part of a step}}
func.func @forward(
    %x: tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "x"})
    -> (tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">> {sinter.name = "y"})
    attributes {sinter.entry = "forward", sinter.needs_step = "a cache of the window"} {
  return %x : tensor<?x?x16xf32, #sinter.dims<"batch", "seq", "16">>
}
