//===- ConvertEinsum.cpp - Einsum -----------------------------------------===//
//
// Operands are folded from the left, two by two: a label of both that nothing
// later needs is contracted by a matmul, one that is needed is a batch
// dimension. Dimensions of an ellipsis have labels of their own, counted from
// the right.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"
#include "llvm/ADT/StringExtras.h"
#include <map>

using namespace mlir;
using namespace sinter;

namespace {
using Labels = SmallVector<int>; // a letter, or -1 - i in an ellipsis
struct Term {
  Value x;
  Labels labels;
};
struct Equation {
  std::vector<Labels> operands;
  Labels result;
};
} // namespace

static bool has(ArrayRef<int> labels, int label) {
  return llvm::is_contained(labels, label);
}

/// One term's labels; `hidden`: how many dimensions its ellipsis stands for.
static std::optional<Labels> readTerm(StringRef text, int64_t hidden) {
  Labels labels;
  bool seen = false;
  while (!text.empty()) {
    if (text.consume_front("...")) {
      if (seen)
        return std::nullopt;
      seen = true;
      for (int64_t i = hidden; i > 0; --i)
        labels.push_back(int(-i));
    } else if (llvm::isAlpha(text.front())) {
      labels.push_back(text.front());
      text = text.drop_front();
    } else {
      return std::nullopt;
    }
  }
  return labels;
}

static std::optional<Equation> readEquation(Node &n, ArrayRef<Value> operands) {
  std::string text = n.stringAttr("equation", "");
  auto malformed = [&](const std::string &why) {
    n.refuse("equation '" + text + "' " + why);
    return std::nullopt;
  };
  auto [left, right] = StringRef(text).split("->");
  bool explicitResult = StringRef(text).contains("->");
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != operands.size())
    return malformed("does not have a term for each operand");
  Equation e;
  int64_t most = 0;
  std::map<int, int> count;
  for (auto [part, x] : llvm::zip(parts, operands)) {
    int64_t named = llvm::count_if(part, [](char c) { return c != '.'; });
    int64_t hidden = part.contains("...") ? n.rank(x) - named : 0;
    if (hidden < 0 || hidden > 64)
      return malformed("does not fit the operands' ranks");
    auto labels = readTerm(part, hidden);
    if (!labels || int64_t(labels->size()) != n.rank(x))
      return malformed("does not fit the operands' ranks");
    most = std::max(most, hidden);
    for (int label : *labels)
      ++count[label];
    e.operands.push_back(*labels);
  }
  if (explicitResult) {
    auto labels = readTerm(right, most);
    if (!labels)
      return malformed("has an unreadable result");
    e.result = *labels;
    for (int label : e.result)
      if (!count.count(label) || llvm::count(e.result, label) != 1)
        return malformed("has a result label twice or of no operand");
    return e;
  }
  // Without "->": the ellipsis, then the labels that appear once, sorted.
  for (int64_t i = most; i > 0; --i)
    e.result.push_back(int(-i));
  for (auto [label, times] : count)
    if (label > 0 && times == 1)
      e.result.push_back(label);
  return e;
}

static void sumOver(Node &n, Term &t, size_t at) {
  t.x = n.create<ReduceOp>(Reduction::sum, t.x, ArrayRef<int64_t>{int64_t(at)},
                           false);
  t.labels.erase(t.labels.begin() + at);
}

/// A label twice in one term: its diagonal. What is off it becomes 0, then one
/// of both is summed.
static void takeDiagonals(Node &n, Term &t) {
  for (size_t i = 0; i < t.labels.size(); ++i)
    for (size_t j = i + 1; j < t.labels.size() && !n.failed(); ++j) {
      if (t.labels[i] != t.labels[j])
        continue;
      if (!mayBeEqual(n.dim(t.x, i), n.dim(t.x, j)))
        return n.refuse("a label has two sizes in one operand");
      Value on =
          n.create<CompareOp>(Predicate::eq, placesAlong(n, t.x, int64_t(i)),
                              placesAlong(n, t.x, int64_t(j)));
      t.x = n.create<SelectOp>(on, t.x, n.scalar(0, n.element(t.x)));
      sumOver(n, t, j--);
    }
}

