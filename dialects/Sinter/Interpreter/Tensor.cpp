//===- Tensor.cpp - concrete values of the interpreter --------------------===//
#include "dialects/Sinter/Interpreter/Tensor.h"
#include "dialects/Sinter/Interpreter/ElementFormats.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;
using namespace sinter;

std::optional<ElementKind> sinter::getElementKind(Type type) {
  if (type.isF16())
    return ElementKind::f16;
  if (type.isBF16())
    return ElementKind::bf16;
  if (type.isF32())
    return ElementKind::f32;
  if (type.isF64())
    return ElementKind::f64;
  if (type.isIndex())
    return ElementKind::index;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return ElementKind::i1;
  case 8:
    return isUnsigned ? ElementKind::u8 : ElementKind::i8;
  case 16:
    return isUnsigned ? ElementKind::u16 : ElementKind::i16;
  case 32:
    return isUnsigned ? ElementKind::u32 : ElementKind::i32;
  case 64:
    return isUnsigned ? ElementKind::u64 : ElementKind::i64;
  default:
    return std::nullopt;
  }
}

int64_t sinter::getElementSize(ElementKind kind) {
  switch (kind) {
  case ElementKind::i1:
  case ElementKind::i8:
  case ElementKind::u8:
    return 1;
  case ElementKind::f16:
  case ElementKind::bf16:
  case ElementKind::i16:
  case ElementKind::u16:
    return 2;
  case ElementKind::f32:
  case ElementKind::i32:
  case ElementKind::u32:
    return 4;
  default:
    return 8;
  }
}

// Bytes from files need not be aligned.
template <typename T> static T loadAs(const char *data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return value;
}
template <typename T> static void storeAs(char *data, T value) {
  std::memcpy(data, &value, sizeof(T));
}

double sinter::loadDouble(ElementKind kind, const char *data) {
  switch (kind) {
  case ElementKind::f16:
    return HalfFormat::decode(loadAs<uint16_t>(data));
  case ElementKind::bf16:
    return BFloatFormat::decode(loadAs<uint16_t>(data));
  case ElementKind::f32:
    return loadAs<float>(data);
  case ElementKind::f64:
    return loadAs<double>(data);
  case ElementKind::u64:
    return double(loadAs<uint64_t>(data));
  default:
    return double(loadInt(kind, data));
  }
}

int64_t sinter::loadInt(ElementKind kind, const char *data) {
  switch (kind) {
  case ElementKind::i1:
    return *data != 0;
  case ElementKind::i8:
    return loadAs<int8_t>(data);
  case ElementKind::i16:
    return loadAs<int16_t>(data);
  case ElementKind::i32:
    return loadAs<int32_t>(data);
  case ElementKind::u8:
    return loadAs<uint8_t>(data);
  case ElementKind::u16:
    return loadAs<uint16_t>(data);
  case ElementKind::u32:
    return loadAs<uint32_t>(data);
  default:
    return loadAs<int64_t>(data);
  }
}

void sinter::storeDouble(ElementKind kind, char *data, double value) {
  switch (kind) {
  case ElementKind::f16:
    return storeAs(data, HalfFormat::encode(value));
  case ElementKind::bf16:
    return storeAs(data, BFloatFormat::encode(value));
  case ElementKind::f32:
    return storeAs(data, float(value));
  default:
    return storeAs(data, value);
  }
}

void sinter::storeInt(ElementKind kind, char *data, int64_t value) {
  switch (getElementSize(kind)) {
  case 1:
    return storeAs(data, int8_t(kind == ElementKind::i1 ? value & 1 : value));
  case 2:
    return storeAs(data, int16_t(value));
  case 4:
    return storeAs(data, int32_t(value));
  default:
    return storeAs(data, value);
  }
}

Scalar Scalar::ofFloat(ElementKind kind, double value) {
  char bytes[8];
  storeDouble(kind, bytes, value);
  Scalar scalar;
  scalar.kind = kind;
  scalar.real = loadDouble(kind, bytes);
  return scalar;
}

Scalar Scalar::ofInt(ElementKind kind, int64_t value) {
  char bytes[8];
  storeInt(kind, bytes, value);
  Scalar scalar;
  scalar.kind = kind;
  scalar.integer = loadInt(kind, bytes);
  return scalar;
}

//===----------------------------------------------------------------------===//
// Tensor
//===----------------------------------------------------------------------===//

Tensor::Tensor(Type element, ArrayRef<int64_t> shape, const char *data,
               std::shared_ptr<const void> owner)
    : element(element), kind(*getElementKind(element)),
      size(getElementSize(kind)), count(1), shape(shape.begin(), shape.end()),
      owner(std::move(owner)), data(data) {
  for (int64_t dim : shape)
    count *= dim;
}

