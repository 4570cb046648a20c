//===- NodeTests.cpp - onnx's backend node tests: import, run, compare ----===//
//
//   sinter-onnx-node-tests DATA REFUSALS [--native] [--update] [--shard=I/N]
//                          [--filter=TEXT] [--print]
//
// DATA is what make_node_tests.py wrote. Each case in each form is imported and
// interpreted (with --native compiled and run, where import did not refuse it)
// in a child process of its own: a wrong value and a crash fail. A refusal must
// stand in the file REFUSALS, and every line there must still happen; --update
// writes the file. --shard takes every N-th case, from I on. With --native the
// form with constants is left out where the static one passes: a model whose
// inputs are constants is computed by the interpreter while it is built.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "lib/Importer/Importer.h"
#include "mlir/IR/Diagnostics.h"
#include "test/onnx/Compare.h"
#include "test/onnx/NativeRun.h"
#include "test/onnx/RefusalList.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace sinter;
using namespace sinter::test;

namespace {
enum class Verdict : char {
  passed = 'p',
  refused = 'r',
  notImported = 'i', // of no interest to --native
  wrong = 'w'
};

struct Settings {
  bool native = false, print = false;
};

struct Outcome {
  Verdict verdict = Verdict::wrong;
  std::string text;
};
} // namespace

static Outcome runHere(const NodeCase &node, const std::string &path, Form form,
                       Settings settings) {
  mlir::MLIRContext ctx(mlir::MLIRContext::Threading::DISABLED);
  std::string messages;
  ctx.getDiagEngine().registerHandler([&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      messages += (messages.empty() ? "" : " | ") + diagnostic.str();
    return mlir::success();
  });
  auto module = importOnnx(ctx, path);
  if (!module)
    return {messages.empty()  ? Verdict::wrong
            : settings.native ? Verdict::notImported
                              : Verdict::refused,
            messages};
  if (settings.print)
    module->print(llvm::outs());
  auto function = module->lookupSymbol<mlir::func::FuncOp>("forward");
  std::vector<Tensor> arguments;
  std::string error;
  for (auto &proto : getArguments(node, form)) {
    Tensor tensor;
    if (!toTensor(&ctx, proto, tensor, error))
      return {Verdict::wrong, "input: " + error};
    arguments.push_back(tensor);
  }
  std::vector<Tensor> results;
  if (settings.native) {
    NativeResult native = runNative(&ctx, path, arguments);
    if (!native.error.empty())
      return {native.compiled ? Verdict::wrong : Verdict::refused,
              native.error};
    results = native.outputs;
  } else {
    FileParamReader params(std::filesystem::path(path).parent_path().string());
    EvaluationOptions options;
    options.params = &params;
    Data data(arguments.begin(), arguments.end());
    auto made = interpretFunction(function, data, options);
    if (mlir::failed(made))
      return {Verdict::wrong, "the interpreter fails: " + messages};
    for (Datum &datum : *made)
      results.push_back(std::get<Tensor>(datum));
  }
  if (results.size() != node.outputs.size())
    return {Verdict::wrong, std::to_string(results.size()) + " outputs"};
  for (auto [i, proto] : llvm::enumerate(node.outputs)) {
    Tensor expected;
    if (!toTensor(&ctx, proto, expected, error))
      return {Verdict::wrong, "expected output: " + error};
    std::string difference = compare(results[i], expected, node);
    if (!difference.empty())
      return {Verdict::wrong,
              "output " + std::to_string(i) + ": " + difference};
  }
  return {Verdict::passed, ""};
}

/// In a child, so that a crash or a hang is one failure.
static Outcome runApart(const NodeCase &node, const std::string &path,
                        Form form, Settings settings) {
  int ends[2];
  if (pipe(ends))
    return {Verdict::wrong, "no pipe"};
  llvm::outs().flush();
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    Outcome outcome = runHere(node, path, form, settings);
    llvm::outs().flush();
    std::string message = char(outcome.verdict) + outcome.text;
    message.resize(std::min<size_t>(message.size(), 4000)); // one pipe write
    _exit(write(ends[1], message.data(), message.size()) < 0);
  }
  close(ends[1]);
  std::string message(4096, '\0');
  ssize_t size = child < 0 ? -1 : read(ends[0], message.data(), message.size());
  close(ends[0]);
  int status = 0;
  if (child > 0)
    waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    return {Verdict::wrong,
            "killed by signal " + std::to_string(WTERMSIG(status))};
  if (size <= 0)
    return {Verdict::wrong, "no answer"};
  return {Verdict(message[0]), message.substr(1, size - 1)};
}

