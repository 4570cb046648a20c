//===- NodeCase.h - a backend node test of the onnx package ---------------===//
//
// A case is a folder that make_node_tests.py wrote. It is run in three forms:
// as it is (static); with every size of the inputs a symbol of its own, save
// those that an op must know, and operands such as axes as initializers
// (dynamic); and with all inputs as initializers (constants).
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TEST_ONNX_NODECASE_H
#define SINTER_TEST_ONNX_NODECASE_H

#include "onnx/onnx_pb.h"
#include <string>
#include <vector>

namespace sinter::test {

enum class Form { asIs, dynamic, constants };
inline constexpr Form allForms[] = {Form::asIs, Form::dynamic, Form::constants};
const char *getName(Form form);

struct NodeCase {
  std::string name;
  onnx::ModelProto model;
  std::vector<onnx::TensorProto> inputs, outputs;
  double rtol = 0, atol = 0;
};

/// False and `error` when the folder holds no case.
bool readCase(const std::string &folder, NodeCase &node, std::string &error);
/// Writes the model of a form; false when the file cannot be written.
bool writeModel(const NodeCase &node, Form form, const std::string &path);
/// Values of the inputs that the model of a form has.
std::vector<onnx::TensorProto> getArguments(const NodeCase &node, Form form);

} // namespace sinter::test
#endif
