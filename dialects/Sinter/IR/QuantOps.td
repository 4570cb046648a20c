//===- QuantOps.td - numbers in few bits ----------------------------------===//
#ifndef SINTER_QUANT_OPS_TD
#define SINTER_QUANT_OPS_TD

include "dialects/Sinter/IR/SinterOpBase.td"

def Sinter_UnpackBitsOp : Sinter_InferOp<"unpack_bits"> {
  let summary = "numbers of a few bits as bytes. com.microsoft MatMulNBits 1, GatherBlockQuantized 1";
  let description = [{
    The last dimension of x holds p = 8 / bits numbers a byte, the first in the
    lowest bits: y[..., j] = (x[..., j / p] >> (bits * (j mod p))) mod 2^bits.
    - C1: rank >= 1, bits is 1, 2 or 4.
    Example: `sinter.unpack_bits %x bits 4 : tensor<8x16xui8>`, a
    tensor<8x32xui8>
  }];
  let arguments = (ins Sinter_ByteTensor:$x, I64Attr:$bits);
  let results = (outs Sinter_ByteTensor:$y);
  let assemblyFormat = "$x `bits` $bits attr-dict `:` type($x)";
}

def Sinter_DequantizeOp : Sinter_InferOp<"dequantize"> {
  let summary = "(x - zero) * scale, one scale a block. ONNX DequantizeLinear 21";
  let description = [{
    Elements b * block .. (b + 1) * block - 1 of dimension `axis` are one block:
    y[..., i, ...] = (x[..., i, ...] - zero[..., i / block, ...])
    * scale[..., i / block, ...], difference and product rounded to scale's
    element type. Without `zero` it is 0.
    - C1: 0 <= axis < rank, block > 0.
    - C2: scale has x's sizes, but ceil(size / block) at `axis`; zero has
      scale's shape and the element type of x or of scale.
    Example: `sinter.dequantize %q scale %s axis 1 block 32
      : tensor<8x64xui8>, tensor<8x2xf32>`, a tensor<8x64xf32>
  }];
  let arguments = (ins Sinter_IntTensor:$x, Sinter_FloatTensor:$scale,
                       Optional<Sinter_NumTensor>:$zero, I64Attr:$axis,
                       I64Attr:$block);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $x `scale` $scale (`zero` $zero^)? `axis` $axis `block` $block attr-dict `:`
    type($x) `,` type($scale) (`,` type($zero)^)?
  }];
}

#endif // SINTER_QUANT_OPS_TD
