//===- Logits.cpp - sinter-run logits: what the model thinks of each token ===//
#include "Interrupt.h"
#include "Model.h"
#include "Npy.h"
#include "OutputFile.h"
#include "Prompt.h"

#include <CLI/CLI.hpp>

using namespace sinter::run;

namespace {
struct Arguments {
  std::string Path, Ids, Out;
  int64_t PrefillChunk = 0;
};
} // namespace

static void runLogits(const Arguments &A, const Globals &G) {
  const std::vector<int64_t> Ids = parseIds(A.Ids, "--prompt-ids");
  const Model M = openModel(A.Path, G);
  const sinter_artifact &Artifact = *sinter_model_artifact(M.get());
  const Session S = createSession(M, G, A.PrefillChunk);
  const int64_t Count = int64_t(Ids.size()), Vocab = Artifact.vocab_size;
  const int64_t Chunk = A.PrefillChunk  ? A.PrefillChunk
                        : Artifact.step ? Artifact.prefill_chunk
                                        : 1;
  catchInterrupt();
  OutputFile Out(A.Out);
  const std::string Header = npyHeader(SINTER_ELEMENT_F32, {Count, Vocab});
  Out.write(Header.data(), Header.size());
  // One chunk's rows at a time: the whole would be gigabytes for a long text.
  std::vector<float> Rows;
  for (int64_t Done = 0; Done < Count; Done += Chunk) {
    checkInterrupt();
    const int64_t Now = std::min(Chunk, Count - Done);
    Rows.resize(size_t(Now) * size_t(Vocab));
    sinter_error Error;
    check(sinter_session_step(S.get(), Ids.data() + Done, Now, Count, Now,
                              Rows.data(), &Error),
          Error);
    Out.write(Rows.data(), Rows.size() * sizeof(float));
  }
  Out.commit();
}

void sinter::run::addLogits(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  CLI::App *Command = App.add_subcommand(
      "logits", "Write the logits at every position as float32 .npy");
  Command->add_option("model", A->Path, "MODEL.so")->required();
  Command->add_option("--prompt-ids", A->Ids, "1,2,3")->required();
  Command->add_option("-o,--output", A->Out, "FILE.npy")->required();
  Command
      ->add_option("--prefill-chunk", A->PrefillChunk,
                   "Rows at once (default: the model's); 1 is the decode code")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 31));
  Command->callback([A, &G] { runLogits(*A, G); });
}
