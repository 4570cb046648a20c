//===- NodeCase.cpp - a backend node test of the onnx package -------------===//
#include "test/onnx/NodeCase.h"
#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace sinter::test;

const char *sinter::test::getName(Form form) {
  switch (form) {
  case Form::asIs:
    return "static";
  case Form::dynamic:
    return "dynamic";
  case Form::constants:
    return "constants";
  }
  return "";
}

template <typename Message>
static bool read(const std::string &path, Message &message) {
  std::ifstream in(path, std::ios::binary);
  return in && message.ParseFromIstream(&in);
}

bool sinter::test::readCase(const std::string &folder, NodeCase &node,
                            std::string &error) {
  namespace fs = std::filesystem;
  node.name = fs::path(folder).filename();
  std::ifstream tolerance(folder + "/tolerance.txt");
  tolerance >> node.rtol >> node.atol;
  if (!tolerance || !read(folder + "/model.onnx", node.model)) {
    error = "no model or tolerance";
    return false;
  }
  auto readAll = [&](const char *kind, std::vector<onnx::TensorProto> &out,
                     int count) {
    out.resize(count);
    for (int i = 0; i < count; ++i)
      if (!read(folder + "/" + kind + "_" + std::to_string(i) + ".pb", out[i]))
        return false;
    return true;
  };
  if (!readAll("input", node.inputs, node.model.graph().input_size()) ||
      !readAll("output", node.outputs, node.model.graph().output_size())) {
    error = "a tensor is missing";
    return false;
  }
  return true;
}

static void makeInitializer(const NodeCase &node, int input,
                            onnx::GraphProto &graph) {
  auto *tensor = graph.add_initializer();
  *tensor = node.inputs[input];
  tensor->set_name(node.model.graph().input(input).name());
}

/// Operands that say what an op does rather than what it works on.
static bool isParameter(const std::string &name) {
  static const char *const names[] = {"axes",      "axis",   "shape",
                                      "new_shape", "split",  "steps",
                                      "repeats",   "starts", "ends"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Sizes that stay fixed in the dynamic form: heads and their widths.
static bool isFixed(const std::string &op, int rank, int dim) {
  if (op != "Attention" && op != "RotaryEmbedding")
    return op == "GatherND" && dim == rank - 1;
  return rank == 4 ? dim == 1 || dim == 3 : dim > 0 && dim == rank - 1;
}

static void makeDynamic(const NodeCase &node, onnx::GraphProto &graph) {
  const std::string &op = node.model.graph().node(0).op_type();
  graph.clear_input();
  for (int i = 0; i < node.model.graph().input_size(); ++i) {
    const onnx::ValueInfoProto &input = node.model.graph().input(i);
    if (isParameter(input.name())) {
      makeInitializer(node, i, graph);
      continue;
    }
    auto *shape = [&] {
      auto *kept = graph.add_input();
      *kept = input;
      return kept->mutable_type()->mutable_tensor_type()->mutable_shape();
    }();
    for (int j = 0; j < shape->dim_size(); ++j)
      if (!isFixed(op, shape->dim_size(), j))
        shape->mutable_dim(j)->set_dim_param("d" + std::to_string(i) + "_" +
                                             std::to_string(j));
  }
}

bool sinter::test::writeModel(const NodeCase &node, Form form,
                              const std::string &path) {
  onnx::ModelProto model = node.model;
  onnx::GraphProto &graph = *model.mutable_graph();
  if (form != Form::asIs)
    for (auto &output : *graph.mutable_output())
      if (output.type().tensor_type().has_shape())
        for (auto &dim : *output.mutable_type()
                              ->mutable_tensor_type()
                              ->mutable_shape()
                              ->mutable_dim())
          dim.Clear();
  if (form == Form::dynamic)
    makeDynamic(node, graph);
  if (form == Form::constants) {
    for (int i = 0; i < graph.input_size(); ++i)
      makeInitializer(node, i, graph);
    graph.clear_input();
    // Before IR version 4 an initializer had to be an input as well.
    model.set_ir_version(std::max<int64_t>(model.ir_version(), 4));
  }
  std::ofstream out(path, std::ios::binary);
  return out && model.SerializeToOstream(&out) && out.flush();
}

std::vector<onnx::TensorProto> sinter::test::getArguments(const NodeCase &node,
                                                          Form form) {
  std::vector<onnx::TensorProto> arguments;
  for (size_t i = 0; i < node.inputs.size() && form != Form::constants; ++i)
    if (form != Form::dynamic ||
        !isParameter(node.model.graph().input(int(i)).name()))
      arguments.push_back(node.inputs[i]);
  return arguments;
}
