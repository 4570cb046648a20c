//===- DimNames.h - symbolic sizes of a model's inputs --------------------===//
//
// A dim_param becomes a symbol of the same name, as far as DimExpr can spell
// it; text such as "past_length + length" becomes the sum when both are sizes
// of inputs. A dimension without a name is INPUT.INDEX.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_DIMNAMES_H
#define SINTER_IMPORTER_DIMNAMES_H

#include "dialects/Sinter/IR/DimExpr.h"
#include "lib/Importer/Importer.h"
#include "lib/Importer/Refusals.h"
#include <set>

namespace sinter {

class DimNames {
public:
  /// Reads the names of a graph's inputs; a name in the options that no input
  /// has is refused.
  DimNames(const onnx::GraphProto &graph, const ImportOptions &options,
           Refusals &refusals);
  /// The size of dimension `index` of input `input`; unknown when it is
  /// negative.
  DimExpr getInput(const onnx::TensorShapeProto::Dimension &dim,
                   llvm::StringRef input, int index);
  /// A symbol that no input has and no call before gave.
  DimExpr getFresh(llvm::StringRef base);
  /// Writes fixed sizes into a graph's declared types.
  void fix(onnx::GraphProto &graph) const;

private:
  std::optional<DimExpr> parse(llvm::StringRef text) const;
  DimExpr substitute(const DimExpr &e) const;
  DimExpr getSymbol(llvm::StringRef text);
  const std::map<std::string, int64_t> &fixed;
  std::set<std::string> plain;                  // dim_params that are names
  std::map<std::string, std::string> spellings; // others, by text
  std::set<std::string> used;
};

} // namespace sinter
#endif
