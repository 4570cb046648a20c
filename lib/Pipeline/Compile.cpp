//===- Compile.cpp - from an input file to an artifact --------------------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "lib/Importer/Importer.h"
#include "lib/Pipeline/ChatTemplate.h"
#include "lib/Pipeline/Compilation.h"
#include "lib/Pipeline/Registration/Registration.h"
#include "lib/Pipeline/Report.h"
#include "lib/Pipeline/WeightSources.h"
#include "lib/Target/Object.h"
#include "mlir/Parser/Parser.h"
#include "passes/Generate/Generate.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace sinter;

Compilation::Compilation(const CompileOptions &options)
    : options(options), table(options.verbose, 12) {
  registerDialects(registry);
  static bool once = (registerPasses(), true);
  (void)once;
  // One thread: passes run on one module, and forking workers costs more than
  // it saves.
  context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  context->getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    print(diagnostic);
    return success();
  });
}

void Compilation::print(Diagnostic &diagnostic) {
  bool error = diagnostic.getSeverity() == DiagnosticSeverity::Error;
  errors += error;
  noteInternal(diagnostic.str());
  llvm::errs() << "sinterc: "
               << (error ? "error: "
                   : diagnostic.getSeverity() == DiagnosticSeverity::Warning
                       ? "warning: "
                       : "note: ");
  Location loc = diagnostic.getLocation();
  if (auto name = loc->findInstanceOf<NameLoc>())
    llvm::errs() << "node '" << name.getName().getValue() << "': ";
  else if (auto file = loc->findInstanceOf<FileLineColLoc>())
    llvm::errs() << file.getFilename().getValue() << ":" << file.getLine()
                 << ":" << file.getColumn() << ": ";
  llvm::errs() << diagnostic.str() << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    llvm::errs() << "sinterc: note: " << note.str() << "\n";
}

LogicalResult Compilation::fail(const llvm::Twine &message) {
  ++errors;
  noteInternal(message.str());
  llvm::errs() << "sinterc: error: " << message << "\n";
  return failure();
}

void Compilation::noteInternal(StringRef message) {
  isInternal |= message.starts_with("internal error") ||
                message.contains("op internal error");
}

LogicalResult Compilation::fail(llvm::Error error) {
  return fail(llvm::toString(std::move(error)));
}

std::string Compilation::stem() const {
  llvm::SmallString<256> path(options.output);
  if (options.kind != OutputKind::executable)
    llvm::sys::path::replace_extension(path, "");
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// Input
//===----------------------------------------------------------------------===//

void Compilation::setAttr(StringRef name, Attribute value) {
  for (ModuleOp use : uses)
    use->setAttr(name, value);
}

LogicalResult Compilation::load() {
  table.begin("Read");
  folder = llvm::sys::path::parent_path(options.input).str();
  if (folder.empty())
    folder = ".";
  if (!llvm::sys::fs::exists(options.input))
    return fail("there is no '" + llvm::Twine(options.input) + "'");
  if (StringRef(options.input).ends_with(".mlir")) {
    ParserConfig config(context.get());
    module = parseSourceFile<ModuleOp>(options.input, config);
    if (!module)
      return failure();
    auto name = (*module)->getAttrOfType<StringAttr>(levelAttrName);
    auto parsed = name ? parseLevel(name.getValue()) : std::nullopt;
    if (!parsed)
      return fail("'" + llvm::Twine(options.input) +
                  "' has no module attribute " + levelAttrName +
                  " with a level (graph, model, plan, loops, llvm)");
    level = *parsed;
    uses = getUses(*module);
    folder = getWeightFolder(*module, folder);
    if (auto error = checkWeightSources(*module, folder))
      return fail(std::move(error));
    return success();
  }
  if (!StringRef(options.input).ends_with(".onnx"))
    return fail("'" + llvm::Twine(options.input) +
                "' is neither .onnx nor .mlir");
  ImportOptions import;
  import.dims = options.dims;
  module = importOnnx(*context, options.input, import);
  if (!module)
    return failure();
  uses = getUses(*module);
  return success();
}

// No tensor of a function may have a static size that memory cannot hold.
static LogicalResult checkSizes(ModuleOp module) {
  LogicalResult result = success();
  module.walk([&](Operation *op) {
    for (Type type : op->getResultTypes()) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (succeeded(result) && tensor && tensor.hasStaticShape() &&
          getTensorBytes(tensor).value_or(INT64_MAX) > int64_t(1) << 47)
        result = op->emitError("its result ")
                 << tensor << " is larger than any memory";
    }
  });
  return result;
}

