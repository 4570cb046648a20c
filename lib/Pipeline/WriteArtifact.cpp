//===- WriteArtifact.cpp - code and weights of a lowered model ------------===//
#include "dialects/Sinter/IR/WeightLayout.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "lib/Pipeline/Compilation.h"
#include "lib/Target/Link.h"
#include "lib/Target/Object.h"
#include "passes/Bufferize/Bufferize.h"
#include "passes/CPU/LowerTracePoints.h"
#include "passes/Tile/CacheLayout.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace sinter;

// What the descriptor of a use says beside its signature and the weights.
LogicalResult Compilation::collectInfo(ModuleOp use, Signature &signature,
                                       DescriptorInfo &info) {
  auto read = readSignature(use);
  if (failed(read))
    return failure();
  signature = std::move(*read);
  if (auto order = use->getAttrOfType<ArrayAttr>("sinter.symbols")) {
    signature.symbols.clear(); // as the entry reads sinter_call::dims
    for (auto symbol : order.getAsRange<StringAttr>())
      signature.symbols.push_back(symbol.str());
  }
  info.name = options.name;
  info.target = use->getAttrOfType<TargetAttr>(targetAttrName);
  info.use = use->getAttrOfType<UseAttr>(useAttrName);
  info.maxLength = stageOptions.maxLength;
  if (auto length = use->getAttrOfType<IntegerAttr>(maxLengthAttrName))
    info.maxLength = length.getInt();
  info.prefillChunk = stageOptions.prefillChunk;
  if (auto chunk = use->getAttrOfType<IntegerAttr>(prefillChunkAttrName))
    info.prefillChunk = chunk.getInt(); // Generate may have changed it
  if (auto bytes = use->getAttrOfType<IntegerAttr>(arenaBytesAttrName))
    info.arenaBytes = bytes.getInt();
  if (signature.cache)
    info.cacheBytes = CacheLayout(signature.cache, use).total.value_or(0);
  info.tokenWeightBytes = signature.rowBytes;
  if (auto ids = use->getAttrOfType<DenseI64ArrayAttr>(endIdsAttrName))
    for (int64_t id : ids.asArrayRef())
      if (!signature.isStep || id < signature.vocab)
        info.endIds.push_back(id);
  if (auto sites = use->getAttrOfType<ArrayAttr>("sinter.fault_sites"))
    for (auto site : sites.getAsRange<StringAttr>())
      info.faultSites.push_back(site.str());
  if (auto works = use->getAttrOfType<ArrayAttr>(traceWorksAttrName))
    llvm::append_range(info.traceWorks, works.getAsRange<WorkAttr>());
  if (auto plan = use->getAttrOfType<ArrayAttr>(arenaPlanAttrName))
    llvm::append_range(info.arenaPlan, plan.getAsRange<ArenaBufferAttr>());
  return success();
}

/// Callers name the inputs and outputs of one use; the other has the same.
static bool arePortsAlike(ArrayRef<Port> a, ArrayRef<Port> b) {
  return llvm::equal(a, b, [](const Port &x, const Port &y) {
    return x.name == y.name && x.type.getRank() == y.type.getRank() &&
           x.type.getElementType() == y.type.getElementType();
  });
}

// One use, or two that one call can choose between by the flag.
LogicalResult Compilation::checkUses(ArrayRef<Signature> signatures) {
  if (signatures.size() == 1)
    return success();
  auto first = uses[0]->getAttrOfType<UseAttr>(useAttrName);
  auto second = uses[1]->getAttrOfType<UseAttr>(useAttrName);
  if (signatures.size() != 2 || !first || !second || first.getValue() ||
      !second.getValue() || first.getFlag() != second.getFlag())
    return fail("a module of modules has two, with the attribute " +
                llvm::Twine(useAttrName) +
                " of one flag that is false, then true");
  auto &a = signatures[0], &b = signatures[1];
  auto flag = llvm::find_if(
      a.inputs, [&](const Port &port) { return port.name == first.getFlag(); });
  if (a.isStep || b.isStep || flag == a.inputs.end() ||
      !flag->type.getElementType().isInteger(1) ||
      !arePortsAlike(a.inputs, b.inputs) ||
      !arePortsAlike(a.outputs, b.outputs))
    return fail("the uses of '" + llvm::Twine(first.getFlag()) +
                "' must both be forward and have inputs and outputs of the "
                "same names, ranks and element types, the flag among them");
  return success();
}

