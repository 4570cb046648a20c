// A shape that depends on data is refused, and says where.
// RUN: sinter-opt %s --sinter-lower-to-linalg --verify-diagnostics
func.func @forward(%x: tensor<6xf32> {sinter.name = "x"}, %shape: tensor<2xi64> {sinter.name = "shape"}) -> (tensor<?x?xf32> {sinter.name = "y"}) attributes {sinter.entry = "forward"} {
  // expected-error @below {{depends on data or is bound by no input}}
  %y = sinter.reshape %x shape %shape : tensor<2xi64> : tensor<6xf32> to tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
