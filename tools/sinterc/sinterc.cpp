//===- sinterc.cpp - compile a model --------------------------------------===//
//
// The command line of docs/user-guide.md. Exit status: 0 done, 1 the input was
// refused, 2 the command line was wrong.
//
//===----------------------------------------------------------------------===//
#include "sinter/compile.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/raw_ostream.h"

using namespace sinter;
using llvm::StringRef;
namespace cl = llvm::cl;

namespace {
// Thrown together in one object, so that nothing registers before main() and
// LLVM's own options can be taken off the command line.
struct Flags {
  cl::OptionCategory category{"sinterc options"};
  cl::opt<std::string> input{
      cl::Positional, cl::desc("<model.onnx | level.mlir>"), cl::cat(category)};
  cl::opt<std::string> output{
      "o", cl::desc("Output: .so .a .o .mlir .ll, or an executable"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<std::string> emit{
      "emit", cl::desc("Level or form: graph model plan loops llvm obj so exe"),
      cl::cat(category)};
  cl::opt<std::string> target{"target", cl::desc("cpu"), cl::init("cpu"),
                              cl::cat(category)};
  cl::opt<std::string> march{
      "march", cl::desc("native, x86-64-v3, x86-64-v4 or an LLVM CPU name"),
      cl::cat(category)};
  cl::opt<std::string> compute{
      "compute", cl::desc("Type of matmuls' operands: f32 (default) bf16 f16"),
      cl::cat(category)};
  cl::opt<std::string> weights{
      "weights",
      cl::desc("Stored type: keep f32 f16 bf16 (default: --compute "
               "when bf16 or f16, else keep)"),
      cl::cat(category)};
  cl::opt<std::string> kv{
      "kv", cl::desc("Type of the cache: f32 f16 bf16 (default: --compute)"),
      cl::cat(category)};
  cl::opt<int64_t> maxLength{
      "max-length",
      cl::desc("Capacity of the cache in tokens (default: the "
               "model's configuration, else 2048)"),
      cl::cat(category)};
  cl::opt<int64_t> prefillChunk{
      "prefill-chunk", cl::desc("Rows that prefill takes at once (512)"),
      cl::cat(category)};
  cl::list<std::string> dims{"dim", cl::desc("Fix a symbolic dimension"),
                             cl::value_desc("NAME=N"), cl::cat(category)};
  cl::opt<std::string> tokenizer{
      "tokenizer",
      cl::desc("A folder or tokenizer.json (default: beside the "
               "model)"),
      cl::cat(category)};
  cl::opt<std::string> name{
      "name", cl::desc("Identifier of exported symbols (default: the stem)"),
      cl::cat(category)};
  cl::opt<std::string> report{
      "report", cl::desc("Write what was fused, and why not, as JSON"),
      cl::value_desc("file.json"), cl::cat(category)};
  cl::opt<bool> embedWeights{"embed-weights",
                             cl::desc("Put the weights into the object"),
                             cl::cat(category)};
  cl::opt<bool> noFuse{"no-fuse", cl::desc("Keep the graph's own operations"),
                       cl::cat(category)};
  cl::opt<bool> requireFused{"require-fused",
                             cl::desc("Fail when a candidate was not fused"),
                             cl::cat(category)};
  cl::opt<bool> saveTemps{"save-temps",
                          cl::desc("Keep the IR after each stage"),
                          cl::cat(category)};
  cl::opt<bool> writeDependencies{
      "MD", cl::desc("Write a depfile (OUT.d unless -MF)"), cl::cat(category)};
  cl::opt<std::string> dependencyFile{"MF", cl::desc("Name of the depfile"),
                                      cl::value_desc("file"),
                                      cl::cat(category)};
  cl::opt<bool> verbose{"v",
                        cl::desc("Time and memory of each stage, files read"),
                        cl::cat(category)};
  // Of the contract, but not there yet: refused by name.
  cl::opt<std::string> gpuArch{"gpu-arch", cl::Hidden, cl::cat(category)};
  cl::opt<std::string> weightsGroup{"weights-group", cl::Hidden,
                                    cl::cat(category)};
  cl::opt<std::string> calibrate{"calibrate", cl::Hidden, cl::cat(category)};
  cl::opt<std::string> tuning{"tuning", cl::Hidden, cl::cat(category)};
  cl::opt<std::string> prefix{"prefix", cl::Hidden, cl::cat(category)};
};

int usage(const llvm::Twine &message) {
  llvm::errs() << "sinterc: error: " << message << "\n"
               << "sinterc: note: see sinterc --help\n";
  return 2;
}
} // namespace

// libLLVM brings hundreds of developer options; none is part of our contract.
static void keepOnly(cl::OptionCategory &category) {
  llvm::SmallVector<cl::Option *> others;
  for (auto &[name, option] : cl::getRegisteredOptions())
    if (!llvm::is_contained(option->Categories, &category) && name != "help" &&
        name != "h" && name != "version")
      others.push_back(option);
  for (cl::Option *option : others)
    option->removeArgument();
}

static std::optional<std::string> notThereYet(const Flags &f) {
  auto refuse = [](StringRef flag, StringRef value, StringRef accepted) {
    return ("--" + flag + "=" + value + " is not supported in this version; " +
            accepted)
        .str();
  };
  if (f.target != "cpu")
    return refuse("target", f.target, "accepted: cpu");
  auto isFloat = [](StringRef value) {
    return value == "f32" || value == "f16" || value == "bf16";
  };
  if (f.compute.getNumOccurrences() && !isFloat(f.compute))
    return refuse("compute", f.compute, "accepted: f32, bf16, f16");
  if (f.weights.getNumOccurrences() && f.weights != "keep" &&
      !isFloat(f.weights))
    return refuse("weights", f.weights, "accepted: keep, f32, f16, bf16");
  if (f.kv.getNumOccurrences() && !isFloat(f.kv))
    return refuse("kv", f.kv, "accepted: f32, f16, bf16");
  if (StringRef(f.march).contains(','))
    return refuse("march", f.march, "accepted: one CPU");
  for (const cl::opt<std::string> *flag :
       {&f.gpuArch, &f.weightsGroup, &f.calibrate, &f.tuning, &f.prefix})
    if (flag->getNumOccurrences())
      return refuse(flag->ArgStr, *flag, "leave it out");
  return std::nullopt;
}

// An identifier from the output's stem: what is no letter or digit becomes _.
static std::string identifierOf(StringRef stem) {
  std::string name;
  for (char c : stem)
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name[0]))
    name = "_" + name;
  return name;
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name[0]) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

