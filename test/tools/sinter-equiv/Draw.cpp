//===- Draw.cpp - random inputs of a function, by domain ------------------===//
#include "Draw.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "llvm/ADT/Hashing.h"
#include <cmath>
#include <numbers>
#include <set>

using namespace mlir;
using namespace sinter;

int64_t Random::between(int64_t low, int64_t high) {
  return low + int64_t(engine() % uint64_t(high - low + 1));
}

double Random::normal() { // Box, Muller 1958
  double u = double((engine() >> 11) + 1) * 0x1p-53;
  double v = double(engine() >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static int64_t moduleNumber(func::FuncOp function, StringRef name,
                            int64_t fallback) {
  auto module = function->getParentOfType<ModuleOp>();
  auto attr = module ? module->getAttrOfType<IntegerAttr>(name) : nullptr;
  return attr ? attr.getInt() : fallback;
}

// The symbol that a size is, else nothing.
static std::string symbolOf(const DimExpr &dim) {
  auto names = dim.getSymbols();
  return names.size() == 1 && dim == DimExpr::symbol(names[0]) ? names[0] : "";
}

// The length of a mask as past and new positions, where its type has a symbol
// of its own: {symbol, length}.
static std::optional<std::pair<std::string, DimExpr>>
maskLength(func::FuncOp function) {
  std::string mask;
  DimExpr rows, past;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.getRank() < 2)
      continue;
    auto name = function.getArgAttrOfType<StringAttr>(i, nameAttrName);
    Dims dims = getDims(tensor);
    if (name && name.getValue().contains("mask"))
      mask = symbolOf(dims.back());
    else if (tensor.getElementType().isInteger())
      rows = dims.back();
    else if (tensor.getRank() == 4)
      past = dims[2];
  }
  if (mask.empty() || rows.isConstant(0) || rows == DimExpr::symbol(mask) ||
      past == DimExpr::symbol(mask))
    return std::nullopt;
  return std::pair(mask, past + rows);
}

SymbolValues sinter::drawSymbols(func::FuncOp function,
                                 const std::map<std::string, DimExpr> &given,
                                 Random &random) {
  std::set<std::string> names;
  bool isStep = false;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    if (auto symbol = function.getArgAttrOfType<StringAttr>(i, symbolAttrName))
      names.insert(symbol.getValue().str());
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      for (auto &dim : getDims(tensor))
        for (auto &name : dim.getSymbols())
          names.insert(name);
    isStep |= isa<CacheType>(type);
  }
  SymbolValues values;
  auto lookup = [&](StringRef name) -> std::optional<int64_t> {
    auto it = values.find(name.str());
    if (it == values.end())
      return std::nullopt;
    return it->second;
  };
  for (auto &[name, expr] : given)
    if (auto value = expr.evaluate(lookup))
      values[name] = *value;
  // A step's sizes hang together: wanted <= rows <= chunk, past + rows <=
  // length, total >= past + rows.
  if (isStep) {
    int64_t length = moduleNumber(function, maxLengthAttrName, 8);
    int64_t chunk = moduleNumber(function, prefillChunkAttrName, 4);
    for (Type type : function.getArgumentTypes())
      if (auto cache = dyn_cast<CacheType>(type))
        length = std::min(length, cache.getCapacity());
    values.try_emplace(
        "rows", random.between(1, std::min<int64_t>({chunk, length, 5})));
    int64_t rows = values["rows"];
    values.try_emplace("past",
                       random.between(0, std::min<int64_t>(length - rows, 6)));
    values.try_emplace("total", values["past"] + rows);
    values.try_emplace("wanted", random.between(1, rows));
  }
  auto mask = maskLength(function);
  for (auto &name : names)
    if (!given.count(name) && (!mask || mask->first != name))
      values.try_emplace(name, random.between(1, 5));
  if (mask && !values.count(mask->first))
    if (auto length = mask->second.evaluate(lookup))
      values[mask->first] = *length;
  for (auto &[name, expr] : given)
    if (auto value = expr.evaluate(lookup))
      values.try_emplace(name, *value);
  return values;
}

