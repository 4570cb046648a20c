//===- Model.h - the runtime's handles for C++ tools ------------*- C++ -*-===//
//
// Opens what the global flags ask for; a runtime error becomes a Failure.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TOOLS_RUN_MODEL_H
#define SINTER_TOOLS_RUN_MODEL_H

#include "Commands.h"
#include "sinter/runtime.h"

#include <memory>
#include <string_view>

namespace sinter::run {

struct CloseModel {
  void operator()(sinter_model *M) const { sinter_model_close(M); }
};
struct CloseSession {
  void operator()(sinter_session *S) const { sinter_session_close(S); }
};
using Model = std::unique_ptr<sinter_model, CloseModel>;
using Session = std::unique_ptr<sinter_session, CloseSession>;

/// Throws a Failure with the error's text unless the status is SINTER_OK.
void check(sinter_status Status, const sinter_error &Error);

Model openModel(const std::string &Path, const Globals &G);

/// `PrefillChunk` 0: the model's.
Session createSession(const Model &M, const Globals &G,
                      int64_t PrefillChunk = 0);

/// The section's bytes; empty when there is none. Lives as long as the model.
std::string_view section(const Model &M, const char *Name);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_MODEL_H
