//===- Judge.h - does the command still fail in the same way? -------------===//
#ifndef SINTER_TOOLS_REDUCE_JUDGE_H
#define SINTER_TOOLS_REDUCE_JUDGE_H

#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace sinter::reduce {

class Judge {
public:
  /// `command`: a program and its arguments, where `{}` stands for the file;
  /// `message`: what its stderr must contain; `candidate`: the file to write.
  Judge(std::vector<std::string> command, std::string message,
        std::string candidate);

  /// Runs the command on the whole input and remembers how it fails. An error
  /// when it does not.
  std::optional<std::string> learn(llvm::StringRef input);

  /// True when the command fails on these bytes as it did on the input. They
  /// are then the best so far.
  bool accepts(const std::string &bytes);

  const std::string &getBest() const { return best; }
  unsigned getRuns() const { return runs; }

private:
  struct Outcome {
    int status = 0; ///< -2: ended by a signal or after the time
    std::string text;
  };
  std::optional<Outcome> run(llvm::StringRef path, std::string &error);

  std::vector<std::string> command;
  std::string message, candidate, best;
  int status = 0;
  unsigned runs = 0;
};

/// The smallest count in 1 .. `all` for which `holds` (which is not called for
/// `all`), supposing that what holds for a count holds for larger ones. The
/// answer is one that was tried, or `all`.
template <typename Holds> size_t bisect(size_t all, Holds holds) {
  size_t low = 1, high = all;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (holds(middle))
      high = middle;
    else
      low = middle + 1;
  }
  return high;
}

/// Shrink the model, or the module, that `judge` has learned. False and
/// `error` when the file cannot be read.
bool reduceOnnx(llvm::StringRef path, Judge &judge, std::string &error);
bool reduceModule(llvm::StringRef path, Judge &judge, std::string &error);

} // namespace sinter::reduce
#endif
