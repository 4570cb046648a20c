//===- Team.h - members that take turns, and races between them -*- C++ -*-===//
//
// Members of a team run as threads, but one at a time: each from one barrier to
// the next, in a chosen order. So runs are repeatable, and every access to
// memory can be checked: between two barriers, what one member writes no other
// may read or write.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_INTERPRETER_TEAM_H
#define SINTER_INTERPRETER_TEAM_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sinter {

class Team {
public:
  /// With `descending`, the last member goes first.
  Team(int members, bool descending)
      : descending(descending), states(members, running), claimed(members) {}

  /// Runs body(member) for every member to its end; body calls meet(member) at
  /// barriers.
  void run(llvm::function_ref<void(int)> body);
  void meet(int member);
  /// 0, 1, 2, ... between two barriers, for each member; nullopt: there is no
  /// such member.
  std::optional<int64_t> claim(int64_t of) {
    if (of < 0 || of >= int64_t(claimed.size()))
      return std::nullopt;
    return claimed[of]++;
  }

  int64_t getPhase() const { return phase; }
  /// The first race that was seen; empty text: none.
  struct Race {
    std::string text;
    mlir::Operation *op = nullptr;
  };
  const Race &getRace() const { return race; }
  void report(Race seen) {
    if (race.text.empty())
      race = std::move(seen);
  }

private:
  enum State { running, waiting, done };
  void passTurn(int member, State state);
  void awaitTurn(int member, std::unique_lock<std::mutex> &lock);

  bool descending;
  std::vector<State> states;
  std::vector<int64_t> claimed;
  int turn = -1;
  int64_t phase = 0;
  Race race;
  std::mutex mutex;
  std::condition_variable changed;
};

/// Who accesses memory now, on this thread.
struct Accessor {
  Team *team = nullptr; // null: nobody to race with
  int member = 0;
  mlir::Operation *op = nullptr;

  static thread_local Accessor current;
};

/// What happened to a buffer since the last barrier, by byte.
class AccessLog {
public:
  void read(int64_t byte, int64_t count) { note(byte, count, false); }
  void write(int64_t byte, int64_t count) { note(byte, count, true); }

private:
  void note(int64_t byte, int64_t count, bool isWrite);
  struct Cell {
    int64_t writePhase = -1, readPhase = -1;
    int writer = -1, reader = -1; // reader -2: several
  };
  std::vector<Cell> cells; // grown when a team accesses it
};

} // namespace sinter
#endif