static FailureOr<Shape> shapeOf(func::FuncOp function, unsigned argument,
                                const SymbolValues &symbols) {
  Shape shape;
  auto type = cast<RankedTensorType>(function.getArgumentTypes()[argument]);
  for (auto &dim : getDims(type)) {
    auto size = dim.evaluate([&](StringRef name) -> std::optional<int64_t> {
      auto it = symbols.find(name.str());
      if (it == symbols.end())
        return std::nullopt;
      return it->second;
    });
    if (!size || *size < 0)
      return function.emitOpError("argument ")
             << argument << ": no size for '" << dim.str() << "'";
    shape.push_back(*size);
  }
  return shape;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

namespace {
struct Domain {
  int64_t end = INT64_MAX; // the smallest axis that elements index
  bool isIndex = false, isMask = false, isPosition = false;
};
} // namespace

// Follows an integer argument through ops that keep its elements.
static void follow(Value value, Domain &domain, std::set<void *> &visited,
                   function_ref<int64_t(Value, int64_t)> sizeOf) {
  for (OpOperand &use : value.getUses()) {
    Operation *op = use.getOwner();
    if (!visited.insert(op).second)
      continue;
    if (auto gather = dyn_cast<GatherOp>(op);
        gather && use.getOperandNumber() == 1) {
      domain.isIndex = true;
      domain.end =
          std::min(domain.end, sizeOf(gather.getX(), gather.getAxis()));
    } else if (auto packed = dyn_cast<PackedGatherOp>(op)) {
      domain.isIndex = true;
      domain.end = std::min<int64_t>(domain.end, packed.getRows());
    } else if (isa<ReshapeOp, CastOp, SliceOp, BroadcastToOp, TransposeOp,
                   ConcatOp, SelectOp>(op)) {
      follow(op->getResult(0), domain, visited, sizeOf);
    }
  }
}

static Domain domainOf(func::FuncOp function, unsigned argument,
                       const SymbolValues &symbols) {
  Domain domain;
  auto sizeOf = [&](Value value, int64_t axis) -> int64_t {
    auto size = dimsOf(value)[axis].evaluate(
        [&](StringRef name) -> std::optional<int64_t> {
          auto it = symbols.find(name.str());
          if (it == symbols.end())
            return std::nullopt;
          return it->second;
        });
    return size.value_or(1);
  };
  std::set<void *> visited;
  follow(function.getArgument(argument), domain, visited, sizeOf);
  if (auto name =
          function.getArgAttrOfType<StringAttr>(argument, nameAttrName)) {
    domain.isMask = name.getValue().contains("mask");
    domain.isPosition = name.getValue().contains("position");
  }
  return domain;
}

FailureOr<Tensor> sinter::drawTensor(func::FuncOp function, unsigned argument,
                                     const SymbolValues &symbols,
                                     Random &random) {
  auto shape = shapeOf(function, argument, symbols);
  if (failed(shape))
    return failure();
  auto type = cast<RankedTensorType>(function.getArgumentTypes()[argument]);
  Tensor tensor(type.getElementType(), *shape);
  Domain domain = domainOf(function, argument, symbols);
  int64_t last = shape->empty() ? 1 : shape->back();
  for (int64_t i = 0; i < tensor.getCount(); ++i) {
    if (isFloat(tensor.getKind()) && !domain.isMask)
      tensor.setDouble(i, random.normal());
    else if (isFloat(tensor.getKind())) // added to scores
      tensor.setDouble(i, i % last && !random.between(0, 3) ? -10000 : 0);
    else if (tensor.getKind() == ElementKind::i1 || domain.isMask)
      tensor.setInt(i, i % last == 0 || random.between(0, 3));
    else if (domain.isPosition)
      tensor.setInt(i, std::min(i % last, domain.end - 1));
    else if (domain.isIndex)
      tensor.setInt(i, random.between(0, std::max<int64_t>(domain.end, 1) - 1));
    else
      tensor.setInt(i,
                    random.between(isUnsigned(tensor.getKind()) ? 0 : -5, 9));
  }
  return tensor;
}

// Past positions hold random keys and values, places of later ones zeros.
static CacheRef drawCache(CacheType type, int64_t past, Random &random) {
  CacheRef cache = CacheRef::create(type);
  CacheState &state = *cache.state;
  past = std::min(past, type.getCapacity());
  for (int64_t layer = 0; layer < type.getLayers(); ++layer) {
    for (Tensor *memory : {&state.keys[layer], &state.values[layer]}) {
      int64_t room = memory->getDim(1), width = memory->getDim(2);
      for (int64_t h = 0; h < type.getHeads(); ++h)
        for (int64_t i = 0; i < std::min(past, room) * width; ++i)
          memory->setDouble(h * room * width + i, random.normal());
    }
    state.filled[layer] = past;
  }
  return cache;
}

FailureOr<Data> sinter::drawArguments(func::FuncOp function,
                                      const SymbolValues &symbols,
                                      Random &random) {
  Data arguments;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    if (isa<RankedTensorType>(type)) {
      auto tensor = drawTensor(function, i, symbols, random);
      if (failed(tensor))
        return failure();
      arguments.push_back(*tensor);
    } else if (auto cache = dyn_cast<CacheType>(type)) {
      auto past = symbols.find("past");
      arguments.push_back(
          drawCache(cache, past == symbols.end() ? 0 : past->second, random));
    } else if (auto symbol =
                   function.getArgAttrOfType<StringAttr>(i, symbolAttrName)) {
      arguments.push_back(Scalar::ofIndex(symbols.at(symbol.getValue().str())));
    } else if (auto kind = getElementKind(type)) {
      arguments.push_back(isFloat(*kind)
                              ? Scalar::ofFloat(*kind, random.normal())
                              : Scalar::ofInt(*kind, random.between(0, 4)));
    } else {
      return function.emitOpError("argument ")
             << i << ": cannot draw a value of type " << type;
    }
  }
  return arguments;
}

Datum sinter::copyDatum(const Datum &datum) {
  auto *cache = std::get_if<CacheRef>(&datum);
  if (!cache)
    return datum; // tensors are shared until written
  return CacheRef{std::make_shared<CacheState>(*cache->state), cache->version};
}

llvm::Expected<ParamBytes> RandomParamReader::read(StringRef file,
                                                   int64_t offset,
                                                   int64_t bytes,
                                                   Type element) {
  auto kind = *getElementKind(element);
  int64_t size = getElementSize(kind);
  auto data = std::make_shared<std::vector<char>>(bytes);
  uint64_t name = seed;
  for (char c : file)
    name = name * 1099511628211u + uint8_t(c);
  for (int64_t at = 0; at < bytes; at += size) {
    // Neighbouring seeds of the engine are not independent; mix them first.
    uint64_t mixed = (name ^ uint64_t(offset + at)) * 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93u;
    std::minstd_rand engine(uint32_t(mixed >> 32) | 1);
    // The sum of 4 uniform numbers is near enough to normal, variance 1/16.
    double sum = 0;
    for (int i = 0; i < 4; ++i)
      sum += double(engine()) / double(engine.max()) - 0.5;
    if (isFloat(kind))
      storeDouble(kind, data->data() + at, sum * std::sqrt(3.0) / 4);
    else
      storeInt(kind, data->data() + at, engine() % 8);
  }
  return ParamBytes{{data->data(), size_t(bytes)}, data};
}