// OUT's suffix and --emit give the kind and level; nullopt: they disagree.
static std::optional<std::string> chooseOutput(const Flags &f,
                                               CompileOptions &options) {
  StringRef suffix = llvm::sys::path::extension(f.output);
  auto kind = llvm::StringSwitch<std::optional<OutputKind>>(suffix)
                  .Case(".so", OutputKind::shared)
                  .Case(".a", OutputKind::archive)
                  .Case(".o", OutputKind::object)
                  .Case(".mlir", OutputKind::mlir)
                  .Case(".ll", OutputKind::llvmIR)
                  .Case("", OutputKind::executable)
                  .Default(std::nullopt);
  if (!kind)
    return "-o " + f.output + ": the suffix '" + suffix.str() +
           "' is not supported in this version; accepted: .so .a .o .mlir .ll "
           "or none";
  options.kind = *kind;
  if (f.emit.empty())
    return std::nullopt;
  auto level = llvm::StringSwitch<std::optional<Level>>(f.emit)
                   .Case("graph", Level::graph)
                   .Case("model", Level::model)
                   .Case("plan", Level::plan)
                   .Case("loops", Level::loops)
                   .Case("llvm", Level::llvm)
                   .Cases({"obj", "so", "exe"}, Level::binary)
                   .Default(std::nullopt);
  if (!level)
    return "--emit=" + f.emit +
           " is not supported in this version; accepted: graph model plan "
           "loops llvm obj so exe";
  bool fits = *level != Level::binary
                  ? *kind == OutputKind::mlir ||
                        (*level == Level::llvm && *kind == OutputKind::llvmIR)
              : f.emit == "obj" ? *kind == OutputKind::object
              : f.emit == "so"  ? *kind == OutputKind::shared
                                : *kind == OutputKind::executable;
  if (!fits)
    return "--emit=" + f.emit + " does not fit the output '" + f.output + "'";
  options.emit = *level;
  return std::nullopt;
}