/// Dimensions in the order of `to`, with a new 1 for a label that t lacks.
static Value arrange(Node &n, Term t, ArrayRef<int> to) {
  for (int label : to)
    if (!has(t.labels, label)) {
      t.x = n.expandDims(t.x, 0);
      t.labels.insert(t.labels.begin(), label);
    }
  SmallVector<int64_t> perm;
  for (int label : to)
    perm.push_back(llvm::find(t.labels, label) - t.labels.begin());
  return llvm::is_sorted(perm) ? t.x : n.transpose(t.x, perm);
}

/// `needed`: labels of the result and of later operands.
static Term contract(Node &n, Term a, Term b, const Labels &needed) {
  Labels batch, rows, columns, inner;
  auto drop = [&](Term &t, const Term &other) {
    for (size_t i = t.labels.size(); i-- > 0;)
      if (!has(other.labels, t.labels[i]) && !has(needed, t.labels[i]))
        sumOver(n, t, i);
  };
  drop(a, b);
  drop(b, a);
  for (int label : a.labels) {
    bool both = has(b.labels, label);
    (both ? (has(needed, label) ? batch : inner) : rows).push_back(label);
  }
  for (int label : b.labels)
    if (!has(a.labels, label))
      columns.push_back(label);
  auto sizesOf = [&](const Term &t, ArrayRef<int> labels) {
    Dims dims;
    for (int label : labels)
      dims.push_back(
          n.dim(t.x, llvm::find(t.labels, label) - t.labels.begin()));
    return dims;
  };
  Dims rowSizes = sizesOf(a, rows), columnSizes = sizesOf(b, columns);
  // [batch..., rows, inner] by [batch..., inner, columns].
  auto flatten = [&](Term t, const Labels &first, const Labels &second) {
    Labels order(batch);
    llvm::append_range(order, first);
    llvm::append_range(order, second);
    Value x = arrange(n, t, order);
    SmallVector<DimSource> sizes;
    int64_t at = 0;
    for (; at < int64_t(batch.size()); ++at)
      sizes.push_back(DimSource::dim(at));
    int64_t middle = at + int64_t(first.size());
    sizes.push_back(DimSource::range(at, middle));
    sizes.push_back(DimSource::range(middle, middle + int64_t(second.size())));
    return first.size() == 1 && second.size() == 1 ? x : n.reshape(x, sizes);
  };
  Value y =
      n.create<MatMulOp>(flatten(a, rows, inner), flatten(b, inner, columns));
  Labels labels(batch);
  llvm::append_range(labels, rows);
  llvm::append_range(labels, columns);
  if (n.failed() || (rows.size() == 1 && columns.size() == 1))
    return {y, labels};
  Dims sizes = n.dims(y);
  sizes.resize(batch.size());
  llvm::append_range(sizes, rowSizes);
  llvm::append_range(sizes, columnSizes);
  return {reshapeDims(n, y, sizes), labels};
}

static void einsum(Node &n) {
  std::vector<Value> operands = n.allIn();
  if (n.failed())
    return;
  auto equation = readEquation(n, operands);
  if (!equation)
    return;
  std::vector<Term> terms;
  for (auto [x, labels] : llvm::zip(operands, equation->operands)) {
    terms.push_back({x, labels});
    takeDiagonals(n, terms.back());
  }
  Term all = terms[0];
  for (size_t i = 1; i < terms.size() && !n.failed(); ++i) {
    Labels needed(equation->result);
    for (size_t j = i + 1; j < terms.size(); ++j)
      llvm::append_range(needed, terms[j].labels);
    all = contract(n, all, terms[i], needed);
  }
  for (size_t i = all.labels.size(); i-- > 0;)
    if (!has(equation->result, all.labels[i]))
      sumOver(n, all, i);
  if (!n.failed())
    n.set(0, arrange(n, all, equation->result));
}

void sinter::addEinsumConverters(std::vector<Converter> &table) {
  table.push_back({"Einsum", {12, 28}, einsum});
}
