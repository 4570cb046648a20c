//===- Compile.cpp - from an input file to an artifact --------------------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "lib/Importer/Importer.h"
#include "lib/Pipeline/ChatTemplate.h"
#include "lib/Pipeline/OutputFiles.h"
#include "lib/Pipeline/Registration/Registration.h"
#include "lib/Pipeline/Report.h"
#include "lib/Pipeline/SideFiles.h"
#include "lib/Pipeline/StageTable.h"
#include "lib/Pipeline/Stages.h"
#include "lib/Pipeline/WeightSources.h"
#include "lib/Target/Descriptor.h"
#include "lib/Target/Link.h"
#include "lib/Target/Object.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "passes/Bufferize/Bufferize.h"
#include "passes/CPU/LowerTracePoints.h"
#include "passes/Generate/Generate.h"
#include "passes/Tile/CacheLayout.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace sinter;

namespace {

// State of one compilation, in the order in which its methods run.
class Compilation {
public:
  explicit Compilation(const CompileOptions &options);
  bool run();

private:
  LogicalResult load();
  LogicalResult applyOptions();
  LogicalResult lowerTo(Level level);
  LogicalResult writeIR();
  LogicalResult writeArtifact();
  LogicalResult writeObjectFile(StringRef object);
  LogicalResult writeReport();
  LogicalResult writeDependencies();

  LogicalResult fail(llvm::Error error);
  LogicalResult fail(const llvm::Twine &message);
  void print(Diagnostic &diagnostic);
  void noteInternal(StringRef message);
  std::string stem() const; // output path without its suffix

