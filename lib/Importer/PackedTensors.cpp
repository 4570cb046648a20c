//===- PackedTensors.cpp - tensors of 2 and 4 bit integers ----------------===//
#include "lib/Importer/PackedTensors.h"
#include "dialects/Sinter/IR/Sinter.h"

using namespace mlir;
using namespace sinter;
using onnx::TensorProto;

unsigned sinter::getPackedBits(int32_t dataType) {
  switch (dataType) {
  case TensorProto::INT4:
  case TensorProto::UINT4:
    return 4;
  case TensorProto::INT2:
  case TensorProto::UINT2:
    return 2;
  default:
    return 0;
  }
}

static bool isSigned(int32_t dataType) {
  return dataType == TensorProto::INT4 || dataType == TensorProto::INT2;
}

Type sinter::getUnpackedType(MLIRContext *ctx, int32_t dataType) {
  if (!getPackedBits(dataType))
    return {};
  Builder b(ctx);
  return isSigned(dataType) ? b.getIntegerType(8) : b.getIntegerType(8, false);
}

static int64_t countElements(const TensorProto &tensor) {
  int64_t count = 1;
  for (int64_t size : tensor.dims())
    count *= size; // getTensorSize has refused what overflows
  return count;
}

TensorProto sinter::asBytes(const TensorProto &tensor) {
  TensorProto bytes = tensor; // int32_data holds a byte each
  int64_t bits = countElements(tensor) * getPackedBits(tensor.data_type());
  bytes.set_data_type(TensorProto::UINT8);
  bytes.clear_dims();
  bytes.add_dims((bits + 7) / 8);
  return bytes;
}

Value sinter::unpackTensor(OpBuilder &builder, Location loc, Value bytes,
                           const TensorProto &tensor) {
  unsigned bits = getPackedBits(tensor.data_type());
  Type byte = builder.getIntegerType(8, false);
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  int64_t count = countElements(tensor);
  Value x = UnpackBitsOp::create(builder, loc, bytes, bits);
  // The last byte may hold less.
  auto flat = RankedTensorType::get({count}, byte);
  if (x.getType() != flat)
    x = SliceOp::create(builder, loc, flat, x, Value(), Value(), Value(),
                        Value(),
                        DimsAttr::get(builder.getContext(), {DimExpr(0)}),
                        builder.getDenseI64ArrayAttr({1}));
  x = ReshapeOp::create(builder, loc, RankedTensorType::get(shape, byte), x,
                        Value(), false);
  if (!isSigned(tensor.data_type()))
    return x;
  // Two's complement: (v xor sign) - sign.
  auto i8 = builder.getIntegerType(8);
  auto scalar = RankedTensorType::get({}, i8);
  Value sign = ConstantOp::create(
      builder, loc, scalar,
      DenseElementsAttr::get(scalar, APInt(8, 1u << (bits - 1))));
  x = CastOp::create(builder, loc, x, TypeAttr::get(i8));
  return SubOp::create(builder, loc, XorOp::create(builder, loc, x, sign),
                       sign);
}
