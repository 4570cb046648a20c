//===- NodeTests.cpp - onnx's backend node tests: import, run, compare ----===//
//
//   sinter-onnx-node-tests DATA REFUSALS [--update] [--filter=TEXT] [--print]
//
// DATA is what make_node_tests.py wrote. Each case in each form is imported and
// interpreted in a child process of its own: a wrong value and a crash fail. A
// refusal must stand in the file REFUSALS, and every line there must still
// happen; --update writes the file.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "lib/Importer/Importer.h"
#include "mlir/IR/Diagnostics.h"
#include "test/onnx/Compare.h"
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
enum class Verdict : char { passed = 'p', refused = 'r', wrong = 'w' };

struct Outcome {
  Verdict verdict = Verdict::wrong;
  std::string text;
};
} // namespace

static Outcome runHere(const NodeCase &node, const std::string &path, Form form,
                       bool print) {
  mlir::MLIRContext ctx(mlir::MLIRContext::Threading::DISABLED);
  std::string messages;
  ctx.getDiagEngine().registerHandler([&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      messages += (messages.empty() ? "" : " | ") + diagnostic.str();
    return mlir::success();
  });
  auto module = importOnnx(ctx, path);
  if (!module)
    return {messages.empty() ? Verdict::wrong : Verdict::refused, messages};
  if (print)
    module->print(llvm::outs());
  auto function = module->lookupSymbol<mlir::func::FuncOp>("forward");
  Data arguments;
  std::string error;
  for (auto &proto : getArguments(node, form)) {
    Tensor tensor;
    if (!toTensor(&ctx, proto, tensor, error))
      return {Verdict::wrong, "input: " + error};
    arguments.push_back(tensor);
  }
  FileParamReader params(std::filesystem::path(path).parent_path().string());
  EvaluationOptions options;
  options.params = &params;
  auto results = interpretFunction(function, arguments, options);
  if (mlir::failed(results))
    return {Verdict::wrong, "the interpreter fails: " + messages};
  for (auto [i, proto] : llvm::enumerate(node.outputs)) {
    Tensor expected;
    if (!toTensor(&ctx, proto, expected, error))
      return {Verdict::wrong, "expected output: " + error};
    auto *got = std::get_if<Tensor>(&(*results)[i]);
    std::string difference = got ? compare(*got, expected, node) : "no tensor";
    if (!difference.empty())
      return {Verdict::wrong,
              "output " + std::to_string(i) + ": " + difference};
  }
  return {Verdict::passed, ""};
}

/// In a child, so that a crash or a hang is one failure.
static Outcome runApart(const NodeCase &node, const std::string &path,
                        Form form, bool print) {
  int ends[2];
  if (pipe(ends))
    return {Verdict::wrong, "no pipe"};
  llvm::outs().flush();
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    Outcome outcome = runHere(node, path, form, print);
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
  bool update = false, print = false;
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument = argv[i];
    if (argument == "--update")
      update = true;
    else if (argument == "--print")
      print = true;
    else if (argument.consume_front("--filter="))
      filter = argument.str();
    else
      (data.empty() ? data : list) = argument.str();
  }
  if (list.empty()) {
    llvm::errs() << "usage: sinter-onnx-node-tests DATA REFUSALS [--update] "
                    "[--filter=TEXT] [--print]\n";
    return 2;
  }
  std::vector<std::string> folders;
  std::error_code code;
  for (auto &entry : fs::directory_iterator(data, code))
    if (entry.is_directory() &&
        entry.path().filename().string().find(filter) != std::string::npos)
      folders.push_back(entry.path().string());
  std::sort(folders.begin(), folders.end());
  if (folders.empty()) {
    llvm::errs() << "no node tests in " << data << "\n";
    return 1;
  }
  fs::path scratch =
      fs::temp_directory_path() / ("sinter-node-" + std::to_string(getpid()));
  fs::create_directory(scratch);
  RefusalList refusals;
  unsigned passed = 0, failed = 0;
  for (auto &folder : folders) {
    NodeCase node;
    std::string error;
    if (!readCase(folder, node, error)) {
      llvm::outs() << "FAIL " << folder << ": " << error << "\n";
      ++failed;
      continue;
    }
    for (Form form : allForms) {
      std::string path = (scratch / "model.onnx").string();
      if (!writeModel(node, form, path)) {
        llvm::errs() << "cannot write " << path << "\n";
        return 1;
      }
      Outcome outcome = runApart(node, path, form, print);
      if (outcome.verdict == Verdict::refused) {
        refusals.add(node.name, form, outcome.text);
      } else if (outcome.verdict == Verdict::passed) {
        ++passed;
      } else {
        ++failed;
        llvm::outs() << "FAIL " << node.name << " (" << getName(form)
                     << "): " << outcome.text << "\n";
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
    std::vector<std::string> known = readLines(list);
    failed += report("NEW REFUSAL ", lines, known);
    failed += report("NOT REFUSED ANY MORE (run with --update) ", known, lines);
  } else {
    report("REFUSED ", lines, {});
  }
  llvm::outs() << folders.size() << " node tests in 3 forms: " << passed
               << " passed, " << lines.size() << " refused with a reason, "
               << failed << " failed\n";
  return failed != 0;
}