  const CompileOptions &options;
  DialectRegistry registry;
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  SideFiles side;
  std::string folder; // of the model
  Level level = Level::graph;
  StageOptions stageOptions;
  OutputFiles outputs;
  StageTable table;
  WeightFile weights;
  unsigned errors = 0;
  bool isInternal = false; // one of them is no fault of the input
};

} // namespace

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
  (*module)->setAttr(levelAttrName, StringAttr::get(context.get(), "graph"));
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
    auto attr = (*module)->getAttrOfType<IntegerAttr>(attrName);
    if (attr && flag && attr.getInt() != *flag)
      return fail("--" + flagName + "=" + llvm::Twine(*flag) +
                  " disagrees with the input, which was made with " +
                  llvm::Twine(attr.getInt()));
    int64_t value = flag ? *flag : attr ? attr.getInt() : fallback;
    (*module)->setAttr(attrName, builder.getI64IntegerAttr(value));
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
    auto attr = (*module)->getAttrOfType<StringAttr>(attrName);
    std::string given = attr ? attr.getValue().str() : fallback;
    if (!llvm::is_contained({"keep", "f32", "f16", "bf16"}, given))
      return fail("module attribute " + llvm::Twine(attrName) + ": no type '" +
                  given + "'");
    if (flag && given != *flag && (attr || level >= Level::plan))
      return fail("--" + llvm::Twine(name) + "=" + *flag +
                  " disagrees with the input, which was made with " + given);
    value = flag.value_or(given);
    if (flag)
      (*module)->setAttr(attrName, builder.getStringAttr(value));
    return success();
  };
  StageOptions &o = stageOptions;
  if (failed(settleType("compute", options.compute, "f32", o.compute)))
    return failure();
  std::string fallback = o.compute == "f32" ? "keep" : o.compute;
  if (failed(settleType("weights", options.weights, fallback, o.weights)) ||
      failed(settleType("kv", options.kv, fallback, o.kv)))
    return failure();

  auto target = (*module)->getAttrOfType<TargetAttr>(targetAttrName);
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
  (*module)->setAttr(targetAttrName, target);
  if (!(*module)->hasAttr(endIdsAttrName))
    (*module)->setAttr(endIdsAttrName,
                       builder.getDenseI64ArrayAttr(side.endIds));

  stageOptions.fuse = options.fuse;
  stageOptions.maxLength = *maxLength;
  stageOptions.prefillChunk = *chunk;
  stageOptions.name = options.name;
  return success();
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

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
        !(*module)->hasAttr(signatureAttrName)) {
      if (failed(checkSizes(*module)) || failed(recordSignature(*module)) ||
          failed(assignTableOffsets(*module)))
        return failure();
    }
    if (options.kv && stage.name == "Quantize" && !hasCache(*module))
      return fail("--kv=" + llvm::Twine(*options.kv) +
                  ": this model has no cache; leave the flag out");
    table.begin(stage.name);
    if (failed(runStage(*module, stage))) {
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
  if (options.requireFused && goal >= Level::model) {
    if (unsigned missed = countMissed(*module)) {
      for (auto entry : (*module)->getAttrOfType<ArrayAttr>("sinter.report"))
        if (auto d = dyn_cast<DictionaryAttr>(entry);
            d && d.getAs<StringAttr>("state") &&
            d.getAs<StringAttr>("state").getValue() == "missed")
          llvm::errs() << "sinterc: note: " << d << "\n";
      return fail("--require-fused: " + llvm::Twine(missed) +
                  " candidates were not fused");
    }
    if (!countCandidates(*module))
      return fail("--require-fused: no candidate for fusion was found in this "
                  "model");
  }
  return success();
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

LogicalResult Compilation::writeArtifact() {
  auto signature = readSignature(*module);
  if (failed(signature))
    return failure();
  if (auto order = (*module)->getAttrOfType<ArrayAttr>("sinter.symbols")) {
    signature->symbols.clear(); // as the entry reads sinter_call::dims
    for (auto symbol : order.getAsRange<StringAttr>())
      signature->symbols.push_back(symbol.str());
  }
  DescriptorInfo info;
  info.name = options.name;
  info.target = (*module)->getAttrOfType<TargetAttr>(targetAttrName);
  info.maxLength = stageOptions.maxLength;
  if (auto length = (*module)->getAttrOfType<IntegerAttr>(maxLengthAttrName))
    info.maxLength = length.getInt();
  info.prefillChunk = stageOptions.prefillChunk;
  if (auto chunk = (*module)->getAttrOfType<IntegerAttr>(prefillChunkAttrName))
    info.prefillChunk = chunk.getInt(); // Generate may have changed it
  auto integer = [&](StringRef name) {
    auto attr = (*module)->getAttrOfType<IntegerAttr>(name);
    return attr ? attr.getInt() : 0;
  };
  info.arenaBytes = integer(arenaBytesAttrName);
  if (signature->cache)
    info.cacheBytes = CacheLayout(signature->cache, *module).total.value_or(0);
  info.tokenWeightBytes = signature->rowBytes;
  if (auto ids = (*module)->getAttrOfType<DenseI64ArrayAttr>(endIdsAttrName))
    for (int64_t id : ids.asArrayRef())
      if (!signature->isStep || id < signature->vocab)
        info.endIds.push_back(id);
  if (auto sites = (*module)->getAttrOfType<ArrayAttr>("sinter.fault_sites"))
    for (auto site : sites.getAsRange<StringAttr>())
      info.faultSites.push_back(site.str());
  if (auto works = (*module)->getAttrOfType<ArrayAttr>(traceWorksAttrName))
    llvm::append_range(info.traceWorks, works.getAsRange<WorkAttr>());
  if (auto plan = (*module)->getAttrOfType<ArrayAttr>(arenaPlanAttrName))
    llvm::append_range(info.arenaPlan, plan.getAsRange<ArenaBufferAttr>());

  table.begin("Weights");
  FileParamReader params(folder);
  llvm::SmallVector<char, 0> embedded;
  if (options.embedWeights) {
    llvm::raw_svector_ostream os(embedded);
    auto written = writeWeightFile(*module, params, side.sections, os);
    if (failed(written))
      return failure();
    weights = *written;
    info.embeddedWeights = StringRef(embedded.data(), embedded.size());
  } else {
    auto os = outputs.open(stem() + ".weights");
    if (!os)
      return fail(os.takeError());
    auto written = writeWeightFile(*module, params, side.sections, **os);
    if (failed(written))
      return failure();
    weights = *written;
  }
  info.weights = weights;

  table.begin("LLVM");
  for (auto t : llvm::make_early_inc_range(module->getOps<TableOp>()))
    t.erase();
  for (NamedAttribute attr : llvm::to_vector((*module)->getDiscardableAttrs()))
    if (attr.getName().strref().starts_with("sinter."))
      (*module)->removeDiscardableAttr(attr.getName());
  llvm::LLVMContext llvmContext;
  auto llvmModule = translateToLLVM(*module, llvmContext, info.target);
  if (!llvmModule)
    return errors ? failure()
                  : fail("internal error: no translation to LLVM IR");
  addDescriptor(*llvmModule, *signature, info);
  auto machine = createTargetMachine(info.target);
  optimize(*llvmModule, *machine,
           options.quick ? llvm::OptimizationLevel::O1
                         : llvm::OptimizationLevel::O3);
  if (options.kind == OutputKind::llvmIR) {
    std::string text;
    llvm::raw_string_ostream(text) << *llvmModule;
    if (auto error = outputs.write(options.output, text))
      return fail(std::move(error));
  } else {
    table.begin("Object");
    auto object = emitObject(*llvmModule, *machine);
    table.begin("Link");
    if (failed(writeObjectFile(StringRef(object.data(), object.size()))))
      return failure();
  }
  if (auto error = outputs.write(stem() + ".h", makeHeader(*signature, info)))
    return fail(std::move(error));
  return success();
}

LogicalResult Compilation::writeObjectFile(StringRef object) {
  if (options.kind == OutputKind::object) {
    if (auto error = outputs.write(options.output, object))
      return fail(std::move(error));
    return success();
  }
  auto target = outputs.add(options.output);
  if (!target)
    return fail(target.takeError());
  if (options.kind == OutputKind::archive) {
    if (auto error = writeStaticLibrary(
            object, llvm::sys::path::filename(stem()).str() + ".o", *target))
      return fail(std::move(error));
    return success();
  }
  if (options.kind == OutputKind::executable &&
      !llvm::sys::fs::exists(options.programLibrary))
    return fail("an executable needs libsinter_program.a, which was looked for "
                "at '" +
                llvm::Twine(options.programLibrary) +
                "': install it, or make a .so or .a instead");
  // lld reads files: the object lives beside the output for a moment.
  OutputFiles scratch;
  auto objectPath = scratch.open(options.output + ".o");
  if (!objectPath)
    return fail(objectPath.takeError());
  **objectPath << object;
  (*objectPath)->flush();
  std::string path = scratch.pathOf(options.output + ".o");
  llvm::Error error =
      options.kind == OutputKind::shared
          ? linkShared(path, *target, llvm::sys::path::filename(options.output))
          : linkExecutable(path, options.programLibrary,
                           options.name + "_sinter_query", *target);
  if (error)
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
