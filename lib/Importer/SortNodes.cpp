//===- SortNodes.cpp - nodes in an order in which they can run ------------===//
#include "lib/Importer/SortNodes.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include <queue>
#include <vector>

using namespace sinter;
using onnx::GraphProto;
using onnx::NodeProto;

/// Every name that the node reads, in its subgraphs too.
static void forEachRead(const NodeProto &node,
                        llvm::function_ref<void(const std::string &)> visit) {
  for (auto &input : node.input())
    visit(input);
  for (auto &attribute : node.attribute())
    if (attribute.has_g()) {
      for (auto &inner : attribute.g().node())
        forEachRead(inner, visit);
      for (auto &output : attribute.g().output())
        visit(output.name());
    }
}

void sinter::sortNodes(GraphProto &graph) {
  llvm::StringMap<int> makers;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (auto &attribute : *graph.mutable_node(i)->mutable_attribute())
      if (attribute.has_g())
        sortNodes(*attribute.mutable_g());
    for (auto &output : graph.node(i).output())
      if (!output.empty())
        makers.try_emplace(output, i);
  }
  // How many values of this graph a node waits for, and who waits for its.
  std::vector<int> waits(graph.node_size(), 0);
  std::vector<std::vector<int>> readers(graph.node_size());
  bool isSorted = true;
  for (int i = 0; i < graph.node_size(); ++i)
    forEachRead(graph.node(i), [&](const std::string &name) {
      auto maker = makers.find(name);
      if (maker == makers.end())
        return;
      isSorted &= maker->second < i;
      ++waits[i];
      readers[maker->second].push_back(i);
    });
  if (isSorted)
    return;
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int i = 0; i < graph.node_size(); ++i)
    if (!waits[i])
      ready.push(i);
  std::vector<int> order;
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (int reader : readers[order.back()])
      if (--waits[reader] == 0)
        ready.push(reader);
  }
  if (int(order.size()) != graph.node_size())
    return;
  GraphProto sorted;
  for (int i : order)
    sorted.add_node()->Swap(graph.mutable_node(i));
  graph.mutable_node()->Swap(sorted.mutable_node());
}