/// Lines of `a` that are not in `b`.
static unsigned report(const char *what, const std::vector<std::string> &a,
                       const std::vector<std::string> &b) {
  std::set<std::string> known(b.begin(), b.end());
  unsigned count = 0;
  for (auto &line : a)
    if (!known.count(line)) {
      llvm::outs() << what << line << "\n";
      ++count;
    }
  return count;
}

int main(int argc, char **argv) {
  namespace fs = std::filesystem;
  std::string data, list, filter;
  bool update = false;
  Settings settings;
  unsigned shard = 0, shards = 1;
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument = argv[i];
    if (argument == "--update")
      update = true;
    else if (argument == "--print")
      settings.print = true;
    else if (argument == "--native")
      settings.native = true;
    else if (argument.consume_front("--shard=")) {
      auto [first, count] = argument.split('/');
      if (first.getAsInteger(10, shard) || count.getAsInteger(10, shards) ||
          shards == 0 || shard >= shards) {
        llvm::errs() << "--shard wants I/N\n";
        return 2;
      }
    } else if (argument.consume_front("--filter="))
      filter = argument.str();
    else
      (data.empty() ? data : list) = argument.str();
  }
  if (list.empty()) {
    llvm::errs() << "usage: sinter-onnx-node-tests DATA REFUSALS [--native] "
                    "[--update] [--shard=I/N] [--filter=TEXT] [--print]\n";
    return 2;
  }
  std::vector<std::string> folders;
  std::error_code code;
  for (auto &entry : fs::directory_iterator(data, code))
    if (entry.is_directory() &&
        entry.path().filename().string().find(filter) != std::string::npos)
      folders.push_back(entry.path().string());
  std::sort(folders.begin(), folders.end());
  std::set<std::string> ours; // names of this shard's cases
  std::vector<std::string> chosen;
  for (size_t i = shard; i < folders.size(); i += shards) {
    chosen.push_back(folders[i]);
    ours.insert(fs::path(folders[i]).filename().string());
  }
  folders = chosen;
  if (folders.empty()) {
    llvm::errs() << "no node tests in " << data << "\n";
    return 1;
  }
  fs::path scratch =
      fs::temp_directory_path() / ("sinter-node-" + std::to_string(getpid()));
  fs::create_directory(scratch);
  RefusalList refusals;
  unsigned passed = 0, failed = 0, skipped = 0, folded = 0;
  for (auto &folder : folders) {
    NodeCase node;
    std::string error;
    if (!readCase(folder, node, error)) {
      llvm::outs() << "FAIL " << folder << ": " << error << "\n";
      ++failed;
      continue;
    }
    bool compiles = false;
    for (Form form : allForms) {
      if (settings.native && form == Form::constants && compiles) {
        ++folded;
        continue;
      }
      std::string path = (scratch / "model.onnx").string();
      if (!writeModel(node, form, path)) {
        llvm::errs() << "cannot write " << path << "\n";
        return 1;
      }
      Outcome outcome = runApart(node, path, form, settings);
      if (outcome.verdict == Verdict::refused) {
        refusals.add(node.name, form, outcome.text);
      } else if (outcome.verdict == Verdict::notImported) {
        ++skipped;
      } else if (outcome.verdict == Verdict::passed) {
        ++passed;
        compiles |= form == Form::asIs;
      } else {
        ++failed;
        llvm::outs() << "FAIL " << node.name << " (" << getName(form)
                     << "): " << outcome.text << "\n";
        llvm::outs().flush();
      }
    }
  }
  fs::remove_all(scratch);
  std::vector<std::string> lines = refusals.getLines();
  if (update && !writeLines(list, lines)) {
    llvm::errs() << "cannot write " << list << "\n";
    return 1;
  }
  if (filter.empty()) {
    std::vector<std::string> known;
    for (auto &line : readLines(list))
      if (ours.count(line.substr(0, line.find(':'))))
        known.push_back(line);
    failed += report("NEW REFUSAL ", lines, known);
    failed += report("NOT REFUSED ANY MORE (run with --update) ", known, lines);
  } else {
    report("REFUSED ", lines, {});
  }
  llvm::outs() << folders.size() << " node tests in 3 forms: " << passed
               << " passed, " << lines.size() << " refused with a reason, "
               << failed << " failed";
  if (settings.native)
    llvm::outs() << ", " << skipped << " refused at import, " << folded
                 << " with constants left out";
  llvm::outs() << "\n";
  return failed != 0;
}
