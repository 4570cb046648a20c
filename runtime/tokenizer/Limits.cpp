//===- Limits.cpp - truncation and padding of tokenizer.json --------------===//
#include "Limits.h"

#include <algorithm>

using namespace sinter::tokenizer;

static constexpr int64_t MaxPadding = 1 << 20;

static bool isLeft(const JsonView &J) {
  struct Row {
    const char *Name;
    bool Left;
  };
  static constexpr Row Rows[] = {{"Left", true}, {"Right", false}};
  const auto Direction = J.find("direction");
  return Direction &&
         rowOf(Rows, *Direction, Direction->string(), "direction").Left;
}

Truncation::Truncation(const JsonView &J)
    : Most(J.at("max_length").integer(0, INT64_MAX)), FromLeft(isLeft(J)) {
  J.allowOnly({"direction", "max_length", "strategy", "stride"});
  struct Row {
    const char *Name;
  };
  static constexpr Row Rows[] = {{"LongestFirst"}, {"OnlyFirst"}};
  const JsonView Strategy = J.at("strategy");
  rowOf(Rows, Strategy, Strategy.string(), "strategy");
  // The stride is the overlap of what is cut off, which nobody gets here.
  if (const auto Stride = J.find("stride"))
    Stride->integer(0, std::max<int64_t>(0, Most - 1));
}

void Truncation::apply(Ids &Tokens, int64_t Added) const {
  const auto Room = static_cast<size_t>(std::max<int64_t>(0, Most - Added));
  if (Tokens.size() <= Room)
    return;
  if (FromLeft)
    Tokens.erase(Tokens.begin(), Tokens.end() - static_cast<long>(Room));
  else
    Tokens.resize(Room);
}

Padding::Padding(const JsonView &J, const Context &C)
    : Fixed(0), Multiple(0), Id(J.at("pad_id").integer(0, INT32_MAX)),
      Left(isLeft(J)) {
  J.allowOnly({"strategy", "direction", "pad_to_multiple_of", "pad_id",
               "pad_type_id", "pad_token"});
  const JsonView Strategy = J.at("strategy");
  if (Strategy.isObject()) {
    Strategy.allowOnly({"Fixed"});
    Fixed = Strategy.at("Fixed").integer(0, MaxPadding);
  } else if (Strategy.string() != "BatchLongest") {
    Strategy.failUnsupported("strategy " + quote(Strategy.string()) +
                             " is not supported; supported: BatchLongest, "
                             "{\"Fixed\": length}");
  }
  if (const auto M = J.find("pad_to_multiple_of"))
    Multiple = M->integer(0, MaxPadding);
  if (!C.hasId(Id))
    J.at("pad_id").fail("no token has id " + std::to_string(Id));
}

void Padding::apply(Ids &Tokens) const {
  size_t Size = Fixed ? static_cast<size_t>(Fixed) : Tokens.size();
  if (const auto M = static_cast<size_t>(Multiple); M && Size % M)
    Size += M - Size % M;
  if (Tokens.size() < Size)
    Tokens.insert(Left ? Tokens.begin() : Tokens.end(), Size - Tokens.size(),
                  Id);
}
