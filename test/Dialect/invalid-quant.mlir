// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @unpack_bits_c1(%x: tensor<2x3xui8>) {
  // expected-error@+1 {{C1: 3 bits of a tensor of rank 2}}
  %0 = sinter.unpack_bits %x bits 3 : tensor<2x3xui8>
  return
}

// -----

func.func @unpack_bits_c1_scalar(%x: tensor<ui8>) {
  // expected-error@+1 {{C1: 4 bits of a tensor of rank 0}}
  %0 = sinter.unpack_bits %x bits 4 : tensor<ui8>
  return
}

// -----

func.func @dequantize_c1(%x: tensor<2x3xui8>, %s: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: axis 2 and block 1 do not fit rank 2}}
  %0 = sinter.dequantize %x scale %s axis 2 block 1 : tensor<2x3xui8>, tensor<2x3xf32>
  return
}

// -----

func.func @dequantize_c1_block(%x: tensor<2x3xui8>, %s: tensor<2x3xf32>) {
  // expected-error@+1 {{C1: axis 1 and block 0 do not fit rank 2}}
  %0 = sinter.dequantize %x scale %s axis 1 block 0 : tensor<2x3xui8>, tensor<2x3xf32>
  return
}

// -----

func.func @dequantize_c2(%x: tensor<2x5xui8>, %s: tensor<2x2xf32>) {
  // expected-error@+1 {{C2: 'tensor<2x2xf32>' does not fit 'tensor<2x5xui8>' in blocks of 2 along 1}}
  %0 = sinter.dequantize %x scale %s axis 1 block 2 : tensor<2x5xui8>, tensor<2x2xf32>
  return
}

// -----

func.func @dequantize_c2_zero(%x: tensor<2x4xui8>, %s: tensor<2x2xf32>, %z: tensor<2x2xf16>) {
  // expected-error@+1 {{C2: 'tensor<2x2xf16>' does not fit}}
  %0 = sinter.dequantize %x scale %s zero %z axis 1 block 2 : tensor<2x4xui8>, tensor<2x2xf32>, tensor<2x2xf16>
  return
}
