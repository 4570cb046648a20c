//===- StageTable.h - time and memory of each stage, for -v ---------------===//
#ifndef SINTER_PIPELINE_STAGETABLE_H
#define SINTER_PIPELINE_STAGETABLE_H

#include <chrono>
#include <string>
#include <vector>

namespace sinter {

/// Measures stages one after another; prints a line for each when verbose and
/// a progress bar on a terminal.
class StageTable {
public:
  StageTable(bool verbose, unsigned expectedStages);
  /// Ends the stage before and starts this one.
  void begin(std::string name);
  /// Ends the last stage; `ok` clears the bar, prints the table and totals.
  void end(bool ok);

private:
  struct Row {
    std::string name;
    double seconds;
    uint64_t privateBytes; // at its end
  };
  void finishRow();
  bool verbose, bar;
  unsigned expected;
  std::vector<Row> rows;
  std::string current;
  std::chrono::steady_clock::time_point start, first;
};

} // namespace sinter
#endif