LogicalResult Compilation::writeWeights(SmallVectorImpl<char> &embedded) {
  FileParamReader params(folder);
  if (options.embedWeights) {
    llvm::raw_svector_ostream os(embedded);
    auto written = writeWeightFile(*module, params, side.sections, os);
    if (failed(written))
      return failure();
    weights = *written;
    return success();
  }
  // Linux keeps what one aligned write brings in pages as large as fit, and
  // maps pages of 2 MiB whole: fewer page faults and TLB misses at run time.
  constexpr size_t writeBytes = 8 << 20;
  auto os = outputs.open(stem() + ".weights");
  if (!os)
    return fail(os.takeError());
  (*os)->SetBufferSize(writeBytes);
  auto written = writeWeightFile(*module, params, side.sections, **os);
  if (failed(written))
    return failure();
  weights = *written;
  return success();
}

// One use as LLVM IR, with its descriptor.
std::unique_ptr<llvm::Module>
Compilation::translate(ModuleOp use, llvm::LLVMContext &llvmContext,
                       const Signature &signature, const DescriptorInfo &info) {
  for (auto t : llvm::make_early_inc_range(use.getOps<TableOp>()))
    t.erase();
  for (NamedAttribute attr : llvm::to_vector(use->getDiscardableAttrs()))
    if (attr.getName().strref().starts_with("sinter."))
      use->removeDiscardableAttr(attr.getName());
  auto translated = translateToLLVM(use, llvmContext, info.target);
  if (translated)
    addDescriptor(*translated, signature, info);
  else if (!errors)
    (void)fail("internal error: no translation to LLVM IR");
  return translated;
}

LogicalResult Compilation::writeArtifact() {
  SmallVector<Signature> signatures(uses.size());
  SmallVector<DescriptorInfo> infos(uses.size());
  for (auto [use, signature, info] : llvm::zip_equal(uses, signatures, infos))
    if (failed(collectInfo(use, signature, info)))
      return failure();
  if (failed(checkUses(signatures)))
    return failure();

  table.begin("Weights");
  SmallVector<char, 0> embedded;
  if (failed(writeWeights(embedded)))
    return failure();
  for (DescriptorInfo &info : infos)
    info.weights = weights;
  // One descriptor holds them: the one that is opened.
  infos[0].embeddedWeights = StringRef(embedded.data(), embedded.size());

  table.begin("LLVM");
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> whole;
  for (auto [use, signature, info] : llvm::zip_equal(uses, signatures, infos)) {
    auto part = translate(use, llvmContext, signature, info);
    if (!part)
      return failure();
    if (whole && llvm::Linker::linkModules(*whole, std::move(part)))
      return fail("internal error: the uses cannot be linked");
    if (!whole)
      whole = std::move(part);
  }
  auto machine = createTargetMachine(infos[0].target);
  optimize(*whole, *machine,
           options.quick ? llvm::OptimizationLevel::O1
                         : llvm::OptimizationLevel::O3);
  if (options.kind == OutputKind::llvmIR) {
    std::string text;
    llvm::raw_string_ostream(text) << *whole;
    if (auto error = outputs.write(options.output, text))
      return fail(std::move(error));
  } else {
    table.begin("Object");
    auto object = emitObject(*whole, *machine);
    table.begin("Link");
    if (failed(writeObjectFile(StringRef(object.data(), object.size()))))
      return failure();
  }
  if (auto error =
          outputs.write(stem() + ".h", makeHeader(signatures[0], infos[0])))
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
