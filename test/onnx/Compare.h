//===- Compare.h - a result against the recorded one ----------------------===//
#ifndef SINTER_TEST_ONNX_COMPARE_H
#define SINTER_TEST_ONNX_COMPARE_H

#include "dialects/Sinter/Interpreter/Tensor.h"
#include "test/onnx/NodeCase.h"

namespace sinter::test {

/// An ONNX tensor as the interpreter holds it; false with `error`.
bool toTensor(mlir::MLIRContext *ctx, const onnx::TensorProto &proto,
              Tensor &tensor, std::string &error);

/// Empty when equal within tolerance, else what differs. Integers and bools
/// are equal exactly; floats within 64 units in the last place of the largest
/// expected value, and never further apart than the case's own tolerance (two
/// units for 16 bit types, which are coarser than that).
std::string compare(const Tensor &got, const Tensor &expected,
                    const NodeCase &node);

} // namespace sinter::test
#endif
