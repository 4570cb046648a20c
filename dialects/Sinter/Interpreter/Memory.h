//===- Memory.h - memrefs of the interpreter --------------------*- C++ -*-===//
//
// A buffer is bytes that several memrefs see; a memref is a strided view with
// an element type. Memory that nothing has been written to holds ones: floats
// read from it are NaN.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_INTERPRETER_MEMORY_H
#define SINTER_INTERPRETER_MEMORY_H

#include "dialects/Sinter/Interpreter/Team.h"
#include "dialects/Sinter/Interpreter/Tensor.h"

namespace sinter {

struct Buffer {
  std::vector<char> bytes;
  AccessLog log;
};

struct Memory {
  std::shared_ptr<Buffer> buffer;
  mlir::Type element;
  ElementKind kind = ElementKind::i8;
  int64_t offset = 0;   // in bytes
  Shape sizes, strides; // strides in elements

  Memory() = default;
  /// New memory, row-major.
  Memory(mlir::Type element, llvm::ArrayRef<int64_t> sizes);
  static Memory ofTensor(const Tensor &tensor, mlir::Type element);

  int64_t getRank() const { return sizes.size(); }
  /// Byte position of an element, or nullopt outside of sizes or bytes.
  std::optional<int64_t> find(llvm::ArrayRef<int64_t> index) const;
  Scalar load(int64_t byte) const;
  void store(int64_t byte, Scalar value);
  /// A copy of all elements; nullopt when some lie outside the bytes.
  std::optional<Tensor> toTensor() const;
  /// Writes the elements of a tensor of these sizes: all, or those that `which`
  /// is true for, by row-major position.
  void assign(const Tensor &tensor, const std::vector<bool> &which = {});
};

} // namespace sinter
#endif
