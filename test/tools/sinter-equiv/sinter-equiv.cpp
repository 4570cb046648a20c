//===- sinter-equiv.cpp - do two modules compute the same? ----------------===//
//
// Draws inputs, interprets both modules and compares (Compare.h has the rule).
// Exit status: 0 equal, 1 different or not interpretable, 2 usage.
//
//   sinter-equiv before.mlir after.mlir           same functions, same inputs
//   sinter-equiv --steps forward.mlir step.mlir   @forward against @step
//
// A function after passes/Tile or passes/Bufferize takes memory: it is called
// as a team of --members, and the bytes of outputs and cache are compared.
//
//===----------------------------------------------------------------------===//
#include "MemoryCall.h"
#include "Steps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace sinter;
namespace cl = llvm::cl;

static cl::opt<std::string> beforeFile(cl::Positional, cl::Required,
                                       cl::desc("BEFORE.mlir"));
static cl::opt<std::string> afterFile(cl::Positional, cl::Required,
                                      cl::desc("AFTER.mlir"));
static cl::opt<std::string> onlyFunction("func",
                                         cl::desc("compare this one only"));
static cl::opt<uint64_t> seed("seed", cl::init(1), cl::desc("of all draws"));
static cl::opt<unsigned> runs("runs", cl::init(3),
                              cl::desc("draws to compare"));
static cl::list<std::string>
    dims("dims", cl::CommaSeparated,
         cl::desc("NAME=N,...: fixed sizes; also NAME=a+b"));
static cl::opt<bool> steps("steps", cl::desc("@forward against @step"));
static cl::opt<int64_t> length("length", cl::init(7),
                               cl::desc("of the sequence, for --steps"));
static cl::opt<bool> randomParams("random-params",
                                  cl::desc("seeded weights instead of files"));
static cl::opt<std::string>
    paramsFolder("params-folder",
                 cl::desc("weights are below it (BEFORE's folder)"));
static cl::opt<int64_t> members("members", cl::init(1),
                                cl::desc("of the team, for memory forms"));
static cl::opt<bool> allowConstant("allow-constant",
                                   cl::desc("results may be constant"));

namespace {

int refuse(const llvm::Twine &why) {
  llvm::errs() << "sinter-equiv: " << why << "\n";
  return 1;
}

std::string textOf(const SymbolValues &symbols) {
  std::string text;
  for (auto &[name, value] : symbols)
    text += " " + name + "=" + std::to_string(value);
  return text;
}

std::string nameOf(func::FuncOp function, unsigned result) {
  std::string text = "result " + std::to_string(result);
  if (auto name =
          function.getResultAttrOfType<StringAttr>(result, nameAttrName))
    text += " ('" + name.getValue().str() + "')";
  return text;
}

// Compares tensors, scalars and the memory of caches.
std::string compareData(func::FuncOp function, Data &before, Data &after,
                        const Roundings &roundingsBefore,
                        const Roundings &roundingsAfter,
                        Comparison &comparison) {
  auto compare = [&](const std::string &name, const Tensor &a,
                     const Tensor &b) {
    return comparison.compare(name, a, b, roundingsBefore, roundingsAfter);
  };
  if (before.size() != after.size())
    return std::to_string(before.size()) + " results before, " +
           std::to_string(after.size()) + " after";
  for (unsigned i = 0; i < before.size(); ++i) {
    std::string name = nameOf(function, i), difference;
    if (before[i].index() != after[i].index())
      return name + " changed its kind";
    if (auto *tensor = std::get_if<Tensor>(&before[i])) {
      difference = compare(name, *tensor, std::get<Tensor>(after[i]));
    } else if (auto *scalar = std::get_if<Scalar>(&before[i])) {
      Type type = function.getResultTypes()[i];
      difference = compare(name, Tensor::ofScalar(type, *scalar),
                           Tensor::ofScalar(type, std::get<Scalar>(after[i])));
    } else {
      CacheState &a = *std::get<CacheRef>(before[i]).state;
      CacheState &b = *std::get<CacheRef>(after[i]).state;
      for (size_t layer = 0; layer < a.keys.size(); ++layer) {
        std::string place = name + " layer " + std::to_string(layer);
        if (difference.empty())
          difference = compare(place + " keys", a.keys[layer], b.keys[layer]);
        if (difference.empty())
          difference =
              compare(place + " values", a.values[layer], b.values[layer]);
      }
    }
    if (!difference.empty())
      return difference;
  }
  return {};
}

class Tool {
public:
  int run();

private:
  OwningOpRef<ModuleOp> read(const std::string &file);
  int compareFunctions(func::FuncOp before, func::FuncOp after);
  int compareStepFunctions();
  int conclude(StringRef name, const Comparison &comparison);
  EvaluationOptions optionsFor(Roundings &roundings, TableValues &tables);

  llvm::SourceMgr sources;
  std::unique_ptr<MLIRContext> context;
  std::unique_ptr<SourceMgrDiagnosticHandler> handler;
  OwningOpRef<ModuleOp> before, after;
  std::unique_ptr<ParamReader> params;
  TableValues tablesBefore, tablesAfter;
  std::map<std::string, DimExpr> given;
};

} // namespace

