//===- StridedViewTest.cpp - moves of elements against a plain loop -------===//
#include "lib/Target/StridedView.h"
#include <gtest/gtest.h>
#include <numeric>
#include <random>

using namespace sinter;

namespace {
// Element i of the buffer holds i + 1, so that every place is told apart and a
// missed write shows as 0.
template <typename T> std::vector<T> counting(size_t n) {
  std::vector<T> v(n);
  std::iota(v.begin(), v.end(), T(1));
  return v;
}

// Compares copyStrided of a permuted and sliced view with one loop over all
// elements that does index arithmetic only.
template <typename T>
void checkPermuted(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int> perm) {
  int64_t elements = 1;
  for (int64_t s : shape)
    elements *= s;
  auto data = counting<T>(elements);
  StridedView whole = StridedView::contiguous(
      reinterpret_cast<const char *>(data.data()), sizeof(T), shape, nullptr);
  StridedView view = whole;
  for (size_t i = 0; i < perm.size(); ++i) {
    view.sizes[i] = whole.sizes[perm[i]];
    view.strides[i] = whole.strides[perm[i]];
  }
  StridedView copy = makeContiguous(view);
  ASSERT_TRUE(copy.isContiguous());
  const T *result = reinterpret_cast<const T *>(copy.data);
  for (int64_t flat = 0; flat < elements; ++flat) {
    int64_t rest = flat, from = 0;
    for (size_t i = perm.size(); i-- > 0;) {
      from += rest % view.sizes[i] * view.strides[i];
      rest /= view.sizes[i];
    }
    ASSERT_EQ(result[flat], data[from]) << "element " << flat;
  }
}
} // namespace

TEST(StridedView, CopiesEveryPermutationOfEverySize) {
  for (auto shape : {llvm::SmallVector<int64_t>{1, 1, 1},
                     llvm::SmallVector<int64_t>{3, 5, 7},
                     llvm::SmallVector<int64_t>{33, 1, 65},
                     llvm::SmallVector<int64_t>{2, 40, 70}}) {
    std::vector<int> perm{0, 1, 2};
    do {
      checkPermuted<uint16_t>(shape, perm);
      checkPermuted<uint32_t>(shape, perm);
      checkPermuted<uint64_t>(shape, perm);
    } while (std::next_permutation(perm.begin(), perm.end()));
  }
  checkPermuted<uint8_t>({6, 8}, {1, 0});
}

TEST(StridedView, ContiguousViewsAreNotCopied) {
  auto data = counting<uint32_t>(12);
  auto *bytes = reinterpret_cast<const char *>(data.data());
  StridedView view = StridedView::contiguous(bytes, 4, {3, 4}, nullptr);
  EXPECT_EQ(makeContiguous(view).data, bytes);
  view.sizes[1] = 3; // columns 0 .. 2: rows are apart now
  EXPECT_FALSE(view.isContiguous());
  EXPECT_NE(makeContiguous(view).data, bytes);
}

TEST(StridedView, EmptyAndScalar) {
  auto data = counting<uint32_t>(1);
  auto *bytes = reinterpret_cast<const char *>(data.data());
  StridedView scalar = StridedView::contiguous(bytes, 4, {}, nullptr);
  EXPECT_EQ(scalar.getNumElements(), 1);
  uint32_t to = 0;
  copyStrided(scalar, reinterpret_cast<char *>(&to), {});
  EXPECT_EQ(to, 1u);
  StridedView empty = StridedView::contiguous(bytes, 4, {0, 4}, nullptr);
  EXPECT_EQ(empty.getNumElements(), 0);
  copyStrided(empty, nullptr, {4, 1}); // touches nothing
}
