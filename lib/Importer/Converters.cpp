//===- Converters.cpp - the table of ops ----------------------------------===//
#include "lib/Importer/Converters.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include <cstring>

using namespace sinter;
using llvm::StringRef;

const std::vector<Converter> &sinter::getConverters() {
  static const std::vector<Converter> table = [] {
    std::vector<Converter> t;
    addElementwiseConverters(t);
    addActivationConverters(t);
    addReductionConverters(t);
    addMatMulConverters(t);
    addShapeConverters(t);
    addIndexConverters(t);
    addConstantConverters(t);
    addNormConverters(t);
    addRotaryConverters(t);
    addAttentionConverters(t);
    addControlConverters(t);
    addConvolutionConverters(t);
    addTransposedConvolutionConverters(t);
    addQuantizedConverters(t);
    addBitConverters(t);
    addEinsumConverters(t);
    addResizeConverters(t);
    addChannelNormConverters(t);
    addTensorScatterConverters(t);
    addPadConverters(t);
    addFourierConverters(t);
    addGridSampleConverters(t);
    addBlockConverters(t);
    addSelectionConverters(t);
    addContribConverters(t);
    addContribQuantizedConverters(t);
    addContribAttentionConverters(t);
    addGroupQueryAttentionConverters(t);
    addExpertConverters(t);
    addFusedConverters(t);
    llvm::sort(t, [](const Converter &a, const Converter &b) {
      int domains = std::strcmp(a.domain, b.domain);
      return domains ? domains < 0 : std::strcmp(a.op, b.op) < 0;
    });
    return t;
  }();
  return table;
}

const Converter *sinter::findConverter(StringRef domain, StringRef op) {
  static const llvm::StringMap<const Converter *> byName = [] {
    llvm::StringMap<const Converter *> map;
    for (const Converter &converter : getConverters())
      map[std::string(converter.domain) + ":" + converter.op] = &converter;
    return map;
  }();
  return byName.lookup(((domain == "ai.onnx" ? "" : domain) + ":" + op).str());
}

const Converter *sinter::findConverter(const onnx::NodeProto &node,
                                       int64_t since) {
  const Converter *converter = findConverter(node.domain(), node.op_type());
  if (!converter || !llvm::is_contained(converter->versions, since))
    return nullptr;
  return converter;
}
