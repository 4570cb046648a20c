//===- Alignment.cpp - which ops of which layers are the same -------------===//
#include "passes/Roll/Alignment.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Roll/Schedule.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace sinter;

namespace {

/// An anchor's layer in a pair of layers: later op to earlier op.
using PairMap = llvm::DenseMap<Operation *, Operation *>;

class Search {
public:
  explicit Search(Block &block);
  std::optional<Alignment> run();

private:
  std::optional<PairMap> matchPair(Operation *later, Operation *earlier);
  std::optional<Alignment> align(ArrayRef<Operation *> anchors);
  bool setSources(Alignment &alignment);

  Block &block;
  llvm::DenseMap<Operation *, unsigned> positions;
  llvm::DenseMap<Operation *, size_t> labels;
  /// Steps left: hostile graphs get no more than this.
  int64_t budget = 50'000'000;
};

} // namespace

Search::Search(Block &block) : block(block) {
  unsigned position = 0;
  for (Operation &op : block) {
    positions[&op] = position++;
    if (!isLeaf(&op))
      labels[&op] = getLabel(&op);
  }
}

/// Leaves that one op of the loop's body can stand for.
static bool areAlike(Operation *a, Operation *b) {
  if (a->getName() != b->getName() ||
      a->getResultTypes() != b->getResultTypes())
    return false;
  if (isa<LoadOp>(a))
    return true;
  if (isa<arith::ConstantIndexOp>(a))
    return true; // counted later
  return a->getAttrDictionary() == b->getAttrDictionary();
}

std::optional<PairMap> Search::matchPair(Operation *later, Operation *earlier) {
  PairMap map;
  llvm::DenseSet<Operation *> taken;
  SmallVector<std::pair<Operation *, Operation *>> todo{{later, earlier}};
  unsigned boundary = positions[earlier];
  while (!todo.empty()) {
    auto [a, b] = todo.pop_back_val();
    auto [entry, isNew] = map.try_emplace(a, b);
    if (!isNew) {
      if (entry->second != b)
        return std::nullopt;
      continue;
    }
    if (--budget < 0 || labels[a] != labels[b] || !taken.insert(b).second)
      return std::nullopt;
    for (auto [x, y] : llvm::zip_equal(a->getOperands(), b->getOperands())) {
      if (x == y)
        continue;
      Operation *dx = x.getDefiningOp(), *dy = y.getDefiningOp();
      if (!dx)
        return std::nullopt; // an argument here, something else there
      if (isLeaf(dx)) {
        if (!dy || !isLeaf(dy) || !areAlike(dx, dy))
          return std::nullopt;
        continue;
      }
      if (positions[dx] <= boundary)
        continue; // carried: from the earlier layer
      if (!dy || isLeaf(dy) ||
          cast<OpResult>(x).getResultNumber() !=
              cast<OpResult>(y).getResultNumber())
        return std::nullopt;
      todo.push_back({dx, dy});
    }
  }
  return map;
}

/// Layers that end at the anchors, which come last one first; as many of them
/// as are alike.
std::optional<Alignment> Search::align(ArrayRef<Operation *> anchors) {
  std::vector<SmallVector<Operation *>> layers; // the last one first
  for (size_t i = 0; i + 1 < anchors.size(); ++i) {
    auto map = matchPair(anchors[i], anchors[i + 1]);
    if (!map)
      break;
    if (layers.empty()) {
      SmallVector<Operation *> body;
      for (auto &[op, image] : *map)
        body.push_back(op);
      llvm::sort(body, [&](Operation *a, Operation *b) {
        return positions[a] < positions[b];
      });
      layers.push_back(body);
    }
    if (map->size() != layers.front().size())
      break;
    SmallVector<Operation *> images;
    for (Operation *op : layers.back())
      if (auto it = map->find(op); it != map->end())
        images.push_back(it->second);
    if (images.size() != map->size())
      break;
    layers.push_back(std::move(images));
  }
  if (layers.size() < 2)
    return std::nullopt;
  Alignment alignment;
  alignment.layers.assign(layers.rbegin(), layers.rend());
  if (llvm::none_of(layers.front(), [](Operation *op) {
        return isa<PackedMatMulOp, PackedExpertMatMulOp, MatMulOp>(op);
      }))
    return std::nullopt;
  if (!setSources(alignment))
    return std::nullopt;
  return alignment;
}

