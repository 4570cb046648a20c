//===- Model.cpp - the runtime's handles for C++ tools --------------------===//
#include "Model.h"

using namespace sinter::run;

void sinter::run::check(sinter_status Status, const sinter_error &Error) {
  if (Status != SINTER_OK)
    throw Failure(Error.message);
}

Model sinter::run::openModel(const std::string &Path, const Globals &G) {
  sinter_open_options Options = {};
  Options.size = sizeof(Options);
  Options.weights_memory =
      G.HugePages ? SINTER_WEIGHTS_HUGE : SINTER_WEIGHTS_MAP;
  sinter_error Error;
  sinter_model *Raw;
  check(sinter_model_open(Path.c_str(), &Options, &Raw, &Error), Error);
  Model M(Raw);
  const std::string Only = sinter_model_artifact(Raw)->target;
  if (!G.Variant.empty() && G.Variant != Only)
    throw UsageError("--variant " + G.Variant + ": " + Path +
                     " has one variant, '" + Only + "'");
  return M;
}

Session sinter::run::createSession(const Model &M, const Globals &G,
                                   int64_t PrefillChunk) {
  sinter_session_options Options = {};
  Options.size = sizeof(Options);
  Options.threads = G.Threads;
  Options.prefill_chunk = PrefillChunk;
  sinter_error Error;
  sinter_session *Raw;
  check(sinter_session_create(M.get(), &Options, &Raw, &Error), Error);
  return Session(Raw);
}

std::string_view sinter::run::section(const Model &M, const char *Name) {
  const void *Data;
  uint64_t Bytes;
  if (sinter_model_section(M.get(), Name, &Data, &Bytes, nullptr))
    return {};
  return {static_cast<const char *>(Data), Bytes};
}
