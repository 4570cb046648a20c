//===- NoText.cpp - sinter-run while there is no tokenizer library --------===//
#include "Text.h"

using namespace sinter::run;

std::string sinter::run::tokenizerKind(const Model &) { return {}; }
std::unique_ptr<Text> Text::open(const Model &) { return nullptr; }
Text::~Text() = default;
std::vector<int64_t> Text::encode(std::string_view, bool) const { return {}; }
std::string
Text::render(const std::vector<std::pair<std::string, std::string>> &) const {
  (void)Tokenizer;
  return {};
}
Text::Stream::Stream(const Text &) { (void)Decoder; }
Text::Stream::~Stream() = default;
std::string Text::Stream::push(int64_t) { return {}; }
std::string Text::Stream::finish() { return {}; }
