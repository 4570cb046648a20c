//===- Tensors.h - types, values and places of ONNX tensors ---------------===//
//
// Nothing about a tensor in a file is believed: shapes may overflow, sizes may
// disagree, external data may point anywhere.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_TENSORS_H
#define SINTER_IMPORTER_TENSORS_H

#include "lib/Importer/ModelFile.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <map>
#include <optional>

namespace sinter {

/// "float16", "int4", ... as the ONNX specification writes them.
std::string getDataTypeName(int32_t dataType);
/// The dialect's element type; null when it has none.
mlir::Type getElementType(mlir::MLIRContext *ctx, int32_t dataType);

/// Bytes of an element in a file; 0 when the dialect has no such element.
unsigned getElementSize(int32_t dataType);
/// Bytes that a tensor's shape and type need; nullopt and `error` when the type
/// is not supported or the shape is negative or too large.
std::optional<uint64_t> getTensorSize(const onnx::TensorProto &tensor,
                                      std::string &error);

/// The type of a tensor; null and `error` when it has none in the dialect.
mlir::RankedTensorType getTensorType(mlir::MLIRContext *ctx,
                                     const onnx::TensorProto &tensor,
                                     std::string &error);

/// The elements of a tensor whose data is in the message.
mlir::DenseElementsAttr readTensor(const onnx::TensorProto &tensor,
                                   mlir::RankedTensorType type,
                                   std::string &error);

/// Where a tensor's bytes are. `file` is relative to the model's folder.
struct TensorPlace {
  std::string file;
  uint64_t offset = 0, bytes = 0;
};

inline bool isExternal(const onnx::TensorProto &tensor) {
  return tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

/// Finds the bytes of tensors with isExternal, checked against the files.
class TensorPlaces {
public:
  explicit TensorPlaces(const ModelFile &model) : model(model) {}
  /// nullopt and `error` when the place is not inside the model's folder, not
  /// there or not as large as the shape says.
  std::optional<TensorPlace> locate(const onnx::TensorProto &tensor,
                                    std::string &error);
  /// Moves external tensors that are no weights (integers under 64 KiB, a few
  /// floats) into the message, because shapes may depend on them.
  bool loadSmall(onnx::TensorProto &tensor, std::string &error);
  /// True when the two halves of every row of `rowBytes` are the same bytes, as
  /// in rotary tables that are stored at full width. Other weights differ in
  /// their first row, so this costs nothing.
  bool hasEqualHalves(const TensorPlace &place, uint64_t rowBytes);

private:
  std::optional<uint64_t> getFileSize(llvm::StringRef location,
                                      std::string &error);
  const ModelFile &model;
  std::map<std::string, uint64_t> sizes;
};

} // namespace sinter
#endif
