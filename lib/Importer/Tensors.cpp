//===- Tensors.cpp - types, values and places of ONNX tensors -------------===//
#include "lib/Importer/Tensors.h"
#include "lib/Importer/PackedTensors.h"
#include "lib/Importer/WireFormat.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;
using namespace sinter;
using onnx::TensorProto;

std::string sinter::getDataTypeName(int32_t dataType) {
  if (!onnx::TensorProto_DataType_IsValid(dataType))
    return "type " + std::to_string(dataType);
  return StringRef(onnx::TensorProto_DataType_Name(
                       onnx::TensorProto_DataType(dataType)))
      .lower();
}

Type sinter::getElementType(MLIRContext *ctx, int32_t dataType) {
  Builder b(ctx);
  switch (dataType) {
  case TensorProto::FLOAT:
    return b.getF32Type();
  case TensorProto::FLOAT16:
    return b.getF16Type();
  case TensorProto::BFLOAT16:
    return b.getBF16Type();
  case TensorProto::DOUBLE:
    return b.getF64Type();
  case TensorProto::BOOL:
    return b.getI1Type();
  case TensorProto::INT8:
    return b.getIntegerType(8);
  case TensorProto::INT16:
    return b.getIntegerType(16);
  case TensorProto::INT32:
    return b.getIntegerType(32);
  case TensorProto::INT64:
    return b.getIntegerType(64);
  case TensorProto::UINT8:
    return b.getIntegerType(8, /*isSigned=*/false);
  case TensorProto::UINT16:
    return b.getIntegerType(16, false);
  case TensorProto::UINT32:
    return b.getIntegerType(32, false);
  case TensorProto::UINT64:
    return b.getIntegerType(64, false);
  default:
    return {};
  }
}

unsigned sinter::getElementSize(int32_t dataType) {
  switch (dataType) {
  case TensorProto::DOUBLE:
  case TensorProto::INT64:
  case TensorProto::UINT64:
    return 8;
  case TensorProto::FLOAT:
  case TensorProto::INT32:
  case TensorProto::UINT32:
    return 4;
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::INT16:
  case TensorProto::UINT16:
    return 2;
  case TensorProto::BOOL:
  case TensorProto::INT8:
  case TensorProto::UINT8:
    return 1;
  default:
    return 0;
  }
}

std::optional<uint64_t> sinter::getTensorSize(const TensorProto &tensor,
                                              std::string &error) {
  unsigned packed = getPackedBits(tensor.data_type());
  int64_t bytes = packed ? packed : getElementSize(tensor.data_type());
  if (!bytes) {
    error = "elements of type " + getDataTypeName(tensor.data_type()) +
            " are not supported";
    return std::nullopt;
  }
  bool empty = llvm::is_contained(tensor.dims(), 0);
  bool bad = tensor.dims_size() > 64;
  std::string shape;
  for (int64_t size : tensor.dims()) {
    bad |= size < 0 || (!empty && llvm::MulOverflow(bytes, size, bytes));
    shape += (shape.empty() ? "" : ", ") + std::to_string(size);
  }
  if (!bad && packed) // bits so far
    bytes = bytes / 8 + (bytes % 8 != 0);
  if (!bad)
    return empty ? 0 : bytes;
  error = "the shape [" + shape.substr(0, 200) + "] is negative or too large";
  return std::nullopt;
}

RankedTensorType sinter::getTensorType(MLIRContext *ctx,
                                       const TensorProto &tensor,
                                       std::string &error) {
  if (!getTensorSize(tensor, error))
    return {};
  Type element = ::sinter::getElementType(ctx, tensor.data_type());
  if (!element) {
    error = "elements of type " + getDataTypeName(tensor.data_type()) +
            " are not supported";
    return {};
  }
  return RankedTensorType::get(
      SmallVector<int64_t>(tensor.dims().begin(), tensor.dims().end()),
      element);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// Bytes of the elements, row-major and little endian, from typed fields.
template <typename T, typename Values>
static bool pack(const Values &values, int64_t count, std::string &out) {
  if (values.size() != count)
    return false;
  out.reserve(count * sizeof(T));
  for (auto v : values) {
    T element = T(v);
    out.append(reinterpret_cast<const char *>(&element), sizeof element);
  }
  return true;
}

static bool getBytes(const TensorProto &t, int64_t count, unsigned size,
                     std::string &out) {
  if (t.has_raw_data()) {
    out = t.raw_data();
    return int64_t(out.size()) == count * int64_t(size);
  }
  switch (t.data_type()) {
  case TensorProto::FLOAT:
    return pack<float>(t.float_data(), count, out);
  case TensorProto::DOUBLE:
    return pack<double>(t.double_data(), count, out);
  case TensorProto::INT64:
    return pack<int64_t>(t.int64_data(), count, out);
  case TensorProto::UINT64:
    return pack<uint64_t>(t.uint64_data(), count, out);
  case TensorProto::UINT32:
    return pack<uint32_t>(t.uint64_data(), count, out);
  case TensorProto::INT32:
    return pack<int32_t>(t.int32_data(), count, out);
  default:
    return size == 2 ? pack<uint16_t>(t.int32_data(), count, out)
                     : pack<uint8_t>(t.int32_data(), count, out);
  }
}

DenseElementsAttr sinter::readTensor(const TensorProto &tensor,
                                     RankedTensorType type,
                                     std::string &error) {
  int64_t count = type.getNumElements();
  unsigned size = getElementSize(tensor.data_type());
  std::string bytes;
  if (!getBytes(tensor, count, size, bytes)) {
    error = "its data does not have the " + std::to_string(count) +
            " elements of its shape";
    return {};
  }
  if (count == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (char c : bytes)
      values.push_back(c != 0);
    return DenseElementsAttr::get(type, values);
  }
  // All equal: one element says it (a splat).
  if (!std::memcmp(bytes.data(), bytes.data() + size, bytes.size() - size))
    bytes.resize(size);
  return DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef<char>(bytes.data(), bytes.size()));
}
