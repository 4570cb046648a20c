//===- MergedDecoder.cpp - an If on a use-cache flag ----------------------===//
#include "lib/Importer/MergedDecoder.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

using namespace sinter;

using Names = std::set<std::string>;

/// Names that a subgraph reads of the graphs around it. The nesting of graphs
/// is bounded when a file is read.
static void collectReads(const onnx::GraphProto &graph, Names &reads) {
  Names made, inner;
  for (auto &input : graph.input())
    made.insert(input.name());
  for (auto &tensor : graph.initializer())
    made.insert(tensor.name());
  for (auto &node : graph.node()) {
    inner.insert(node.input().begin(), node.input().end());
    for (auto &attribute : node.attribute())
      if (attribute.has_g())
        collectReads(attribute.g(), inner);
    made.insert(node.output().begin(), node.output().end());
  }
  for (auto &output : graph.output())
    inner.insert(output.name());
  for (auto &name : inner)
    if (!made.count(name))
      reads.insert(name);
}

static const onnx::GraphProto *getBranch(const onnx::NodeProto &node,
                                         const char *name) {
  for (auto &attribute : node.attribute())
    if (attribute.name() == name && attribute.has_g())
      return &attribute.g();
  return nullptr;
}

static bool isFlag(const onnx::ValueInfoProto &input) {
  auto &type = input.type().tensor_type();
  return type.elem_type() == onnx::TensorProto::BOOL && type.has_shape() &&
         llvm::all_of(type.shape().dim(), [](auto &dim) {
           return dim.has_dim_value() && dim.dim_value() == 1;
         });
}

/// Do the branch's nodes append to what is named, or move it and then do? Not
/// so the keys and values of an encoder, which stand for themselves.
static bool isAppendedTo(const onnx::GraphProto &branch,
                         const std::string &past) {
  static const Names moves = {"Cast",      "Flatten",  "Gather", "Identity",
                              "Reshape",   "Slice",    "Split",  "Squeeze",
                              "Transpose", "Unsqueeze"};
  static const Names ends = {
      "Attention",          "Concat", "GroupQueryAttention",
      "MultiHeadAttention", "Shape",  "TensorScatter"};
  Names moved = {past};
  for (auto &node : branch.node()) {
    if (llvm::none_of(node.input(),
                      [&](auto &name) { return moved.count(name); }))
      continue;
    if (moves.count(node.op_type()))
      moved.insert(node.output().begin(), node.output().end());
    else if (!ends.count(node.op_type()))
      return false;
  }
  return true;
}

/// True when `with`, which reads `reads`, is the branch with a past.
static bool addsPasts(const onnx::GraphProto &with, const Names &reads,
                      const Names &without,
                      const std::map<std::string, int> &ranks) {
  bool pasts = false;
  for (auto &[name, rank] : ranks) {
    if (without.count(name) && !reads.count(name))
      return false;
    if (rank < 3 || !reads.count(name) || without.count(name))
      continue;
    if (!isAppendedTo(with, name))
      return false;
    pasts = true;
  }
  return pasts;
}

std::map<std::string, bool>
sinter::findCacheFlags(const onnx::GraphProto &graph) {
  std::map<std::string, int> ranks; // of inputs
  std::map<std::string, bool> flags;
  Names candidates, elsewhere;
  for (auto &input : graph.input()) {
    ranks[input.name()] = input.type().tensor_type().shape().dim_size();
    if (isFlag(input))
      candidates.insert(input.name());
  }
  for (auto &node : graph.node()) {
    auto *onTrue = getBranch(node, "then_branch");
    auto *onFalse = getBranch(node, "else_branch");
    if (node.op_type() != "If" || !onTrue || !onFalse ||
        node.input_size() != 1 || !candidates.count(node.input(0))) {
      elsewhere.insert(node.input().begin(), node.input().end());
      continue;
    }
    Names reads[2];
    collectReads(*onTrue, reads[0]);
    collectReads(*onFalse, reads[1]);
    for (int i : {0, 1}) {
      elsewhere.insert(reads[i].begin(), reads[i].end());
      if (addsPasts(i ? *onFalse : *onTrue, reads[i], reads[1 - i], ranks))
        flags[node.input(0)] = i == 0;
    }
  }
  for (auto &output : graph.output())
    elsewhere.insert(output.name());
  std::erase_if(flags, [&](auto &f) { return elsewhere.count(f.first); });
  return flags;
}
