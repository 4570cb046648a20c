//===- Indexing.cpp - walking shapes in row-major order -------------------===//
#include "dialects/Sinter/Interpreter/Indexing.h"

using namespace sinter;
using llvm::ArrayRef;

Shape sinter::stridesOf(ArrayRef<int64_t> shape) {
  Shape strides(shape.size());
  int64_t stride = 1;
  for (int64_t i = shape.size() - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

int64_t sinter::countOf(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

void sinter::forEachIndex(ArrayRef<int64_t> shape,
                          llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  Shape index(shape.size(), 0);
  for (int64_t left = countOf(shape); left > 0; --left) {
    visit(index);
    for (int64_t i = shape.size() - 1; i >= 0; --i) {
      if (++index[i] < shape[i])
        break;
      index[i] = 0;
    }
  }
}

std::optional<Shape> sinter::broadcastShapes(ArrayRef<int64_t> a,
                                             ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  Shape result(a.begin(), a.end());
  for (size_t i = 0; i < b.size(); ++i) {
    int64_t &x = result[a.size() - b.size() + i];
    if (x != b[i] && x != 1 && b[i] != 1)
      return std::nullopt;
    x = x == 1 ? b[i] : x;
  }
  return result;
}

Shape sinter::broadcastStrides(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  Shape strides(to.size(), 0), own = stridesOf(from);
  for (size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1)
      strides[to.size() - from.size() + i] = own[i];
  return strides;
}

int64_t sinter::positionOf(ArrayRef<int64_t> index, ArrayRef<int64_t> strides) {
  int64_t position = 0;
  for (size_t i = 0; i < index.size(); ++i)
    position += index[i] * strides[i];
  return position;
}

std::optional<int64_t> sinter::wrapIndex(int64_t index, int64_t size) {
  if (index < -size || index >= size)
    return std::nullopt;
  return index < 0 ? index + size : index;
}
