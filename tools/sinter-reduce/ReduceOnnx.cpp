//===- ReduceOnnx.cpp - fewer nodes of an ONNX model ----------------------===//
//
// Nodes are in topological order. Those behind the last one that is needed go
// first, then those before the first one, then single ones. What a node that
// went away made becomes an input.
//
//===----------------------------------------------------------------------===//
#include "onnx/onnx_pb.h"
#include "onnx/shape_inference/implementation.h"
#include "tools/sinter-reduce/Judge.h"
#include "llvm/ADT/STLExtras.h"
#include <map>
#include <set>

using namespace sinter::reduce;
using llvm::StringRef;
using Names = std::set<std::string>;

namespace {
class Reducer {
public:
  Reducer(onnx::ModelProto model, Judge &judge)
      : model(std::move(model)), judge(judge) {
    learnTypes();
  }
  void run();

private:
  void learnTypes();
  std::optional<std::string> keep(const std::vector<int> &nodes);
  bool tryNodes(const std::vector<int> &nodes);

  onnx::ModelProto model;
  Judge &judge;
  std::vector<int> kept; // indices of nodes
  std::map<std::string, onnx::ValueInfoProto> types;
};
} // namespace

static void collectUses(const onnx::NodeProto &node, Names &uses) {
  uses.insert(node.input().begin(), node.input().end());
  for (auto &attribute : node.attribute()) {
    if (!attribute.has_g())
      continue;
    for (auto &inner : attribute.g().node())
      collectUses(inner, uses);
    for (auto &output : attribute.g().output())
      uses.insert(output.name());
  }
}

void Reducer::learnTypes() {
  onnx::ModelProto inferred = model;
  try {
    onnx::shape_inference::InferShapes(inferred);
  } catch (const std::exception &) { // then fewer values can become inputs
  }
  auto &graph = inferred.graph();
  for (auto *infos : {&graph.input(), &graph.value_info(), &graph.output()})
    for (auto &info : *infos)
      types[info.name()] = info;
}

/// The model of these nodes alone; none where a value that is cut has no type.
std::optional<std::string> Reducer::keep(const std::vector<int> &nodes) {
  auto &graph = model.graph();
  onnx::ModelProto small = model;
  auto *out = small.mutable_graph();
  out->clear_node();
  out->clear_input();
  out->clear_output();
  out->clear_initializer();
  out->clear_value_info();
  Names uses, made, weights;
  for (int i : nodes) {
    *out->add_node() = graph.node(i);
    collectUses(graph.node(i), uses);
    made.insert(graph.node(i).output().begin(), graph.node(i).output().end());
  }
  for (auto &tensor : graph.initializer())
    if (uses.count(tensor.name())) {
      *out->add_initializer() = tensor;
      weights.insert(tensor.name());
    }
  for (auto &name : uses) {
    if (name.empty() || made.count(name) || weights.count(name))
      continue;
    auto type = types.find(name);
    bool isOurs = llvm::any_of(graph.node(), [&](auto &node) {
      return llvm::is_contained(node.output(), name);
    });
    if (type != types.end())
      *out->add_input() = type->second;
    else if (isOurs)
      return std::nullopt;
  }
  for (auto &name : made) {
    bool isResult = llvm::any_of(
        graph.output(), [&](auto &output) { return output.name() == name; });
    auto type = types.find(name);
    if (name.empty() || (uses.count(name) && !isResult))
      continue;
    auto *info = out->add_output();
    if (type != types.end())
      *info = type->second;
    info->set_name(name);
    // The checker wants an element type and a shape, known or not.
    auto *tensor = info->mutable_type()->mutable_tensor_type();
    if (tensor->elem_type() == 0)
      tensor->set_elem_type(onnx::TensorProto::FLOAT);
    tensor->mutable_shape();
  }
  return small.SerializeAsString();
}

bool Reducer::tryNodes(const std::vector<int> &nodes) {
  if (nodes.empty())
    return false;
  auto bytes = keep(nodes);
  if (!bytes || !judge.accepts(*bytes))
    return false;
  kept = nodes;
  return true;
}

void Reducer::run() {
  for (int i = 0; i < model.graph().node_size(); ++i)
    kept.push_back(i);
  if (kept.empty())
    return;
  std::vector<int> all = kept;
  bisect(all.size(), [&](size_t count) {
    return tryNodes({all.begin(), all.begin() + long(count)});
  });
  all = kept;
  bisect(all.size(), [&](size_t count) {
    return tryNodes({all.end() - long(count), all.end()});
  });
  for (size_t step = std::max<size_t>(kept.size() / 2, 1);; step /= 2) {
    for (size_t at = 0; at < kept.size();) {
      std::vector<int> fewer = kept;
      auto first = fewer.begin() + long(at);
      fewer.erase(first, first + long(std::min(step, fewer.size() - at)));
      if (!tryNodes(fewer))
        at += step;
    }
    if (step == 1)
      return;
  }
}

bool sinter::reduce::reduceOnnx(StringRef path, Judge &judge,
                                std::string &error) {
  onnx::ModelProto model;
  if (!model.ParseFromString(judge.getBest())) {
    error = "'" + path.str() + "' is no ONNX model";
    return false;
  }
  Reducer(std::move(model), judge).run();
  return true;
}
