//===- StopFilter.h - stop strings in streamed text -------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_STOPFILTER_H
#define SINTER_TOOLS_RUN_STOPFILTER_H

#include <string>
#include <vector>

namespace sinter::run {

/// Passes text on as soon as it cannot be part of a stop string, however the
/// text is cut into pieces.
class StopFilter {
public:
  explicit StopFilter(std::vector<std::string> Stops)
      : Stops(std::move(Stops)) {}

  /// What can be shown now. Once a stop string was found: what stands before
  /// the first one, and then nothing more.
  std::string push(const std::string &Piece);
  /// The text that was held back, when the end came instead.
  std::string finish();
  bool stopped() const { return Found; }

private:
  std::vector<std::string> Stops;
  std::string Held;
  bool Found = false;
};

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_STOPFILTER_H