// What main() does before compiling; the exit status when that is all.
static std::optional<int> parseArguments(int argc, char **argv,
                                         CompileOptions &options) {
  // Never destroyed: LLVM's parser keeps pointers into it.
  static Flags &f = *new Flags;
  keepOnly(f.category);
  // lld registers a --march of its own while it links: ours must be gone.
  llvm::scope_exit release([] {
    for (auto &[name, option] : llvm::to_vector(cl::getRegisteredOptions()))
      if (llvm::is_contained(option->Categories, &f.category))
        option->removeArgument();
  });
  if (!cl::ParseCommandLineOptions(
          argc, argv, "Sinter: compiles Transformer models ahead of time\n",
          &llvm::errs()))
    return 2;
  if (f.input.empty())
    return usage("no input: sinterc model.onnx -o model.so");
  if (f.output.empty())
    return usage("no output: say -o FILE");
  if (auto refusal = notThereYet(f))
    return usage(*refusal);

  options.input = f.input;
  options.output = f.output;
  if (auto refusal = chooseOutput(f, options))
    return usage(*refusal);
  auto given = [](const cl::opt<std::string> &flag) {
    return flag.getNumOccurrences() ? std::optional<std::string>(flag)
                                    : std::nullopt;
  };
  options.march = given(f.march);
  options.compute = given(f.compute);
  options.weights = given(f.weights);
  options.kv = given(f.kv);
  if (f.maxLength.getNumOccurrences()) {
    if (f.maxLength <= 0)
      return usage("--max-length must be positive");
    options.maxLength = f.maxLength;
  }
  if (f.prefillChunk.getNumOccurrences()) {
    if (f.prefillChunk <= 0 || f.prefillChunk > 65536)
      return usage("--prefill-chunk must be in 1 .. 65536");
    options.prefillChunk = f.prefillChunk;
  }
  for (StringRef dim : f.dims) {
    auto [name, size] = dim.split('=');
    int64_t value;
    if (name.empty() || size.getAsInteger(10, value) || value < 0)
      return usage("--dim wants NAME=N, not '" + dim + "'");
    options.dims[name.str()] = value;
  }
  options.tokenizer = f.tokenizer;
  options.name = f.name.getNumOccurrences()
                     ? f.name
                     : identifierOf(llvm::sys::path::stem(f.output));
  if (!isIdentifier(options.name))
    return usage("--name must be a C identifier, not '" + options.name + "'");
  if (!f.report.empty() && !StringRef(f.report).ends_with(".json"))
    return usage("--report=" + f.report +
                 " is not supported in this version; accepted: a .json file");
  options.report = f.report;
  if (f.dependencyFile.getNumOccurrences())
    options.dependencyFile = f.dependencyFile;
  else if (f.writeDependencies)
    options.dependencyFile = (StringRef(f.output).drop_back(
                                  llvm::sys::path::extension(f.output).size()) +
                              ".d")
                                 .str();
  options.embedWeights = f.embedWeights;
  options.fuse = !f.noFuse;
  options.requireFused = f.requireFused;
  if (f.noFuse && f.requireFused)
    return usage("--no-fuse and --require-fused exclude each other");
  options.saveTemps = f.saveTemps;
  options.verbose = f.verbose;
  return std::nullopt;
}

// libsinter_program.a as it is installed, or as it lies in the build folder.
static std::string findProgramLibrary(const char *argv0) {
  std::string program =
      llvm::sys::fs::getMainExecutable(argv0, (void *)findProgramLibrary);
  std::string root =
      llvm::sys::path::parent_path(llvm::sys::path::parent_path(program)).str();
  std::string installed = root + "/lib/libsinter_program.a";
  std::string built = root + "/runtime/libsinter_program.a";
  return llvm::sys::fs::exists(built) ? built : installed;
}

int main(int argc, char **argv) {
  llvm::setBugReportMsg(
      "sinterc: internal error: please report it with the input that "
      "`sinter-reduce INPUT -o SMALL -- sinterc {} ...` makes of it\n");
  llvm::InitLLVM init(argc, argv);
  CompileOptions options;
  if (auto status = parseArguments(argc, argv, options))
    return *status;
  options.programLibrary = findProgramLibrary(argv[0]);
  return compile(options) ? 0 : 1;
}