Tensor::Tensor(Type element, ArrayRef<int64_t> shape)
    : Tensor(element, shape, nullptr, nullptr) {
  auto bytes = std::make_shared<std::vector<char>>(count * size);
  data = bytes->data();
  owner = std::move(bytes);
  owned = true;
}

bool Tensor::fits(ElementKind kind, ArrayRef<int64_t> shape) {
  int64_t bytes = getElementSize(kind);
  bool empty = llvm::is_contained(shape, 0);
  for (int64_t dim : shape)
    if (dim < 0 || (!empty && llvm::MulOverflow(bytes, dim, bytes)))
      return false;
  return bytes <= int64_t(1) << 40;
}

char *Tensor::getWritable() {
  if (!owned || owner.use_count() > 1) {
    auto bytes = std::make_shared<std::vector<char>>(data, data + count * size);
    data = bytes->data();
    owner = std::move(bytes);
    owned = true;
  }
  return const_cast<char *>(data);
}

Tensor Tensor::detached() const {
  Tensor result = *this;
  result.getWritable();
  return result;
}

Tensor Tensor::ofDoubles(Type element, ArrayRef<int64_t> shape,
                         ArrayRef<double> values) {
  Tensor result(element, shape);
  char *out = result.getWritable();
  for (int64_t i = 0; i < result.count; ++i)
    storeDouble(result.kind, out + i * result.size, values[i]);
  return result;
}

Tensor Tensor::ofInts(Type element, ArrayRef<int64_t> shape,
                      ArrayRef<int64_t> values) {
  Tensor result(element, shape);
  char *out = result.getWritable();
  for (int64_t i = 0; i < result.count; ++i)
    storeInt(result.kind, out + i * result.size, values[i]);
  return result;
}

Tensor Tensor::ofScalar(Type element, Scalar value) {
  Tensor result(element, {});
  result.set(0, value);
  return result;
}

static Scalar scalarOfAttr(ElementKind kind, Attribute attr) {
  if (auto number = dyn_cast<FloatAttr>(attr))
    return Scalar::ofFloat(kind, number.getValueAsDouble());
  const APInt &value = cast<IntegerAttr>(attr).getValue();
  return Scalar::ofInt(kind, isUnsigned(kind) ? int64_t(value.getZExtValue())
                                              : value.getSExtValue());
}

std::optional<Tensor> Tensor::ofAttr(ElementsAttr attr) {
  ShapedType type = attr.getShapedType();
  auto kind = getElementKind(type.getElementType());
  if (!kind || !type.hasStaticShape() || !fits(*kind, type.getShape()))
    return std::nullopt;
  Tensor result(type.getElementType(), type.getShape());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || int64_t(blob->getData().size()) != result.getBytes())
      return std::nullopt;
    return Tensor(result.element, result.shape, blob->getData().data(), nullptr)
        .detached();
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense)
    return std::nullopt;
  if (dense.isSplat() && result.count) {
    Scalar value = scalarOfAttr(*kind, dense.getSplatValue<Attribute>());
    for (int64_t i = 0; i < result.count; ++i)
      result.set(i, value);
    return result;
  }
  if (*kind != ElementKind::i1 &&
      int64_t(dense.getRawData().size()) == result.getBytes()) {
    return Tensor(result.element, result.shape, dense.getRawData().data(),
                  nullptr)
        .detached();
  }
  for (auto [i, value] : llvm::enumerate(dense.getValues<Attribute>()))
    result.set(i, scalarOfAttr(*kind, value));
  return result;
}

DenseElementsAttr Tensor::toAttr(RankedTensorType type) const {
  assert(type.getShape() == getShape() && type.getElementType() == element);
  if (kind != ElementKind::i1)
    return DenseElementsAttr::getFromRawBuffer(
        type, ArrayRef<char>(data, count * size));
  SmallVector<bool> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(getInt(i));
  return DenseElementsAttr::get(type, values);
}

Scalar Tensor::get(int64_t i) const {
  Scalar scalar;
  scalar.kind = kind;
  if (isFloat(kind))
    scalar.real = getDouble(i);
  else
    scalar.integer = getInt(i);
  return scalar;
}

void Tensor::set(int64_t i, Scalar value) {
  if (isFloat(kind))
    setDouble(i, value.real);
  else
    setInt(i, value.integer);
}

void Tensor::copy(int64_t i, const Tensor &from, int64_t j) {
  std::memcpy(getWritable() + i * size, from.data + j * size, size);
}

std::vector<double> Tensor::toDoubles() const {
  std::vector<double> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = getDouble(i);
  return values;
}

std::vector<int64_t> Tensor::toInts() const {
  std::vector<int64_t> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = getInt(i);
  return values;
}

Tensor Tensor::reshaped(ArrayRef<int64_t> newShape) const {
  Tensor result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  return result;
}

std::string Tensor::shapeText() const { return sinter::shapeText(shape); }

std::string sinter::shapeText(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (int64_t dim : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(dim);
  return text + "]";
}
