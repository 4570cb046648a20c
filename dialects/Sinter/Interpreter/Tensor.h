//===- Tensor.h - concrete values of the interpreter ------------*- C++ -*-===//
//
// A Scalar is one number with its type; a Tensor is a concrete shape over
// bytes, row-major. Bytes are shared until written, or belong to somebody else
// (a mapped file). Floats are read and written as double: writing rounds once
// to the element type. Integers are read as int64_t (unsigned 64-bit ones as
// their bits): writing wraps. i1 is one byte, 0 or 1.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_INTERPRETER_TENSOR_H
#define SINTER_INTERPRETER_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <memory>
#include <vector>

namespace sinter {

enum class ElementKind : uint8_t {
  f16,
  bf16,
  f32,
  f64,
  i1,
  i8,
  i16,
  i32,
  i64,
  u8,
  u16,
  u32,
  u64,
  index
};

/// Nullopt for element types that no level of the pipeline has.
std::optional<ElementKind> getElementKind(mlir::Type type);
int64_t getElementSize(ElementKind kind);
inline bool isFloat(ElementKind kind) { return kind <= ElementKind::f64; }
inline bool isUnsigned(ElementKind kind) {
  return kind == ElementKind::i1 ||
         (kind >= ElementKind::u8 && kind <= ElementKind::u64);
}

double loadDouble(ElementKind kind, const char *data);
int64_t loadInt(ElementKind kind, const char *data);
void storeDouble(ElementKind kind, char *data, double value);
void storeInt(ElementKind kind, char *data, int64_t value);

/// One number: floats in `real`, everything else in `integer`.
struct Scalar {
  ElementKind kind = ElementKind::i64;
  union {
    double real;
    int64_t integer = 0;
  };

  static Scalar ofFloat(ElementKind kind, double value); // rounds to kind
  static Scalar ofInt(ElementKind kind, int64_t value);  // wraps to kind
  static Scalar ofIndex(int64_t value) {
    return ofInt(ElementKind::index, value);
  }
  static Scalar ofBool(bool value) { return ofInt(ElementKind::i1, value); }
  bool isFloat() const { return sinter::isFloat(kind); }
};

using Shape = llvm::SmallVector<int64_t, 4>;

class Tensor {
public:
  Tensor() = default;
  /// Zeros. The element count must not overflow: see `fits`.
  Tensor(mlir::Type element, llvm::ArrayRef<int64_t> shape);
  /// Borrows `data`, which `owner` keeps alive (null: the caller does).
  Tensor(mlir::Type element, llvm::ArrayRef<int64_t> shape, const char *data,
         std::shared_ptr<const void> owner);
  static Tensor ofDoubles(mlir::Type element, llvm::ArrayRef<int64_t> shape,
                          llvm::ArrayRef<double> values);
  static Tensor ofInts(mlir::Type element, llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<int64_t> values);
  static Tensor ofScalar(mlir::Type element, Scalar value);
  /// Reads dense, splat and resource elements; nullopt for other attributes.
  static std::optional<Tensor> ofAttr(mlir::ElementsAttr attr);

  /// True when a tensor of these sizes can be allocated: no negative size, no
  /// more than 2^40 bytes.
  static bool fits(ElementKind kind, llvm::ArrayRef<int64_t> shape);

  explicit operator bool() const { return bool(element); }
  mlir::Type getElement() const { return element; }
  ElementKind getKind() const { return kind; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getDim(unsigned i) const { return shape[i]; }
  int64_t getRank() const { return shape.size(); }
  int64_t getCount() const { return count; }
  int64_t getBytes() const { return count * size; }
  const char *getData() const { return data; }
  /// Bytes to write to: copies them first unless nobody else sees them.
  char *getWritable();
  std::shared_ptr<const void> getOwner() const { return owner; }
  /// The same values in bytes of their own.
  Tensor detached() const;

  // Elements by row-major position.
  double getDouble(int64_t i) const {
    return loadDouble(kind, data + i * size);
  }
  int64_t getInt(int64_t i) const { return loadInt(kind, data + i * size); }
  Scalar get(int64_t i) const;
  void setDouble(int64_t i, double v) {
    storeDouble(kind, getWritable() + i * size, v);
  }
  void setInt(int64_t i, int64_t v) {
    storeInt(kind, getWritable() + i * size, v);
  }
  void set(int64_t i, Scalar value);
  /// Copies element `j` of `from`, which has the same element type.
  void copy(int64_t i, const Tensor &from, int64_t j);
  /// All elements as numbers.
  std::vector<double> toDoubles() const;
  std::vector<int64_t> toInts() const;

  /// The same elements in another shape (equal counts).
  Tensor reshaped(llvm::ArrayRef<int64_t> newShape) const;
  /// As an attribute of a static tensor type of this shape.
  mlir::DenseElementsAttr toAttr(mlir::RankedTensorType type) const;
  std::string shapeText() const; // "[2, 3]"

private:
  mlir::Type element;
  ElementKind kind = ElementKind::f32;
  int64_t size = 4, count = 0;
  Shape shape;
  std::shared_ptr<const void> owner;
  const char *data = nullptr;
  bool owned = false;
};

/// Text of a shape: "[2, 3]".
std::string shapeText(llvm::ArrayRef<int64_t> shape);

} // namespace sinter
#endif
