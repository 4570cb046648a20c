//===- Refusals.cpp - why a model cannot be imported ----------------------===//
#include "lib/Importer/Refusals.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace sinter;

std::string sinter::getNodeName(const onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (auto &output : node.output())
    if (!output.empty())
      return output;
  return node.op_type();
}

std::string sinter::getDomainName(StringRef domain) {
  return domain.empty() ? "ai.onnx" : domain.str();
}

void Refusals::add(Cause cause) {
  auto [it, isNew] = byKey.try_emplace(cause.key, causes.size());
  if (isNew)
    causes.push_back(std::move(cause));
  else
    ++causes[it->second].count;
}

void Refusals::add(const onnx::NodeProto &node, int64_t opset,
                   const std::string &reason, const std::string &supported,
                   const std::string &wayOut) {
  std::string domain = getDomainName(node.domain()), name = getNodeName(node);
  std::string end = ": " + reason;
  if (!supported.empty())
    end += "; supported: " + supported;
  if (!wayOut.empty())
    end += "; " + wayOut;
  std::string opsetText = opset > 0 ? ", opset " + std::to_string(opset) : "";
  add({domain + "/" + node.op_type() + "/" + reason,
       "ONNX op " + node.op_type() + " (domain " + domain + opsetText +
           "), node '" + name + "'",
       " node", end});
}

void Refusals::add(const std::string &what, const std::string &reason,
                   const std::string &wayOut) {
  add({what + "/" + reason, what, "",
       ": " + reason + (wayOut.empty() ? "" : "; " + wayOut)});
}

static constexpr size_t maxCauses = 100;

void Refusals::emit() const {
  for (const Cause &cause : ArrayRef(causes).take_front(maxCauses)) {
    std::string text = cause.start;
    if (cause.count > 1)
      text += " and " + std::to_string(cause.count - 1) + " more" + cause.more +
              (cause.more.empty() || cause.count == 2 ? "" : "s");
    emitError(UnknownLoc::get(ctx)) << text << cause.end; // the text says where
  }
  if (causes.size() > maxCauses)
    emitError(UnknownLoc::get(ctx))
        << "and " << causes.size() - maxCauses << " more causes";
}