static bool hasCache(ModuleOp module) {
  return module.walk([](CacheAppendOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

// Takes options, side files and the input's own attributes together; a flag
// that disagrees with what an input of a later level was made with is refused.
LogicalResult Compilation::applyOptions() {
  auto sideFiles = readSideFiles(folder, options.tokenizer);
  if (!sideFiles)
    return fail(sideFiles.takeError());
  side = std::move(*sideFiles);
  if (llvm::Error wrong = checkChatTemplate(side))
    return fail(std::move(wrong));
  if (options.verbose)
    for (const std::string &path : side.read)
      llvm::errs() << "sinterc: read " << path << "\n";

  Builder builder(context.get());
  auto settle = [&](StringRef attrName, std::optional<int64_t> flag,
                    StringRef flagName,
                    int64_t fallback) -> FailureOr<int64_t> {
    auto attr = uses[0]->getAttrOfType<IntegerAttr>(attrName);
    if (attr && flag && attr.getInt() != *flag)
      return fail("--" + flagName + "=" + llvm::Twine(*flag) +
                  " disagrees with the input, which was made with " +
                  llvm::Twine(attr.getInt()));
    int64_t value = flag ? *flag : attr ? attr.getInt() : fallback;
    setAttr(attrName, builder.getI64IntegerAttr(value));
    return value;
  };
  auto maxLength = settle(maxLengthAttrName, options.maxLength, "max-length",
                          side.maxLength.value_or(0));
  if (failed(maxLength))
    return failure();
  auto chunk = settle(prefillChunkAttrName, options.prefillChunk,
                      "prefill-chunk", defaultPrefillChunk);
  if (failed(chunk))
    return failure();

  // The types are in the IR from level plan on; before, the attribute waits.
  auto settleType = [&](StringRef name, const std::optional<std::string> &flag,
                        std::string fallback, std::string &value) {
    std::string attrName = ("sinter." + name).str();
    auto attr = uses[0]->getAttrOfType<StringAttr>(attrName);
    std::string given = attr ? attr.getValue().str() : fallback;
    if (!llvm::is_contained({"keep", "f32", "f16", "bf16"}, given))
      return fail("module attribute " + llvm::Twine(attrName) + ": no type '" +
                  given + "'");
    if (flag && given != *flag && (attr || level >= Level::plan))
      return fail("--" + llvm::Twine(name) + "=" + *flag +
                  " disagrees with the input, which was made with " + given);
    value = flag.value_or(given);
    if (flag)
      setAttr(attrName, builder.getStringAttr(value));
    return success();
  };
  StageOptions &o = stageOptions;
  if (failed(settleType("compute", options.compute, "f32", o.compute)))
    return failure();
  std::string fallback = o.compute == "f32" ? "keep" : o.compute;
  if (failed(settleType("weights", options.weights, fallback, o.weights)) ||
      failed(settleType("kv", options.kv, fallback, o.kv)))
    return failure();

  auto target = uses[0]->getAttrOfType<TargetAttr>(targetAttrName);
  if (!target || options.march) {
    auto resolved =
        resolveTarget(context.get(), options.march.value_or("native"));
    if (!resolved)
      return fail("--march: " +
                  llvm::Twine(llvm::toString(resolved.takeError())));
    if (target && target != *resolved && level >= Level::plan)
      return fail("--march=" + llvm::Twine(*options.march) +
                  " disagrees with the input, which was laid out for " +
                  target.getCpu());
    target = *resolved;
  }
  setAttr(targetAttrName, target);
  if (!uses[0]->hasAttr(endIdsAttrName))
    setAttr(endIdsAttrName, builder.getDenseI64ArrayAttr(side.endIds));

  stageOptions.fuse = options.fuse;
  stageOptions.maxLength = *maxLength;
  stageOptions.prefillChunk = *chunk;
  stageOptions.name = options.name;
  return success();
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

LogicalResult Compilation::checkFused() {
  auto missed = getMissed(*module);
  for (DictionaryAttr entry : missed)
    llvm::errs() << "sinterc: note: " << entry << "\n";
  if (!missed.empty())
    return fail("--require-fused: " + llvm::Twine(missed.size()) +
                " candidates were not fused");
  if (!countCandidates(*module))
    return fail("--require-fused: no candidate for fusion was found in this "
                "model");
  return success();
}

LogicalResult Compilation::lowerTo(Level goal) {
  for (const Stage &stage : getStages(stageOptions)) {
    // A level that was read has had the stages up to it; graph is the
    // importer's.
    if (stage.reaches > goal ||
        (stage.reaches <= level && level != Level::graph))
      continue;
    if (goal == Level::graph)
      break;
    if (stage.reaches > Level::plan && level <= Level::plan &&
        !uses[0]->hasAttr(signatureAttrName)) {
      if (failed(checkSizes(*module)) ||
          llvm::any_of(uses,
                       [](ModuleOp u) { return failed(recordSignature(u)); }) ||
          failed(assignTableOffsets(*module)))
        return failure();
    }
    if (options.kv && stage.name == "Quantize" && !hasCache(*module))
      return fail("--kv=" + llvm::Twine(*options.kv) +
                  ": this model has no cache; leave the flag out");
    table.begin(stage.name);
    if (llvm::any_of(uses,
                     [&](ModuleOp u) { return failed(runStage(u, stage)); })) {
      if (!errors)
        (void)fail("internal error: stage " + llvm::Twine(stage.name) +
                   " failed without a message");
      return failure();
    }
    if (options.saveTemps) {
      std::string text;
      llvm::raw_string_ostream(text) << *module;
      std::string path = stem() + "." + StringRef(stage.name).lower() + ".mlir";
      if (auto error = outputs.write(path, text))
        return fail(std::move(error));
    }
  }
  level = std::max(level, goal);
  (*module)->setAttr(levelAttrName,
                     StringAttr::get(context.get(), getLevelName(level)));
  return options.requireFused && goal >= Level::model ? checkFused()
                                                      : success();
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

LogicalResult Compilation::writeIR() {
  if (auto error = recordWeightSources(
          *module, folder, llvm::sys::path::parent_path(options.output)))
    return fail(std::move(error));
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os, OpPrintingFlags().enableDebugInfo(true, false));
  if (auto error = outputs.write(options.output, text))
    return fail(std::move(error));
  return success();
}

LogicalResult Compilation::writeReport() {
  if (options.report.empty())
    return success();
  if (auto error = outputs.write(options.report, makeReport(*module)))
    return fail(std::move(error));
  return success();
}

LogicalResult Compilation::writeDependencies() {
  if (options.dependencyFile.empty())
    return success();
  std::vector<std::string> inputs{options.input};
  llvm::append_range(inputs, side.read);
  module->walk([&](ParamOp param) {
    llvm::SmallString<256> path(folder);
    llvm::sys::path::append(path, param.getFile());
    if (!llvm::is_contained(inputs, path.str().str()))
      inputs.push_back(path.str().str());
  });
  std::string text;
  auto escape = [&](StringRef path) {
    for (char c : path) {
      if (c == ' ' || c == '#')
        text += '\\';
      if (c == '$')
        text += '$';
      text += c;
    }
  };
  escape(options.output);
  text += ":";
  for (auto &input : inputs) {
    text += " \\\n  ";
    escape(input);
  }
  text += "\n";
  if (auto error = outputs.write(options.dependencyFile, text))
    return fail(std::move(error));
  return success();
}

bool Compilation::run() {
  auto work = [&]() -> LogicalResult {
    if (failed(load()) || failed(applyOptions()))
      return failure();
    Level goal = options.kind == OutputKind::mlir ? options.emit : Level::llvm;
    if (goal < level)
      return fail("the input is at level " + getLevelName(level) +
                  ", past the wanted level " + getLevelName(goal));
    if (failed(lowerTo(goal)) || failed(writeReport()) ||
        failed(writeDependencies()) ||
        failed(options.kind == OutputKind::mlir ? writeIR() : writeArtifact()))
      return failure();
    if (auto error = outputs.commit())
      return fail(std::move(error));
    return success();
  };
  bool ok = succeeded(work());
  table.end(ok);
  if (isInternal)
    llvm::errs() << "sinterc: note: this is no fault of the input; "
                    "`sinter-reduce "
                 << options.input << " -o small"
                 << llvm::sys::path::extension(options.input)
                 << " --message 'internal error' -- sinterc {} ...` makes a "
                    "small case to report\n";
  return ok;
}

bool sinter::compile(const CompileOptions &options) {
  return Compilation(options).run();
}
