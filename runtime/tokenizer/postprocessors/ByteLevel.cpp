//===- ByteLevel.cpp - changes offsets only, which nothing here has -------===//
#include "PostProcessors.h"

using namespace sinter::tokenizer;

namespace {

class ByteLevel final : public PostProcessor {
  void process(Ids &, bool) const override {}
  int64_t addedCount() const override { return 0; }
};

} // namespace

std::unique_ptr<PostProcessor>
sinter::tokenizer::makeByteLevelProcessor(const JsonView &J, const Context &) {
  J.allowOnly({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  return std::make_unique<ByteLevel>();
}
