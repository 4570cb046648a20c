//===- Team.cpp - members that take turns, and races between them ---------===//
#include "dialects/Sinter/Interpreter/Team.h"
#include <thread>

using namespace sinter;

thread_local Accessor Accessor::current;

void Team::awaitTurn(int member, std::unique_lock<std::mutex> &lock) {
  changed.wait(lock, [&] { return turn == member; });
}

// Hands the turn to the next member that runs; when all others wait or are
// done, a new phase begins.
void Team::passTurn(int member, State state) {
  states[member] = state;
  auto next = [&](State wanted) {
    int count = states.size();
    for (int i = 0; i < count; ++i) {
      int candidate = descending ? count - 1 - i : i;
      if (states[candidate] == wanted)
        return candidate;
    }
    return -1;
  };
  turn = next(running);
  if (turn < 0) {
    ++phase;
    claimed.assign(claimed.size(), 0);
    for (State &s : states)
      s = s == waiting ? running : s;
    turn = next(running);
  }
  changed.notify_all();
}

void Team::meet(int member) {
  std::unique_lock<std::mutex> lock(mutex);
  passTurn(member, waiting);
  awaitTurn(member, lock);
}

void Team::run(llvm::function_ref<void(int)> body) {
  turn = descending ? states.size() - 1 : 0;
  std::vector<std::thread> threads;
  for (int member = 0; member < int(states.size()); ++member)
    threads.emplace_back([&, member] {
      {
        std::unique_lock<std::mutex> lock(mutex);
        awaitTurn(member, lock);
      }
      Accessor::current = {this, member, nullptr};
      body(member);
      std::unique_lock<std::mutex> lock(mutex);
      passTurn(member, done);
    });
  for (std::thread &thread : threads)
    thread.join();
}

void AccessLog::note(int64_t byte, int64_t count, bool isWrite) {
  Accessor &by = Accessor::current;
  if (!by.team)
    return;
  if (int64_t(cells.size()) < byte + count)
    cells.resize(byte + count);
  int64_t phase = by.team->getPhase();
  for (int64_t i = byte; i < byte + count; ++i) {
    Cell &cell = cells[i];
    bool written = cell.writePhase == phase && cell.writer != by.member;
    bool readByOther = cell.readPhase == phase && cell.reader != by.member;
    if (written || (isWrite && readByOther)) {
      std::string other =
          written ? "member " + std::to_string(cell.writer) + " wrote"
          : cell.reader >= 0 ? "member " + std::to_string(cell.reader) + " read"
                             : "others read";
      by.team->report({"member " + std::to_string(by.member) +
                           (isWrite ? " writes" : " reads") + " byte " +
                           std::to_string(i) + " of a buffer, which " + other +
                           " since the last barrier",
                       by.op});
      return;
    }
    if (isWrite) {
      cell.writePhase = phase;
      cell.writer = by.member;
    } else if (cell.readPhase != phase) {
      cell.readPhase = phase;
      cell.reader = by.member;
    } else if (cell.reader != by.member) {
      cell.reader = -2;
    }
  }
}
