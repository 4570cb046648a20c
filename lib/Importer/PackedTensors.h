//===- PackedTensors.h - tensors of 2 and 4 bit integers ------------------===//
//
// Such elements exist beside QuantizeLinear and DequantizeLinear only. In the
// dialect they are bytes: i8 or ui8 whose values have few bits.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_PACKEDTENSORS_H
#define SINTER_IMPORTER_PACKEDTENSORS_H

#include "mlir/IR/Builders.h"
#include "onnx/onnx_pb.h"

namespace sinter {

/// 2 or 4; 0 for other types.
unsigned getPackedBits(int32_t dataType);
/// i8 or ui8 for a packed type, null for others.
mlir::Type getUnpackedType(mlir::MLIRContext *ctx, int32_t dataType);

/// The tensor as its bytes: uint8, rank 1, data where it was.
onnx::TensorProto asBytes(const onnx::TensorProto &tensor);
/// Its elements, from the value of its bytes.
mlir::Value unpackTensor(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value bytes, const onnx::TensorProto &tensor);

} // namespace sinter
#endif