/// True when index constants count up evenly; other leaves are alike already.
static bool countsUp(ArrayRef<Value> values) {
  if (!values[0].getDefiningOp<arith::ConstantIndexOp>())
    return true;
  SmallVector<int64_t> numbers;
  for (Value v : values)
    numbers.push_back(v.getDefiningOp<arith::ConstantIndexOp>().value());
  for (size_t i = 2; i < numbers.size(); ++i)
    if (numbers[i] - numbers[i - 1] != numbers[1] - numbers[0])
      return false;
  return true;
}

/// Says where each operand comes from; false when the layers are no loop.
bool Search::setSources(Alignment &alignment) {
  auto &layers = alignment.layers;
  struct Place {
    size_t layer;
    unsigned op;
  };
  llvm::DenseMap<Operation *, Place> places;
  for (size_t k = 0; k < layers.size(); ++k)
    for (unsigned i = 0; i < layers[k].size(); ++i)
      if (!places.try_emplace(layers[k][i], Place{k, i}).second)
        return false;
  auto find = [&](Value v) -> std::optional<Place> {
    auto it = places.find(v.getDefiningOp());
    return it == places.end() ? std::nullopt : std::optional(it->second);
  };

  llvm::MapVector<std::pair<unsigned, unsigned>, Value> carried;
  for (unsigned i = 0; i < layers.front().size(); ++i) {
    auto &sources = alignment.sources.emplace_back();
    for (unsigned t = 0; t < layers.front()[i]->getNumOperands(); ++t) {
      Source source{Source::captured};
      for (auto &layer : layers)
        source.values.push_back(layer[i]->getOperand(t));
      Value last = source.values.back();
      Operation *def = last.getDefiningOp();
      auto place = find(last);
      if (llvm::all_equal(source.values)) {
        if (place)
          return false; // one layer's value, used by all
      } else if (def && isLeaf(def)) {
        source.kind = Source::leaf;
        if (!countsUp(source.values))
          return false;
      } else if (!place) {
        return false;
      } else {
        source.op = place->op;
        source.result = cast<OpResult>(last).getResultNumber();
        bool isInside = place->layer + 1 == layers.size();
        source.kind = isInside ? Source::inside : Source::carried;
        for (size_t k = isInside ? 0 : 1; k < layers.size(); ++k)
          if (source.values[k] !=
              layers[isInside ? k : k - 1][source.op]->getResult(source.result))
            return false;
        if (!isInside) {
          if (find(source.values[0]))
            return false;
          auto [it, isNew] =
              carried.try_emplace({source.op, source.result}, source.values[0]);
          if (!isNew && it->second != source.values[0])
            return false;
        }
      }
      sources.push_back(std::move(source));
    }
  }
  // Outside, only what the last layer hands on is known.
  for (auto &[op, place] : places)
    for (OpResult result : op->getResults())
      for (Operation *user : result.getUsers())
        if (!places.count(user) &&
            (place.layer + 1 != layers.size() ||
             !carried.count({place.op, result.getResultNumber()})))
          return false;
  for (auto &[key, init] : carried)
    alignment.carried.push_back({key.first, key.second, init});
  return true;
}

std::optional<Alignment> Search::run() {
  // Candidates for a layer's last op: several ops of one label.
  llvm::MapVector<size_t, SmallVector<Operation *>> classes;
  for (Operation &op : llvm::reverse(block))
    if (auto it = labels.find(&op); it != labels.end() && op.getNumResults())
      classes[it->second].push_back(&op);
  std::optional<Alignment> best;
  auto isBetter = [&](const Alignment &a) {
    if (!best || a.countOps() != best->countOps())
      return !best || a.countOps() > best->countOps();
    return a.carried.size() < best->carried.size();
  };
  // One label may occur a few times in a layer; the last layers may differ.
  static constexpr size_t maxPerLayer = 4, maxSkipped = 2;
  for (auto &[label, members] : classes)
    for (size_t stride = 1; stride <= maxPerLayer; ++stride)
      for (size_t offset = 0; offset < stride * (maxSkipped + 1) &&
                              offset + stride < members.size();
           ++offset) {
        SmallVector<Operation *> anchors;
        for (size_t i = offset; i < members.size(); i += stride)
          anchors.push_back(members[i]);
        if (budget < 0)
          return best;
        auto found = align(anchors);
        if (found && isBetter(*found))
          best = std::move(found);
      }
  return best;
}

std::optional<Alignment> sinter::findLayers(Block &block) {
  return Search(block).run();
}