OwningOpRef<ModuleOp> Tool::read(const std::string &file) {
  return parseSourceFile<ModuleOp>(file, context.get());
}

EvaluationOptions Tool::optionsFor(Roundings &roundings, TableValues &tables) {
  EvaluationOptions options;
  options.params = params.get();
  options.tables = &tables;
  options.observer = [&roundings](Operation *op, Evaluation &eval) {
    roundings.observe(op, eval);
  };
  return options;
}

int Tool::conclude(StringRef name, const Comparison &comparison) {
  std::string constants = comparison.findConstants();
  if (!constants.empty() && !allowConstant)
    return refuse("@" + name + ": " + constants);
  llvm::outs() << "@" << name << ": equal, " << comparison.getCount()
               << " elements, largest difference "
               << int64_t(comparison.getLargestShare() * 100 + 0.5)
               << " % of the tolerance\n";
  return 0;
}

int Tool::compareFunctions(func::FuncOp before, func::FuncOp after) {
  StringRef name = before.getName();
  Comparison comparison;
  for (unsigned i = 0; i < runs; ++i) {
    Random random(seed + i);
    SymbolValues symbols = drawSymbols(before, given, random);
    std::string where = " (run " + std::to_string(i) + ", seed " +
                        std::to_string(seed + i) + textOf(symbols) + ")";
    auto arguments = drawArguments(before, symbols, random);
    if (failed(arguments))
      return 1;
    Data copies;
    for (Datum &argument : *arguments)
      copies.push_back(copyDatum(argument));
    Roundings roundingsBefore, roundingsAfter;
    auto expected = interpretFunction(
        before, *arguments, optionsFor(roundingsBefore, tablesBefore));
    if (failed(expected))
      return refuse("@" + name + " before was not interpreted" + where);
    EvaluationOptions options = optionsFor(roundingsAfter, tablesAfter);
    auto got = takesMemory(after) ? callWithMemory(before, after, copies,
                                                   symbols, options, members)
                                  : interpretFunction(after, copies, options);
    if (failed(got))
      return refuse("@" + name + " after was not interpreted" + where);
    std::string difference = compareData(
        before, *expected, *got, roundingsBefore, roundingsAfter, comparison);
    if (!difference.empty())
      return refuse("@" + name + ": " + difference + where);
  }
  return conclude(name, comparison);
}

int Tool::compareStepFunctions() {
  auto forward = before->lookupSymbol<func::FuncOp>("forward");
  auto step = after->lookupSymbol<func::FuncOp>("step");
  if (!forward || !step)
    return refuse("--steps wants @forward before and @step after");
  Comparison comparison;
  for (unsigned i = 0; i < runs; ++i) {
    Random random(seed + i);
    EvaluationOptions optionsBefore, optionsAfter;
    optionsBefore.params = optionsAfter.params = params.get();
    optionsBefore.tables = &tablesBefore;
    optionsAfter.tables = &tablesAfter;
    auto difference = compareSteps(forward, step, length, 4, optionsBefore,
                                   optionsAfter, random, comparison);
    if (failed(difference))
      return refuse("was not interpreted (run " + std::to_string(i) + ")");
    if (!difference->empty())
      return refuse("@step: " + *difference + " (run " + std::to_string(i) +
                    ", seed " + std::to_string(seed + i) + ")");
  }
  return conclude("step", comparison);
}

int Tool::run() {
  DialectRegistry registry;
  registry
      .insert<SinterDialect, affine::AffineDialect, arith::ArithDialect,
              bufferization::BufferizationDialect, func::FuncDialect,
              linalg::LinalgDialect, math::MathDialect, memref::MemRefDialect,
              scf::SCFDialect, tensor::TensorDialect>();
  context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->printOpOnDiagnostic(false);
  handler = std::make_unique<SourceMgrDiagnosticHandler>(sources, context.get(),
                                                         llvm::errs());
  before = read(beforeFile);
  after = read(afterFile);
  if (!before || !after)
    return 1;
  std::string folder = paramsFolder;
  if (folder.empty())
    folder = llvm::sys::path::parent_path(beforeFile).str();
  if (randomParams)
    params = std::make_unique<RandomParamReader>(seed);
  else
    params = std::make_unique<FileParamReader>(folder);
  for (StringRef dim : dims) {
    auto [name, text] = dim.split('=');
    auto expr = DimExpr::parse(text);
    if (!expr || !DimExpr::parse(name)) {
      refuse("--dims: '" + dim + "' is not NAME=N or NAME=EXPRESSION");
      return 2;
    }
    given[name.str()] = *expr;
  }
  if (steps)
    return compareStepFunctions();
  int status = 0;
  unsigned compared = 0;
  for (auto function : before->getOps<func::FuncOp>()) {
    if (function.isExternal() ||
        (!onlyFunction.empty() && function.getName() != onlyFunction))
      continue;
    auto other = after->lookupSymbol<func::FuncOp>(function.getName());
    if (!other)
      return refuse("@" + function.getName() + " is missing after");
    status |= compareFunctions(function, other);
    ++compared;
  }
  if (!compared)
    return refuse("there is no function to compare");
  return status;
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Do two modules compute the same?\n");
  return Tool().run();
}
