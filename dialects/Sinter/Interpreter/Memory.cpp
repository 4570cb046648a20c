//===- Memory.cpp - memrefs of the interpreter ----------------------------===//
#include "dialects/Sinter/Interpreter/Memory.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include <cstring>

using namespace sinter;
using llvm::ArrayRef;

Memory::Memory(mlir::Type element, ArrayRef<int64_t> sizes)
    : element(element), kind(*getElementKind(element)),
      sizes(sizes.begin(), sizes.end()), strides(stridesOf(sizes)) {
  buffer = std::make_shared<Buffer>();
  buffer->bytes.assign(countOf(sizes) * getElementSize(kind), char(0xff));
}

Memory Memory::ofTensor(const Tensor &tensor, mlir::Type element) {
  Memory memory(element, tensor.getShape());
  memory.buffer->bytes.assign(tensor.getData(),
                              tensor.getData() + tensor.getBytes());
  return memory;
}

std::optional<int64_t> Memory::find(ArrayRef<int64_t> index) const {
  for (size_t i = 0; i < index.size(); ++i)
    if (index[i] < 0 || index[i] >= sizes[i])
      return std::nullopt;
  int64_t size = getElementSize(kind);
  int64_t byte = offset + positionOf(index, strides) * size;
  if (byte < 0 || byte > int64_t(buffer->bytes.size()) - size)
    return std::nullopt;
  return byte;
}

Scalar Memory::load(int64_t byte) const {
  buffer->log.read(byte, getElementSize(kind));
  Scalar scalar;
  scalar.kind = kind;
  if (scalar.isFloat())
    scalar.real = loadDouble(kind, buffer->bytes.data() + byte);
  else
    scalar.integer = loadInt(kind, buffer->bytes.data() + byte);
  return scalar;
}

void Memory::store(int64_t byte, Scalar value) {
  buffer->log.write(byte, getElementSize(kind));
  if (value.isFloat())
    storeDouble(kind, buffer->bytes.data() + byte, value.real);
  else
    storeInt(kind, buffer->bytes.data() + byte, value.integer);
}

std::optional<Tensor> Memory::toTensor() const {
  Tensor tensor(element, sizes);
  char *to = tensor.getWritable();
  int64_t size = getElementSize(kind);
  bool inside = true;
  forEachIndex(sizes, [&](ArrayRef<int64_t> index) {
    auto byte = find(index);
    inside &= byte.has_value();
    if (byte) {
      buffer->log.read(*byte, size);
      std::memcpy(to, buffer->bytes.data() + *byte, size);
    }
    to += size;
  });
  if (!inside)
    return std::nullopt;
  return tensor;
}

void Memory::assign(const Tensor &tensor, const std::vector<bool> &which) {
  int64_t size = getElementSize(kind), i = 0;
  forEachIndex(sizes, [&](ArrayRef<int64_t> index) {
    int64_t from = i++;
    if (!which.empty() && !which[from])
      return;
    int64_t byte = *find(index);
    buffer->log.write(byte, size);
    std::memcpy(buffer->bytes.data() + byte, tensor.getData() + from * size,
                size);
  });
}
