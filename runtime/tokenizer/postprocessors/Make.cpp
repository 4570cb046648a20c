//===- Make.cpp - the post-processors that there are ----------------------===//
#include "PostProcessors.h"

using namespace sinter::tokenizer;

int64_t sinter::tokenizer::addedId(const JsonView &J, const Context &C) {
  const int64_t Id = J.integer(0, INT32_MAX);
  if (!C.hasId(Id))
    J.fail("no token has id " + std::to_string(Id));
  return Id;
}

std::unique_ptr<PostProcessor>
sinter::tokenizer::makePostProcessor(const JsonView &J, const Context &C) {
  struct Row {
    const char *Name;
    std::unique_ptr<PostProcessor> (*Make)(const JsonView &, const Context &);
  };
  static constexpr Row Rows[] = {{"BertProcessing", makeBertProcessor},
                                 {"ByteLevel", makeByteLevelProcessor},
                                 {"RobertaProcessing", makeRoberta},
                                 {"Sequence", makeProcessorSequence},
                                 {"TemplateProcessing", makeTemplate}};
  return rowOf(Rows, J, J.at("type").string(), "post-processor").Make(J, C);
}
