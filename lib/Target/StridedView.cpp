//===- StridedView.cpp - tensors of weights while they are written --------===//
#include "lib/Target/StridedView.h"
#include <cstring>

using namespace sinter;
using llvm::ArrayRef;
using llvm::SmallVector;

static SmallVector<int64_t, 4> rowMajorStrides(ArrayRef<int64_t> sizes) {
  SmallVector<int64_t, 4> strides(sizes.size(), 1);
  for (size_t i = sizes.size(); i-- > 1;)
    strides[i - 1] = strides[i] * sizes[i];
  return strides;
}

StridedView StridedView::contiguous(const char *data, int64_t elementBytes,
                                    ArrayRef<int64_t> sizes,
                                    std::shared_ptr<const void> owner) {
  StridedView v;
  v.data = data;
  v.elementBytes = elementBytes;
  v.sizes.assign(sizes.begin(), sizes.end());
  v.strides = rowMajorStrides(sizes);
  v.owner = std::move(owner);
  return v;
}

int64_t StridedView::getNumElements() const {
  int64_t n = 1;
  for (int64_t s : sizes)
    n *= s;
  return n;
}

bool StridedView::isContiguous() const {
  auto dense = rowMajorStrides(sizes);
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] > 1 && strides[i] != dense[i])
      return false;
  return true;
}

namespace {
// The two innermost dimensions of a copy: `inner` has the smallest target
// stride, `outer` the smallest source stride of the rest.
struct Plane {
  int64_t outer, inner;         // sizes
  int64_t fromOuter, fromInner; // strides in elements
  int64_t toOuter, toInner;
};

template <typename T> void copyPlane(const T *from, T *to, const Plane &p) {
  if (p.fromInner == 1 && p.toInner == 1) {
    for (int64_t i = 0; i < p.outer; ++i)
      std::memcpy(to + i * p.toOuter, from + i * p.fromOuter,
                  p.inner * sizeof(T));
    return;
  }
  constexpr int64_t block = 32;
  for (int64_t i0 = 0; i0 < p.outer; i0 += block)
    for (int64_t j0 = 0; j0 < p.inner; j0 += block) {
      int64_t i1 = std::min(i0 + block, p.outer);
      int64_t j1 = std::min(j0 + block, p.inner);
      for (int64_t i = i0; i < i1; ++i)
        for (int64_t j = j0; j < j1; ++j)
          to[i * p.toOuter + j * p.toInner] =
              from[i * p.fromOuter + j * p.fromInner];
    }
}

template <typename T>
void copyTyped(const StridedView &from, char *to, ArrayRef<int64_t> toStrides,
               ArrayRef<unsigned> loops, const Plane &plane) {
  SmallVector<int64_t, 4> index(loops.size(), 0);
  const T *source = reinterpret_cast<const T *>(from.data);
  T *target = reinterpret_cast<T *>(to);
  while (true) {
    int64_t f = 0, t = 0;
    for (auto [i, d] : llvm::enumerate(loops)) {
      f += index[i] * from.strides[d];
      t += index[i] * toStrides[d];
    }
    copyPlane(source + f, target + t, plane);
    size_t i = loops.size();
    while (i > 0 && ++index[i - 1] == from.sizes[loops[i - 1]])
      index[--i] = 0;
    if (i == 0)
      return;
  }
}
} // namespace

void sinter::copyStrided(const StridedView &from, char *to,
                         ArrayRef<int64_t> toStrides) {
  if (from.getNumElements() == 0)
    return;
  unsigned rank = from.sizes.size();
  auto smallest = [&](ArrayRef<int64_t> strides, int skip) {
    int best = -1;
    for (unsigned d = 0; d < rank; ++d)
      if (int(d) != skip && from.sizes[d] > 1 &&
          (best < 0 || std::abs(strides[d]) < std::abs(strides[best])))
        best = d;
    return best;
  };
  int inner = smallest(toStrides, -1);
  int outer = inner < 0 ? -1 : smallest(from.strides, inner);
  Plane plane{1, 1, 0, 1, 0, 1};
  if (inner >= 0) {
    plane.inner = from.sizes[inner];
    plane.fromInner = from.strides[inner];
    plane.toInner = toStrides[inner];
  }
  if (outer >= 0) {
    plane.outer = from.sizes[outer];
    plane.fromOuter = from.strides[outer];
    plane.toOuter = toStrides[outer];
  }
  SmallVector<unsigned, 4> loops;
  for (unsigned d = 0; d < rank; ++d)
    if (int(d) != inner && int(d) != outer)
      loops.push_back(d);
  switch (from.elementBytes) {
  case 1:
    return copyTyped<uint8_t>(from, to, toStrides, loops, plane);
  case 2:
    return copyTyped<uint16_t>(from, to, toStrides, loops, plane);
  case 4:
    return copyTyped<uint32_t>(from, to, toStrides, loops, plane);
  default:
    return copyTyped<uint64_t>(from, to, toStrides, loops, plane);
  }
}

StridedView sinter::makeContiguous(const StridedView &view) {
  if (view.isContiguous())
    return view;
  int64_t bytes = view.getNumElements() * view.elementBytes;
  std::shared_ptr<char[]> buffer(new char[bytes]);
  StridedView result = StridedView::contiguous(buffer.get(), view.elementBytes,
                                               view.sizes, buffer);
  copyStrided(view, buffer.get(), result.strides);
  return result;
}
