//===- ConvertRotary.cpp - RotaryEmbedding --------------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Node.h"

using namespace mlir;
using namespace sinter;

static void rotaryEmbedding(Node &n) {
  Value x = n.in(0), cos = n.in(1), sin = n.in(2), ids = n.optionalIn(3);
  bool interleaved = n.intAttr("interleaved", 0);
  int64_t heads = n.intAttr("num_heads", 0);
  int64_t rotated = n.intAttr("rotary_embedding_dim", 0);
  if (n.failed())
    return;
  int64_t rank = n.rank(x);
  if (rank != 3 && rank != 4)
    return n.refuse("X has rank " + std::to_string(rank), "ranks 3 and 4");
  auto width = n.dim(x, rank - 1).getConstant();
  if (!width)
    return n.refuse("the last size of X is not known");
  // Rank 3 is [batch, sequence, heads * width of a head].
  if (rank == 3) {
    if (heads <= 0 || *width % heads)
      return n.refuse("num_heads is " + std::to_string(heads) +
                      ", which does not divide the last size of X, " +
                      std::to_string(*width));
    *width /= heads;
    x = n.reshape(x, {DimSource::dim(0), DimSource::dim(1),
                      DimSource::number(heads), DimSource::number(*width)});
  }
  if (ids) { // cos and sin are tables by position
    cos = n.create<GatherOp>(cos, ids, 0);
    sin = n.create<GatherOp>(sin, ids, 0);
  }
  if (n.failed())
    return;
  if (n.rank(cos) != 3 || n.rank(sin) != 3)
    return n.refuse("cos_cache and sin_cache do not have the rank that " +
                    std::string(ids ? "position_ids need, 2"
                                    : "is needed without position_ids, 3"));
  int64_t needed = (rotated ? rotated : *width) / 2;
  if (!n.dim(cos, 2).isConstant(needed) || !n.dim(sin, 2).isConstant(needed))
    return n.refuse("the last size of cos_cache or sin_cache is not " +
                    std::to_string(needed) + ", half of what rotates");
  Value y = n.create<RotaryOp>(x, cos, sin, interleaved, rank == 3);
  if (rank == 3)
    y = n.reshape(
        y, {DimSource::dim(0), DimSource::dim(1), DimSource::range(2, 4)});
  n.set(0, y);
}

void sinter::addRotaryConverters(std::vector<Converter> &table) {
  table.push_back({"RotaryEmbedding",
                   {23},
                   rotaryEmbedding,
                   "the size of a head must be known"});
}
