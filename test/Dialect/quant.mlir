// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

func.func @quantized(%x: tensor<?x6xui8, #sinter.dims<"n", "6">>, %s: tensor<?x3xf16, #sinter.dims<"n", "3">>, %z: tensor<?x3xui8, #sinter.dims<"n", "3">>, %i: tensor<4x5xi8>, %t: tensor<2x5xf32>) {
  // CHECK: %[[U:.+]] = sinter.unpack_bits %{{[a-z0-9_]+}} bits 4 : tensor<?x6xui8, #sinter.dims<"n", "6">>
  %0 = sinter.unpack_bits %x bits 4 : tensor<?x6xui8, #sinter.dims<"n", "6">>
  // CHECK: sinter.dequantize %[[U]] scale %{{[a-z0-9_]+}} zero %{{[a-z0-9_]+}} axis 1 block 4 : tensor<?x12xui8, #sinter.dims<"n", "12">>, tensor<?x3xf16, #sinter.dims<"n", "3">>, tensor<?x3xui8, #sinter.dims<"n", "3">>
  %1 = sinter.dequantize %0 scale %s zero %z axis 1 block 4 : tensor<?x12xui8, #sinter.dims<"n", "12">>, tensor<?x3xf16, #sinter.dims<"n", "3">>, tensor<?x3xui8, #sinter.dims<"n", "3">>
  // CHECK: sinter.dequantize %{{[a-z0-9_]+}} scale %{{[a-z0-9_]+}} axis 0 block 3 : tensor<4x5xi8>, tensor<2x5xf32>
  %2 = sinter.dequantize %i scale %t axis 0 block 3 : tensor<4x5xi8>, tensor<2x5xf32>
  return
}
