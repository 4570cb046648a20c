//===- Generation.cpp - sampling flags and streamed answers ---------------===//
#include "Generation.h"
#include "Interrupt.h"
#include "StopFilter.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>

using namespace sinter::run;

void sinter::run::addSampling(CLI::App &Command, SamplingOptions &O) {
  Command.add_option("--max-new-tokens", O.MaxNewTokens, "At most this many")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 40))
      ->capture_default_str();
  CLI::Option *Greedy = Command.add_flag(
      "--greedy", O.Greedy, "The most likely id each time (the default)");
  for (CLI::Option *Sampled :
       {Command
            .add_option("--temperature", O.Temperature,
                        "Divides the logits; 0 is greedy")
            ->check(CLI::NonNegativeNumber),
        Command.add_option("--top-k", O.TopK, "Among the K most likely ids"),
        Command
            .add_option("--top-p", O.TopP,
                        "Among the fewest that reach this probability")
            ->check(CLI::Range(0.0, 1.0)),
        Command
            .add_option("--min-p", O.MinP,
                        "Not those under this share of the most likely")
            ->check(CLI::Range(0.0, 1.0))})
    Sampled->excludes(Greedy);
  Command.add_option("--repeat-penalty", O.RepeatPenalty,
                     "Divides the logits of ids that were there");
  Command.add_option("--presence-penalty", O.PresencePenalty,
                     "Subtracted from the logits of generated ids");
  Command.add_option("--logit-bias", O.Biases,
                     "ID=BIAS: added to an id's logit, -inf bans it");
  Command.add_option("--seed", O.Seed, "Of the sampling")
      ->capture_default_str();
  Command.add_option("--stop", O.Stops, "Ends before this text; repeatable");
  Command.add_flag("--ignore-eos", O.IgnoreEos, "End ids do not end");
}

static std::vector<sinter_logit_bias>
parseBiases(const std::vector<std::string> &Texts) {
  std::vector<sinter_logit_bias> Biases;
  for (const std::string &Text : Texts) {
    char *End = nullptr, *Last = nullptr;
    errno = 0;
    const long long Id = std::strtoll(Text.c_str(), &End, 10);
    float Bias = 0;
    const bool Good = End != Text.c_str() && *End == '=' && !errno;
    if (Good)
      Bias = std::strtof(End + 1, &Last);
    if (!Good || Last == End + 1 || *Last || std::isnan(Bias))
      throw UsageError("--logit-bias '" + Text + "': want ID=BIAS");
    Biases.push_back({Id, Bias, 0});
  }
  return Biases;
}

namespace {
/// Receives ids, shows what they add. No exception may cross the runtime.
struct Receiver {
  std::vector<int64_t> Ids;
  std::string Shown;
  std::optional<Text::Stream> Stream;
  StopFilter Filter;
  bool Show;
  std::exception_ptr Problem;

  void show(const std::string &Piece) {
    Shown += Piece;
    if (!Show || Piece.empty())
      return;
    if (std::fwrite(Piece.data(), 1, Piece.size(), stdout) != Piece.size() ||
        std::fflush(stdout))
      throw Failure(std::string("cannot write to standard output: ") +
                    std::strerror(errno));
  }
  bool take(int64_t Id) {
    Ids.push_back(Id);
    if (Stream)
      show(Filter.push(Stream->push(Id)));
    else
      show((Ids.size() > 1 ? "," : "") + std::to_string(Id));
    return Filter.stopped();
  }
  void finish() {
    if (Stream)
      show(Filter.push(Stream->finish()) + Filter.finish());
    if (Show)
      std::fputc('\n', stdout);
  }
};
} // namespace

static int32_t onToken(void *User, int64_t Id) {
  auto *R = static_cast<Receiver *>(User);
  try {
    return R->take(Id);
  } catch (...) {
    R->Problem = std::current_exception();
    return 1;
  }
}

Answer sinter::run::generate(const Session &S, const Text *T,
                             std::vector<int64_t> Ids, const SamplingOptions &O,
                             bool Show) {
  for (const std::string &Stop : O.Stops)
    if (Stop.empty())
      throw UsageError("--stop: an empty text would stop at once");
  if (!T && !O.Stops.empty())
    throw Failure("--stop needs text, and the model has no tokenizer: compile "
                  "it with sinterc --tokenizer");
  const bool Sampled = O.Temperature || O.TopK || O.TopP || O.MinP;
  const std::vector<sinter_logit_bias> Biases = parseBiases(O.Biases);
  sinter_generate_options Options = {};
  Options.size = sizeof(Options);
  Options.ignore_eos = O.IgnoreEos;
  Options.max_new_tokens = O.MaxNewTokens;
  Options.temperature = Sampled ? O.Temperature.value_or(1.0f) : 0;
  Options.top_k = O.TopK.value_or(0);
  Options.top_p = O.TopP.value_or(0);
  Options.min_p = O.MinP.value_or(0);
  Options.repetition_penalty = O.RepeatPenalty;
  Options.presence_penalty = O.PresencePenalty;
  Options.seed = O.Seed;
  Options.biases = Biases.data();
  Options.bias_count = int64_t(Biases.size());
  Options.cancel = interruptFlag();

  Receiver R{{}, {}, {}, StopFilter(O.Stops), Show, nullptr};
  if (T)
    R.Stream.emplace(*T);
  Answer A;
  sinter_error Error;
  const sinter_status Status =
      sinter_generate(S.get(), Ids.data(), int64_t(Ids.size()), &Options,
                      onToken, &R, &A.Result, &Error);
  if (R.Problem)
    std::rethrow_exception(R.Problem);
  if (Status && !R.Ids.empty())
    R.finish(); // what there is, then the error
  check(Status, Error);
  R.finish();
  // A stop string may also come out of the decoder's last bytes.
  if (R.Filter.stopped())
    A.Result.stop_reason = SINTER_STOP_CALLBACK;
  A.PromptIds = std::move(Ids);
  A.Ids = std::move(R.Ids);
  if (T)
    A.Text = std::move(R.Shown);
  return A;
}

std::string Answer::json() const {
  static const char *const Reasons[] = {"length", "eos", "stop", "cancel"};
  nlohmann::ordered_json Out;
  Out["prompt_ids"] = PromptIds;
  Out["ids"] = Ids;
  Out["text"] = Text ? nlohmann::ordered_json(*Text) : nullptr;
  Out["stop_reason"] = Reasons[Result.stop_reason];
  Out["prefill_s"] = Result.prefill_s;
  Out["decode_s"] = Result.decode_s;
  return Out.dump(-1, ' ', false,
                  nlohmann::ordered_json::error_handler_t::replace);
}
