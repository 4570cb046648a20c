//===- Converters.h - the table of ops ------------------------------------===//
//
// One entry an op: the since-versions that its converter knows (each version of
// the specification is a form of its own) and the function. A model's op is
// found by its since-version at the model's opset; a version that no one has
// looked at is refused.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_CONVERTERS_H
#define SINTER_IMPORTER_CONVERTERS_H

#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringRef.h"
#include <vector>

namespace sinter {
class Node;

struct Converter {
  const char *op;
  std::vector<int64_t> versions;
  void (*convert)(Node &);
  const char *limits = ""; ///< what is refused, for docs/onnx-ops.md
  const char *domain = ""; ///< "" is ai.onnx
};

/// All entries, by domain and op.
const std::vector<Converter> &getConverters();
/// The converter of a node's op in the form of `since`; null: none.
const Converter *findConverter(const onnx::NodeProto &node, int64_t since);
/// A converter of some form of an op; null: none.
const Converter *findConverter(llvm::StringRef domain, llvm::StringRef op);

// Each in its file.
void addElementwiseConverters(std::vector<Converter> &table);
void addActivationConverters(std::vector<Converter> &table);
void addReductionConverters(std::vector<Converter> &table);
void addMatMulConverters(std::vector<Converter> &table);
void addShapeConverters(std::vector<Converter> &table);
void addIndexConverters(std::vector<Converter> &table);
void addConstantConverters(std::vector<Converter> &table);
void addNormConverters(std::vector<Converter> &table);
void addRotaryConverters(std::vector<Converter> &table);
void addAttentionConverters(std::vector<Converter> &table);
void addControlConverters(std::vector<Converter> &table);
void addConvolutionConverters(std::vector<Converter> &table);
void addTransposedConvolutionConverters(std::vector<Converter> &table);
void addQuantizedConverters(std::vector<Converter> &table);
void addBitConverters(std::vector<Converter> &table);
void addEinsumConverters(std::vector<Converter> &table);
void addResizeConverters(std::vector<Converter> &table);
void addChannelNormConverters(std::vector<Converter> &table);
void addTensorScatterConverters(std::vector<Converter> &table);
void addFourierConverters(std::vector<Converter> &table);
void addGridSampleConverters(std::vector<Converter> &table);
void addBlockConverters(std::vector<Converter> &table);
void addPadConverters(std::vector<Converter> &table);
void addSelectionConverters(std::vector<Converter> &table);
void addContribConverters(std::vector<Converter> &table);
void addContribQuantizedConverters(std::vector<Converter> &table);
void addContribAttentionConverters(std::vector<Converter> &table);
void addGroupQueryAttentionConverters(std::vector<Converter> &table);
void addExpertConverters(std::vector<Converter> &table);
void addFusedConverters(std::vector<Converter> &table);

} // namespace sinter
#endif
