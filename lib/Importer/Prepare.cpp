//===- Prepare.cpp - what the official ONNX library does for us -----------===//
#include "lib/Importer/Prepare.h"
#include "lib/Importer/ContribSchemas.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Equations.h"
#include "lib/Importer/SortNodes.h"
#include "lib/Importer/WireFormat.h"
#include "onnx/checker.h"
#include "onnx/defs/schema.h"
#include "onnx/inliner/inliner.h"
#include "onnx/shape_inference/implementation.h"
#include "onnx/version_converter/convert.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <set>

using namespace sinter;
using llvm::StringRef;
using onnx::AttributeProto;
using onnx::GraphProto;
using onnx::ModelProto;
using onnx::NodeProto;
using onnx::OpSchemaRegistry;
using onnx::TensorProto;

int64_t sinter::getNewestOpset() {
  return OpSchemaRegistry::DomainToVersionRange::Instance()
      .Map()
      .at(onnx::ONNX_DOMAIN)
      .second;
}

static const onnx::OpSchema *
getSchema(const NodeProto &node, const std::map<std::string, int64_t> &opsets) {
  std::string domain = node.domain() == "ai.onnx" ? "" : node.domain();
  auto opset = opsets.find(domain);
  if (opset == opsets.end())
    return nullptr;
  return OpSchemaRegistry::Schema(node.op_type(), int(opset->second), domain);
}

int64_t sinter::getSinceVersion(const NodeProto &node,
                                const std::map<std::string, int64_t> &opsets) {
  auto *schema = getSchema(node, opsets);
  return schema ? schema->since_version() : 0;
}

/// Runs a step of the ONNX library; its exception becomes text.
template <typename Step> static bool guard(Step step, std::string &error) {
  try {
    step();
    return true;
  } catch (const std::exception &e) {
    error = e.what();
  } catch (...) {
    error = "unknown error";
  }
  // The library's messages have many lines and formats left in.
  for (char &c : error)
    if (c == '\n' || c == '\r')
      c = ' ';
  error = StringRef(error).trim().take_front(600).str();
  return false;
}

template <typename Nodes, typename Visit>
static void forEachNode(const Nodes &nodes, Visit visit) {
  for (const NodeProto &node : nodes) {
    visit(node);
    for (auto &attribute : node.attribute()) {
      if (attribute.has_g())
        forEachNode(attribute.g().node(), visit);
      for (auto &graph : attribute.graphs())
        forEachNode(graph.node(), visit);
    }
  }
}

//===----------------------------------------------------------------------===//
// Opsets, tensors, the checker
//===----------------------------------------------------------------------===//

static bool readOpsets(const ModelFile &file, Refusals &refusals,
                       std::map<std::string, int64_t> &opsets) {
  for (auto &import : file.model.opset_import()) {
    std::string domain = import.domain() == "ai.onnx" ? "" : import.domain();
    if (!opsets.emplace(domain, import.version()).second) {
      refusals.add("model '" + file.name + "'", "imports the opset of domain " +
                                                    getDomainName(domain) +
                                                    " twice");
      return false;
    }
  }
  auto it = opsets.find("");
  int64_t newest = getNewestOpset();
  std::string range =
      "opsets " + std::to_string(oldestOpset) + " to " + std::to_string(newest);
  if (it == opsets.end()) {
    refusals.add("model '" + file.name + "'", "imports no opset of ai.onnx",
                 range + " are supported");
    return false;
  }
  if (it->second < oldestOpset || it->second > newest) {
    refusals.add("model '" + file.name + "'",
                 "has opset " + std::to_string(it->second) + "; " + range +
                     " are supported",
                 it->second < oldestOpset
                     ? "export it again with a newer opset"
                     : "export it again with an older opset");
    return false;
  }
  return true;
}

static void readTensors(ModelFile &file, TensorPlaces &places,
                        Refusals &refusals) {
  forEachTensor(file.model, [&](TensorProto &tensor) {
    std::string error;
    if (isExternal(tensor) && !places.loadSmall(tensor, error))
      refusals.add("tensor '" + tensor.name() + "'", error);
  });
}

