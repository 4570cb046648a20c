//===- sinter-reduce.cpp - the smallest file that still fails -------------===//
#include "tools/sinter-reduce/Judge.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static int fail(int status, const Twine &why) {
  errs() << "sinter-reduce: error: " << why << '\n';
  return status;
}

int main(int argc, char **argv) {
  cl::OptionCategory category("Options");
  cl::opt<std::string> input(cl::Positional, cl::Required,
                             cl::desc("MODEL.onnx|MODULE.mlir"),
                             cl::cat(category));
  cl::opt<std::string> output("o", cl::Required, cl::value_desc("file"),
                              cl::desc("Where the smallest one goes"),
                              cl::cat(category));
  cl::opt<std::string> message(
      "message", cl::value_desc("text"),
      cl::desc("Text that the command's stderr must contain"),
      cl::cat(category));
  cl::list<std::string> command(cl::Positional, cl::ZeroOrMore,
                                cl::desc("-- PROGRAM [ARGUMENT with {}]..."),
                                cl::cat(category));
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Shrink a model or IR on which a command fails.\n\n"
      "  sinter-reduce model.onnx -o small.onnx --message 'internal error' "
      "-- sinterc {} -o /tmp/out.so\n\n"
      "{} stands for the file that is tried. The command must fail on the "
      "input; what\nis kept fails with the same status, and the same message "
      "where one is asked for.\n");
  StringRef suffix = sys::path::extension(input);
  bool isModel = suffix == ".onnx";
  if (!isModel && suffix != ".mlir")
    return fail(2, "'" + input + "' is neither a .onnx nor a .mlir file");
  std::vector<std::string> words(command.begin(), command.end());
  if (words.empty())
    return fail(2, "no command after --");
  if (llvm::none_of(words, [](StringRef w) { return w.contains("{}"); }))
    return fail(2, "the command does not contain {}, the file to try");
  // Beside the output, so that what a model names relative to its folder can
  // be put there.
  std::string candidate = output + ".candidate" + suffix.str();
  sinter::reduce::Judge judge(words, message, candidate);
  std::string error;
  if (auto problem = judge.learn(input))
    return fail(1, *problem);
  bool read = isModel ? reduceOnnx(input, judge, error)
                      : reduceModule(input, judge, error);
  sys::fs::remove(candidate);
  if (!read)
    return fail(1, error);
  std::error_code failed;
  raw_fd_ostream file(output, failed);
  if (!failed)
    file << judge.getBest();
  file.close();
  if (failed || file.has_error())
    return fail(1, "cannot write '" + output + "'");
  outs() << output << ": " << judge.getBest().size() << " bytes after "
         << judge.getRuns() << " runs\n";
  return 0;
}
