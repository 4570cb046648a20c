//===- Generation.h - sampling flags and streamed answers -------*- C++ -*-===//
//
// What generate and chat share.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TOOLS_RUN_GENERATION_H
#define SINTER_TOOLS_RUN_GENERATION_H

#include "Text.h"

#include <optional>

namespace sinter::run {

struct SamplingOptions {
  int64_t MaxNewTokens = 256;
  bool Greedy = false, IgnoreEos = false;
  std::optional<float> Temperature, TopP, MinP;
  std::optional<int32_t> TopK;
  float RepeatPenalty = 1, PresencePenalty = 0;
  uint64_t Seed = 0;
  std::vector<std::string> Stops;
  std::vector<std::string> Biases; ///< "ID=BIAS"
};
void addSampling(CLI::App &Command, SamplingOptions &Options);

struct Answer {
  std::vector<int64_t> PromptIds, Ids;
  std::optional<std::string> Text; ///< none without a tokenizer
  sinter_generate_result Result = {};

  bool cancelled() const { return Result.stop_reason == SINTER_STOP_CANCEL; }
  /// The JSON object of the command's contract, on one line.
  std::string json() const;
};

/// Generates after `Ids` at the session's position. Shows the answer on stdout
/// as it comes when `Show`. Ctrl-C ends it after the current step.
Answer generate(const Session &S, const Text *T, std::vector<int64_t> Ids,
                const SamplingOptions &Options, bool Show);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_GENERATION_H