/// The model with every external tensor empty: the checker would look for
/// files, which TensorPlaces has done, and cannot follow embeddedKey.
static void checkModel(const ModelFile &file, Refusals &refusals) {
  ModelProto copy = file.model;
  forEachTensor(copy, [](TensorProto &tensor) {
    if (!isExternal(tensor))
      return;
    tensor.clear_external_data();
    tensor.clear_data_location();
    tensor.clear_dims();
    tensor.add_dims(0);
    tensor.set_raw_data("");
  });
  std::string error;
  if (!guard([&] { onnx::checker::check_model(copy); }, error))
    refusals.add("model '" + file.name + "'",
                 "the ONNX checker refuses it: " + error);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// What shape inference sees: weights are inputs, because it would try to read
/// their data; types that the file claims for values between are not believed.
static ModelProto makeInferenceModel(const ModelProto &model) {
  ModelProto copy = model;
  GraphProto &graph = *copy.mutable_graph();
  graph.clear_value_info();
  std::set<std::string> inputs;
  for (auto &input : graph.input())
    inputs.insert(input.name());
  GraphProto kept;
  for (TensorProto &tensor : *graph.mutable_initializer()) {
    if (!isExternal(tensor)) {
      *kept.add_initializer() = std::move(tensor);
      continue;
    }
    if (!inputs.insert(tensor.name()).second)
      continue;
    auto *input = graph.add_input();
    input->set_name(tensor.name());
    auto *type = input->mutable_type()->mutable_tensor_type();
    type->set_elem_type(tensor.data_type());
    type->mutable_shape();
    for (int64_t size : tensor.dims())
      type->mutable_shape()->add_dim()->set_dim_value(size);
  }
  graph.mutable_initializer()->Swap(kept.mutable_initializer());
  return copy;
}

/// Values of shapes are propagated where ONNX can: not between branches of an
/// If that name their values alike, as the exporters' merged decoders do.
static bool inferTypes(const ModelProto &model, ModelProto &inferred,
                       std::string &error) {
  for (bool propagateData : {true, false}) {
    inferred = makeInferenceModel(model);
    onnx::ShapeInferenceOptions options(/*check_type=*/true, /*strict_mode=*/1,
                                        propagateData);
    error.clear();
    auto infer = [&] {
      onnx::shape_inference::InferShapes(inferred, OpSchemaRegistry::Instance(),
                                         options);
    };
    if (guard(infer, error))
      return true;
  }
  return false;
}

static void collectTypes(const ModelProto &inferred, PreparedModel &prepared) {
  auto collect = [&](auto &values) {
    for (auto &value : values)
      if (value.has_type())
        prepared.types[value.name()] = value.type();
  };
  collect(inferred.graph().value_info());
  collect(inferred.graph().input());
  collect(inferred.graph().output());
}

//===----------------------------------------------------------------------===//
// Ops without a converter
//===----------------------------------------------------------------------===//

namespace {
/// What can be done about the ops of a model that have no converter.
struct Gaps {
  std::set<std::pair<std::string, std::string>> bodies; // domain, op
  bool newerForm = false; // the newest opset has a converter or a body
};
} // namespace

static bool hasBody(const onnx::OpSchema &schema) {
  return schema.HasFunction() || schema.HasContextDependentFunction();
}

static Gaps findGaps(const ModelProto &model,
                     const std::map<std::string, int64_t> &opsets) {
  Gaps gaps;
  forEachNode(model.graph().node(), [&](const NodeProto &node) {
    auto *schema = getSchema(node, opsets);
    if (!schema || findConverter(node, schema->since_version()))
      return;
    if (hasBody(*schema)) {
      gaps.bodies.insert({schema->domain(), node.op_type()});
      return;
    }
    if (!schema->domain().empty())
      return;
    auto *newest =
        OpSchemaRegistry::Schema(node.op_type(), int(getNewestOpset()), "");
    gaps.newerForm |=
        newest && newest != schema && !newest->deprecated() &&
        (findConverter(node, newest->since_version()) || hasBody(*newest));
  });
  return gaps;
}

/// A body refers to attributes that a node may leave to their defaults: the
/// inliner does not know those.
static void fillDefaults(GraphProto &graph, const Gaps &gaps,
                         const std::map<std::string, int64_t> &opsets) {
  for (NodeProto &node : *graph.mutable_node()) {
    for (AttributeProto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        fillDefaults(*attribute.mutable_g(), gaps, opsets);
    auto *schema = getSchema(node, opsets);
    if (!schema || !gaps.bodies.count({schema->domain(), node.op_type()}))
      continue;
    for (auto &[name, declared] : schema->attributes())
      if (declared.default_value.has_name() &&
          llvm::none_of(node.attribute(),
                        [&](auto &given) { return given.name() == name; }))
        *node.add_attribute() = declared.default_value;
  }
}

/// Replaces nodes by the function bodies of their schemas. Needs types for
/// every value, initializers too.
static bool inlineBodies(ModelProto &model, const Gaps &gaps,
                         const std::map<std::string, int64_t> &opsets,
                         std::string &error) {
  ModelProto inferred;
  if (!inferTypes(model, inferred, error))
    return false;
  ModelProto copy = model;
  GraphProto &graph = *copy.mutable_graph();
  *graph.mutable_value_info() = inferred.graph().value_info();
  for (const TensorProto &tensor : graph.initializer()) {
    auto *value = graph.add_value_info();
    value->set_name(tensor.name());
    auto *type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(tensor.data_type());
    type->mutable_shape();
    for (int64_t size : tensor.dims())
      type->mutable_shape()->add_dim()->set_dim_value(size);
  }
  fillDefaults(graph, gaps, opsets);
  onnx::inliner::FunctionIdVector ids(gaps.bodies.begin(), gaps.bodies.end());
  bool done = guard(
      [&] {
        auto set = onnx::inliner::FunctionIdSet::Create(std::move(ids));
        onnx::inliner::InlineSelectedFunctions(copy, *set,
                                               OpSchemaRegistry::Instance());
      },
      error);
  if (done) // the inliner may leave a damaged model when it throws
    model = std::move(copy);
  return done;
}

/// True when every op has a definition: in the library or in the model.
static bool findUnknownOps(const ModelProto &model,
                           const std::map<std::string, int64_t> &opsets,
                           Refusals &refusals) {
  std::set<std::pair<std::string, std::string>> functions;
  for (auto &function : model.functions())
    functions.insert({function.domain(), function.name()});
  bool known = true;
  auto visit = [&](const NodeProto &node) {
    if (functions.count({node.domain(), node.op_type()}) ||
        getSchema(node, opsets))
      return;
    known = false;
    auto opset = opsets.find(node.domain() == "ai.onnx" ? "" : node.domain());
    refusals.add(node, opset == opsets.end() ? 0 : opset->second,
                 opset == opsets.end()
                     ? "the model imports no opset of its domain"
                     : "the ONNX library knows no such op",
                 "the ops of docs/onnx-ops.md, and functions in the model");
  };
  forEachNode(model.graph().node(), visit);
  for (auto &function : model.functions())
    forEachNode(function.node(), visit);
  return known;
}

static bool convertVersion(ModelProto &model, int64_t opset,
                           std::map<std::string, int64_t> &opsets,
                           std::string &error) {
  ModelProto converted;
  if (!guard(
          [&] {
            converted =
                onnx::version_conversion::ConvertVersion(model, int(opset));
          },
          error))
    return false;
  model = std::move(converted);
  opsets[""] = opset;
  return true;
}

bool sinter::prepareModel(ModelFile &file, TensorPlaces &places,
                          Refusals &refusals, PreparedModel &prepared) {
  ModelProto &model = file.model;
  auto &opsets = prepared.opsets;
  registerContribSchemas();
  if (!readOpsets(file, refusals, opsets))
    return false;
  readTensors(file, places, refusals);
  sortNodes(*model.mutable_graph());
  bool known = findUnknownOps(model, opsets, refusals);
  if (known)
    checkModel(file, refusals);
  if (!tidyEquations(model, opsets[""], refusals))
    return false;
  if (!refusals.empty())
    return !known; // ops may be looked at further only in a sound model

  std::string error;
  if (opsets[""] < firstOpset &&
      !convertVersion(model, firstOpset, opsets, error)) {
    refusals.add("model '" + file.name + "'",
                 "ONNX cannot convert its opset " + std::to_string(opsets[""]) +
                     " to " + std::to_string(firstOpset) + ": " + error,
                 "export it again with a newer opset");
    return false;
  }
  if (model.functions_size() > 0) {
    ModelProto copy = model;
    if (!guard([&] { onnx::inliner::InlineLocalFunctions(copy, true); },
               error)) {
      refusals.add("model '" + file.name + "'",
                   "its functions cannot be inlined: " + error);
      return false;
    }
    model = std::move(copy);
    // An equation may have been the function's attribute.
    if (!tidyEquations(model, opsets[""], refusals))
      return false;
  }
  // Converters know every version of their ops, so that models are not
  // converted as a rule (weights that the converter would have to move, names
  // that it would lose); it is for ops of which only a newer form has a
  // converter or body.
  if (findGaps(model, opsets).newerForm) // else they are refused by name later
    (void)convertVersion(model, getNewestOpset(), opsets, error);
  for (unsigned round = 0; round < 4; ++round) { // bodies use such ops again
    Gaps gaps = findGaps(model, opsets);
    if (gaps.bodies.empty() || !inlineBodies(model, gaps, opsets, error))
      break;
  }
  ModelProto inferred;
  if (inferTypes(model, inferred, prepared.inferenceError))
    collectTypes(inferred, prepared);
  return true;
}
