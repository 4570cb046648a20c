//===- MemoryCall.cpp - call a tiled or bufferized function ---------------===//
#include "MemoryCall.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;
using namespace sinter;

static StringRef roleOf(func::FuncOp function, unsigned argument) {
  auto role = function.getArgAttrOfType<StringAttr>(argument, "sinter.role");
  return role ? role.getValue() : StringRef();
}

bool sinter::takesMemory(func::FuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (!roleOf(function, i).empty())
      return true;
  return false;
}

static Memory bytesMemory(MLIRContext *context, int64_t bytes, char fill) {
  Memory memory(IntegerType::get(context, 8), {bytes});
  std::fill(memory.buffer->bytes.begin(), memory.buffer->bytes.end(), fill);
  return memory;
}

// All tables, as lib/Target writes them.
static FailureOr<Memory> makeParams(ModuleOp module,
                                    const EvaluationOptions &options) {
  auto total = assignTableOffsets(module);
  if (failed(total))
    return failure();
  Memory memory = bytesMemory(module.getContext(), *total, 0);
  EvaluationOptions own = options;
  own.observer = nullptr;
  for (auto table : module.getOps<TableOp>())
    for (auto [i, entry] : llvm::enumerate(table.getEntries())) {
      auto value = Evaluation(own).run(entry, {});
      if (failed(value))
        return failure();
      Tensor tensor = std::get<Tensor>(value->front());
      std::memcpy(memory.buffer->bytes.data() + *table.getOffset() +
                      i * getTableStride(table),
                  tensor.getData(), tensor.getBytes());
    }
  return memory;
}

//===----------------------------------------------------------------------===//
// The cache: of each layer keys [heads][capacity / 32][keyDim][32], then values
// [heads][capacity][valueDim], the capacity rounded up to 256 positions.
//===----------------------------------------------------------------------===//

namespace {
class CacheBytes {
public:
  explicit CacheBytes(CacheState &state)
      : state(state), type(state.type),
        size(getElementSize(*getElementKind(type.getElementType()))) {}

  int64_t getCount() const {
    int64_t positions = 0;
    for (int64_t layer = 0; layer < type.getLayers(); ++layer)
      positions += places(layer);
    return type.getHeads() * positions *
           (type.getKeyDim() + type.getValueDim()) * size;
  }
  void write(Memory &memory) {
    visit([&](Tensor &tensor, int64_t i, int64_t at) {
      std::memcpy(memory.buffer->bytes.data() + at * size,
                  tensor.getData() + i * size, size);
    });
  }
  void read(const Memory &memory) {
    visit([&](Tensor &tensor, int64_t i, int64_t at) {
      std::memcpy(tensor.getWritable() + i * size,
                  memory.buffer->bytes.data() + at * size, size);
    });
  }

private:
  int64_t places(int64_t layer) const {
    return llvm::alignTo(type.getRoom(layer), 256);
  }
  // Element `i` of a tensor of the state is element `at` of memory.
  void visit(llvm::function_ref<void(Tensor &, int64_t, int64_t)> f) {
    int64_t start = 0;
    for (int64_t layer = 0; layer < type.getLayers(); ++layer) {
      int64_t keyDim = type.getKeyDim(), valueDim = type.getValueDim();
      int64_t room = type.getRoom(layer), places = this->places(layer);
      for (int64_t h = 0; h < type.getHeads(); ++h)
        for (int64_t p = 0; p < room; ++p)
          for (int64_t d = 0; d < keyDim; ++d)
            f(state.keys[layer], (h * room + p) * keyDim + d,
              start + ((h * (places / 32) + p / 32) * keyDim + d) * 32 +
                  p % 32);
      start += type.getHeads() * places * keyDim;
      for (int64_t h = 0; h < type.getHeads(); ++h)
        for (int64_t p = 0; p < room; ++p)
          for (int64_t d = 0; d < valueDim; ++d)
            f(state.values[layer], (h * room + p) * valueDim + d,
              start + (h * places + p) * valueDim + d);
      start += type.getHeads() * places * valueDim;
    }
  }

  CacheState &state;
  CacheType type;
  int64_t size;
};
} // namespace

//===----------------------------------------------------------------------===//
// The call
//===----------------------------------------------------------------------===//

static FailureOr<int64_t> arenaBytes(func::FuncOp function,
                                     const SymbolValues &symbols) {
  auto module = function->getParentOfType<ModuleOp>();
  if (auto bytes = module->getAttrOfType<IntegerAttr>("sinter.arena_bytes"))
    return bytes.getInt();
  auto sizes = module.lookupSymbol<func::FuncOp>(
      (function.getName() + "_arena_bytes").str());
  if (!sizes)
    return function.emitOpError("says nothing of its arena's size");
  Data arguments;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto symbol = function.getArgAttrOfType<StringAttr>(i, symbolAttrName))
      arguments.push_back(Scalar::ofIndex(symbols.at(symbol.getValue().str())));
  auto results = interpretFunction(sizes, arguments);
  if (failed(results))
    return failure();
  return std::get<Scalar>(results->front()).integer;
}

