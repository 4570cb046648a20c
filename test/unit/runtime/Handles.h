//===- Handles.h - open the hand-written model in a test --------*- C++ -*-===//
#ifndef SINTER_TEST_HANDLES_H
#define SINTER_TEST_HANDLES_H

#include "handwritten.h"
#include "sinter/runtime.h"

#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace sinter::test {

struct Close {
  void operator()(sinter_model *M) const { sinter_model_close(M); }
  void operator()(sinter_session *S) const { sinter_session_close(S); }
};
using Model = std::unique_ptr<sinter_model, Close>;
using Session = std::unique_ptr<sinter_session, Close>;

inline const std::string WeightsPath = MODELS "/handwritten.weights";

/// The linked-in model with its weights; `A` may be a changed copy.
inline Model openLinked(const sinter_artifact *A = handwritten_sinter_query(),
                        const std::string &Weights = WeightsPath) {
  sinter_open_options Options = {};
  Options.size = sizeof(Options);
  Options.weights = Weights.c_str();
  sinter_error Error;
  sinter_model *M = nullptr;
  EXPECT_EQ(sinter_model_open_artifact(A, &Options, &M, &Error), SINTER_OK)
      << Error.message;
  return Model(M);
}

inline Session createSession(const Model &M, int Threads = 1,
                             int64_t Chunk = 0) {
  sinter_session_options Options = {};
  Options.size = sizeof(Options);
  Options.threads = Threads;
  Options.prefill_chunk = Chunk;
  sinter_error Error;
  sinter_session *S = nullptr;
  EXPECT_EQ(sinter_session_create(M.get(), &Options, &S, &Error), SINTER_OK)
      << Error.message;
  return Session(S);
}

inline std::string readBytes(const std::string &Path) {
  std::ifstream In(Path, std::ios::binary);
  return {std::istreambuf_iterator<char>(In), {}};
}

/// A file that goes with the test.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &Bytes) {
    static int Count = 0;
    Path = ::testing::TempDir() + "sinter" + std::to_string(getpid()) + "." +
           std::to_string(Count++);
    std::ofstream(Path, std::ios::binary) << Bytes;
  }
  ~TemporaryFile() { std::remove(Path.c_str()); }
  std::string Path;
};

/// Does the message hold this text?
inline ::testing::AssertionResult says(const sinter_error &Error,
                                       const std::string &Text) {
  if (std::string(Error.message).find(Text) != std::string::npos)
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "'" << Error.message << "' does not say '" << Text << "'";
}

} // namespace sinter::test

#endif // SINTER_TEST_HANDLES_H
