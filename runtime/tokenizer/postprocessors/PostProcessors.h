//===- PostProcessors.h - one make function a file --------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_POSTPROCESSORS_POSTPROCESSORS_H
#define SINTER_RUNTIME_TOKENIZER_POSTPROCESSORS_POSTPROCESSORS_H

#include "../Components.h"

namespace sinter::tokenizer {

std::unique_ptr<PostProcessor> makeBertProcessor(const JsonView &J,
                                                 const Context &C);
std::unique_ptr<PostProcessor> makeByteLevelProcessor(const JsonView &J,
                                                      const Context &C);
std::unique_ptr<PostProcessor> makeRoberta(const JsonView &J, const Context &C);
std::unique_ptr<PostProcessor> makeProcessorSequence(const JsonView &J,
                                                     const Context &C);
std::unique_ptr<PostProcessor> makeTemplate(const JsonView &J,
                                            const Context &C);

/// An id that a post-processor adds; refused when no token has it.
int64_t addedId(const JsonView &J, const Context &C);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_POSTPROCESSORS_POSTPROCESSORS_H