static FailureOr<Shape> outputShape(func::FuncOp function, unsigned argument,
                                    const SymbolValues &symbols) {
  auto attr = function.getArgAttrOfType<TypeAttr>(argument, "sinter.type");
  auto type =
      attr ? dyn_cast<RankedTensorType>(attr.getValue()) : RankedTensorType();
  Shape shape;
  if (!type)
    return function.emitOpError("argument ") << argument << " has no type";
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

// Runs every member, the last one first so that a missing barrier is seen.
static LogicalResult runTeam(func::FuncOp function, Data arguments,
                             const EvaluationOptions &options,
                             int64_t members) {
  bool isForEach = false;
  auto set = [&](Data &list, StringRef role, int64_t value) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (roleOf(function, i) == role) {
        list[i] = Scalar::ofIndex(value);
        isForEach |= role == "member" && !function.getArgument(i).use_empty();
      }
  };
  set(arguments, "members", members);
  set(arguments, "member", 0);
  // Before every member runs the function for itself, one run is the team's.
  if (!isForEach || members == 1)
    return success(succeeded(interpretFunction(function, arguments, options)));
  Team team(members, /*descending=*/true);
  LogicalResult result = success();
  team.run([&](int member) {
    Data own = arguments;
    set(own, "member", member);
    EvaluationOptions mine = options;
    mine.barrier = [&team, member] { team.meet(member); };
    mine.claim = [&team](int64_t of) { return team.claim(of); };
    if (failed(interpretFunction(function, own, mine)))
      result = failure();
  });
  if (const Team::Race &race = team.getRace(); !race.text.empty())
    return (race.op ? race.op : function.getOperation())
               ->emitOpError("has a race: ")
           << race.text;
  return result;
}

FailureOr<Data>
sinter::callWithMemory(func::FuncOp before, func::FuncOp function,
                       ArrayRef<Datum> arguments, const SymbolValues &symbols,
                       const EvaluationOptions &options, int64_t members) {
  MLIRContext *context = function.getContext();
  Data call;
  std::vector<Memory> outputs;
  std::optional<Memory> cacheMemory, fault;
  std::shared_ptr<CacheState> cache;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    StringRef role = roleOf(function, i);
    if (role == "input") {
      if (i >= arguments.size() ||
          !std::holds_alternative<Tensor>(arguments[i]))
        return function.emitOpError("argument ") << i << " is no input before";
      call.push_back(Memory::ofTensor(std::get<Tensor>(arguments[i]),
                                      cast<MemRefType>(type).getElementType()));
    } else if (role == "symbol") {
      auto name = function.getArgAttrOfType<StringAttr>(i, symbolAttrName);
      auto it = name ? symbols.find(name.getValue().str()) : symbols.end();
      if (it == symbols.end())
        return function.emitOpError("argument ") << i << ": unknown symbol";
      call.push_back(Scalar::ofIndex(it->second));
    } else if (role == "cache") {
      if (i >= arguments.size() ||
          !std::holds_alternative<CacheRef>(arguments[i]))
        return function.emitOpError("argument ") << i << " is no cache before";
      cache =
          std::make_shared<CacheState>(*std::get<CacheRef>(arguments[i]).state);
      CacheBytes bytes(*cache);
      cacheMemory = bytesMemory(context, bytes.getCount(), 0);
      bytes.write(*cacheMemory);
      call.push_back(*cacheMemory);
    } else if (role == "params") {
      auto params = makeParams(function->getParentOfType<ModuleOp>(), options);
      if (failed(params))
        return failure();
      call.push_back(*params);
    } else if (role == "fault") {
      fault = Memory(IntegerType::get(context, 64), {1});
      fault->store(0, Scalar::ofInt(ElementKind::i64, 0));
      call.push_back(*fault);
    } else if (role == "output") {
      auto shape = outputShape(function, i, symbols);
      if (failed(shape))
        return failure();
      outputs.emplace_back(cast<MemRefType>(type).getElementType(), *shape);
      call.push_back(outputs.back());
    } else if (role == "arena") {
      auto bytes = arenaBytes(function, symbols);
      if (failed(bytes))
        return failure();
      call.push_back(bytesMemory(context, *bytes, char(0xff)));
    } else if (role == "member" || role == "members") {
      call.push_back(Scalar::ofIndex(0));
    } else {
      return function.emitOpError("argument ") << i << " has no known role";
    }
  }
  if (failed(runTeam(function, call, options, members)))
    return failure();
  if (fault && fault->load(0).integer != 0)
    return function.emitOpError("ended with fault ") << fault->load(0).integer;
  // Back to the form before.
  Data results;
  unsigned next = 0;
  for (Type type : before.getResultTypes()) {
    if (auto tensor = dyn_cast<RankedTensorType>(type)) {
      if (next == outputs.size())
        return function.emitOpError("has too few outputs");
      Tensor stored = *outputs[next++].toTensor();
      Tensor typed(tensor.getElementType(), stored.getShape());
      if (typed.getBytes() != stored.getBytes())
        return function.emitOpError("output has another element type");
      std::memcpy(typed.getWritable(), stored.getData(), stored.getBytes());
      results.push_back(typed);
    } else if (isa<CacheType>(type) && cache) {
      CacheBytes(*cache).read(*cacheMemory);
      results.push_back(CacheRef{cache, cache->version});
    } else {
      return before.emitOpError("cannot compare results of type ") << type;
    }
  }
  return results;
}
