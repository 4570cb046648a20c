//===- Refusals.h - why a model cannot be imported ------------------------===//
//
// Collected over the whole model, so that one run names every cause.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_REFUSALS_H
#define SINTER_IMPORTER_REFUSALS_H

#include "mlir/IR/Location.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringMap.h"
#include <string>
#include <vector>

namespace sinter {

class Refusals {
public:
  explicit Refusals(mlir::MLIRContext *ctx) : ctx(ctx) {}
  /// A node that is refused; `supported` and `wayOut` may be empty. Nodes of
  /// one op that are refused for one reason are one cause.
  void add(const onnx::NodeProto &node, int64_t opset,
           const std::string &reason, const std::string &supported = "",
           const std::string &wayOut = "");
  /// Anything else: an input, a tensor, the file.
  void add(const std::string &what, const std::string &reason,
           const std::string &wayOut = "");
  bool empty() const { return causes.empty(); }
  /// One diagnostic a cause; of very many the first ones.
  void emit() const;

private:
  struct Cause {
    std::string key; // causes with one key are one
    std::string start, more, end;
    unsigned count = 1;
  };
  void add(Cause cause);
  mlir::MLIRContext *ctx;
  std::vector<Cause> causes;
  llvm::StringMap<size_t> byKey;
};

/// A name for messages: the node's, else its first output's.
std::string getNodeName(const onnx::NodeProto &node);
/// "ai.onnx" for the default domain.
std::string getDomainName(llvm::StringRef domain);

} // namespace sinter
#endif
