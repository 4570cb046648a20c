//===- DimNames.cpp - symbolic sizes of a model's inputs ------------------===//
#include "lib/Importer/DimNames.h"
#include "llvm/ADT/StringExtras.h"

using namespace sinter;
using llvm::StringRef;

static bool isPlain(StringRef text) {
  return !text.empty() && text.size() <= 128 && !llvm::isDigit(text.front()) &&
         llvm::all_of(text, [](char c) {
           return llvm::isAlnum(c) || c == '_' || c == '.';
         });
}

DimNames::DimNames(const onnx::GraphProto &graph, const ImportOptions &options,
                   Refusals &refusals)
    : fixed(options.dims) {
  std::set<std::string> names;
  for (auto &input : graph.input())
    for (auto &dim : input.type().tensor_type().shape().dim())
      if (dim.has_dim_param() && !dim.dim_param().empty()) {
        names.insert(dim.dim_param());
        if (isPlain(dim.dim_param()))
          plain.insert(dim.dim_param());
      }
  used = plain;
  std::string list;
  for (auto &name : names)
    list += (list.empty() ? "" : ", ") + name;
  for (auto &[name, size] : fixed) {
    if (!names.count(name))
      refusals.add("--dim " + name,
                   "no input of the model has a dimension of this name",
                   list.empty() ? "all its dimensions are fixed or unnamed"
                                : "its names are: " + list);
    if (size < 0)
      refusals.add("--dim " + name,
                   std::to_string(size) + " is no size of a dimension");
  }
}

std::optional<DimExpr> DimNames::parse(StringRef text) const {
  if (text.find_first_of("?:/") != StringRef::npos)
    return std::nullopt;
  auto e = DimExpr::parse(text);
  if (!e || e->isUnknown())
    return std::nullopt;
  // A symbol that is no input's size could not be computed at run time.
  for (auto &symbol : e->getSymbols())
    if (!plain.count(symbol))
      return std::nullopt;
  return e;
}

DimExpr DimNames::substitute(const DimExpr &e) const {
  return e.substitute([&](StringRef symbol) -> std::optional<DimExpr> {
    auto it = fixed.find(symbol.str());
    if (it == fixed.end())
      return std::nullopt;
    return DimExpr(it->second);
  });
}

DimExpr DimNames::getFresh(StringRef base) {
  std::string unique = base.str();
  for (unsigned i = 1; !used.insert(unique).second; ++i)
    unique = (base + "_" + llvm::Twine(i)).str();
  return DimExpr::symbol(unique);
}

/// A symbol for any text: its letters, made unique.
DimExpr DimNames::getSymbol(StringRef text) {
  auto known = spellings.find(text.str());
  if (known != spellings.end())
    return DimExpr::symbol(known->second);
  std::string name;
  for (char c : text.take_front(64))
    name += llvm::isAlnum(c) || c == '_' || c == '.' ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(0, "d");
  DimExpr symbol = getFresh(name);
  spellings[text.str()] = symbol.str();
  return symbol;
}

DimExpr DimNames::getInput(const onnx::TensorShapeProto::Dimension &dim,
                           StringRef input, int index) {
  if (dim.has_dim_value() && dim.dim_value() >= 0)
    return dim.dim_value();
  if (dim.has_dim_value() && dim.dim_value() < -1)
    return DimExpr::unknown(); // -1 is widely written for "any"
  const std::string &text = dim.dim_param();
  if (text.empty())
    return getSymbol((input + "." + llvm::Twine(index)).str());
  auto it = fixed.find(text);
  if (it != fixed.end())
    return it->second;
  if (plain.count(text))
    return DimExpr::symbol(text);
  if (auto e = parse(text))
    return substitute(*e);
  return getSymbol(text);
}

void DimNames::fix(onnx::GraphProto &graph) const {
  if (fixed.empty())
    return;
  auto fixAll = [&](auto &values) {
    for (auto &value : values) {
      if (!value.type().tensor_type().has_shape())
        continue;
      auto *shape =
          value.mutable_type()->mutable_tensor_type()->mutable_shape();
      for (auto &dim : *shape->mutable_dim()) {
        if (!dim.has_dim_param())
          continue;
        auto it = fixed.find(dim.dim_param());
        if (it != fixed.end()) {
          dim.set_dim_value(it->second);
        } else if (auto e = parse(dim.dim_param())) {
          auto size = substitute(*e).getConstant();
          if (size && *size >= 0)
            dim.set_dim_value(*size);
        }
      }
    }
  };
  fixAll(*graph.mutable_input());
  fixAll(*graph.mutable_output());
  fixAll(*graph.mutable_value_info());
}
