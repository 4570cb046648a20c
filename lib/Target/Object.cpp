//===- Object.cpp - llvm dialect to LLVM IR to machine code ---------------===//
#include "lib/Target/Object.h"
#include "lib/Target/BFloat.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

using namespace mlir;
using namespace sinter;

static const char *const tripleName = "x86_64-unknown-linux-gnu";

static void initializeLLVM() {
  static bool once = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    return true;
  }();
  (void)once;
}

static const llvm::Target *getTarget() {
  initializeLLVM();
  std::string error;
  return llvm::TargetRegistry::lookupTarget(llvm::Triple(tripleName), error);
}

// Feature names that generated code may use; the rest of a CPU's features is
// about the system and does not matter for what we emit.
static constexpr llvm::StringLiteral usedFeatures[] = {
    "sse4.2",     "avx",        "avx2",     "fma",      "f16c",     "bmi",
    "bmi2",       "avx512f",    "avx512bw", "avx512dq", "avx512vl", "avx512cd",
    "avx512vnni", "avx512bf16", "gfni",     "amx-tile", "amx-bf16"};

// A sandbox may show the tile registers and not hand them out: what the runtime
// asks when it loads an artifact (runtime/features.cpp).
static bool mayUseTiles() {
#if defined(__linux__) && defined(__x86_64__)
  return syscall(SYS_arch_prctl, /*ARCH_REQ_XCOMP_PERM=*/0x1023,
                 /*XTILEDATA=*/18) == 0;
#else
  return false;
#endif
}

namespace {
struct CacheSizes {
  int64_t l1 = 32 << 10, l2 = 512 << 10; // bytes, for each core
};
} // namespace

// What the system says of this machine; a hypervisor may say nothing, or sizes
// that no CPU has.
static CacheSizes getCacheSizes() {
  CacheSizes sizes;
#if defined(_SC_LEVEL1_DCACHE_SIZE) && defined(_SC_LEVEL2_CACHE_SIZE)
  auto take = [](int name, int64_t least, int64_t most, int64_t &size) {
    int64_t said = sysconf(name);
    if (said >= least && said <= most)
      size = said;
  };
  take(_SC_LEVEL1_DCACHE_SIZE, 16 << 10, 256 << 10, sizes.l1);
  take(_SC_LEVEL2_CACHE_SIZE, 128 << 10, 8 << 20, sizes.l2);
#endif
  return sizes;
}

llvm::Expected<TargetAttr> sinter::resolveTarget(MLIRContext *ctx,
                                                 StringRef march) {
  std::string cpu =
      march == "native" ? llvm::sys::getHostCPUName().str() : march.str();
  std::string features;
  if (march == "native") {
    // A hypervisor may hide what the CPU's name promises.
    llvm::SubtargetFeatures list;
    for (auto &[name, enabled] : llvm::sys::getHostCPUFeatures())
      if (llvm::is_contained(usedFeatures, name))
        list.AddFeature(name,
                        enabled && (!name.starts_with("amx") || mayUseTiles()));
    std::vector<std::string> sorted = list.getFeatures();
    llvm::sort(sorted);
    features = llvm::join(sorted, ",");
  }
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      getTarget()->createMCSubtargetInfo(llvm::Triple(tripleName), cpu,
                                         features));
  if (!info || !info->isCPUStringValid(cpu))
    return llvm::createStringError(
        "unknown CPU '%s': say native, x86-64-v3, x86-64-v4 or a name that "
        "llc -march=x86-64 -mcpu=help lists",
        cpu.c_str());
  if (!info->checkFeatures("+avx2,+fma"))
    return llvm::createStringError(
        "CPU '%s' has no AVX2 and FMA, which the generated code needs: the "
        "smallest target is x86-64-v3",
        cpu.c_str());
  // Passes read them from the attribute: all are named, also for a CPU's name.
  if (march != "native") {
    std::vector<std::string> names;
    for (llvm::StringLiteral name : usedFeatures)
      if (info->checkFeatures(("+" + name).str()))
        names.push_back(("+" + name).str());
    features = llvm::join(names, ",");
  }
  bool wide = info->checkFeatures("+avx512f,+avx512bw,+avx512dq,+avx512vl");
  CacheSizes caches = march == "native" ? getCacheSizes() : CacheSizes();
  return TargetAttr::get(ctx, cpu, features, wide ? 16 : 8, wide ? 32 : 16,
                         caches.l1, caches.l2);
}

static std::unique_ptr<llvm::MCSubtargetInfo> subtarget(TargetAttr target) {
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      getTarget()->createMCSubtargetInfo(
          llvm::Triple(tripleName), target.getCpu(), target.getFeatures()));
}

std::string sinter::getRequiredFeatures(TargetAttr target) {
  auto info = subtarget(target);
  std::vector<std::string> needed;
  for (llvm::StringLiteral name : usedFeatures)
    if (info->checkFeatures(("+" + name).str()))
      needed.push_back(name.str());
  return llvm::join(needed, ",");
}

std::unique_ptr<llvm::TargetMachine>
sinter::createTargetMachine(TargetAttr target) {
  llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(getTarget()->createTargetMachine(
      llvm::Triple(tripleName), target.getCpu(), target.getFeatures(), options,
      llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Aggressive));
}

std::unique_ptr<llvm::Module>
sinter::translateToLLVM(ModuleOp module, llvm::LLVMContext &context,
                        TargetAttr target) {
  auto llvmModule = translateModuleToLLVMIR(module, context, "sinter");
  if (!llvmModule)
    return nullptr;
  auto machine = createTargetMachine(target);
  llvmModule->setTargetTriple(llvm::Triple(tripleName));
  llvmModule->setDataLayout(machine->createDataLayout());
  std::string width = std::to_string(target.getLanes() * 32);
  for (llvm::Function &function : *llvmModule) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.getCpu());
    function.addFnAttr("target-features", target.getFeatures());
    function.addFnAttr("prefer-vector-width", width);
    // Loops must not become calls of memset or memcpy: nothing is linked.
    function.addFnAttr("no-builtins");
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
  return llvmModule;
}

void sinter::optimize(llvm::Module &module, llvm::TargetMachine &machine,
                      llvm::OptimizationLevel level) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  // Kernels are unrolled as they want to be: more makes few rows read weights
  // 5 to 8 % slower. Full unrolling comes before loops become vectors, and a
  // copy of 64 elements became 64 scalar copies.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(level).run(module, modules);
  if (!machine.getMCSubtargetInfo()->checkFeatures("+avx512bf16"))
    keepBFloatBits(module);
}

/// Loop strength reduction takes minutes for functions of thousands of loops
/// over sizes that only a run knows (a DETR with a free image size), and gains
/// nothing that the benchmarks see: without it SmolLM2 prefills at 0.98 to 1.00
/// and decodes at 0.98 to 1.00 of what it does with it.
static constexpr size_t mostInstructions = 50000;

/// LLVM's switch is a global option, found before sinterc takes LLVM's options
/// off its command line; libLLVM is initialised before us.
static llvm::cl::Option *const withoutStrengthReduction =
    llvm::cl::getRegisteredOptions().lookup("disable-lsr");

static void setStrengthReduction(const llvm::Module &module) {
  size_t most = 0;
  for (const llvm::Function &f : module)
    most = std::max<size_t>(most, f.getInstructionCount());
  if (withoutStrengthReduction)
    static_cast<llvm::cl::opt<bool> *>(withoutStrengthReduction)
        ->setValue(most > mostInstructions);
}

llvm::SmallVector<char, 0> sinter::emitObject(llvm::Module &module,
                                              llvm::TargetMachine &machine) {
  setStrengthReduction(module);
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream os(bytes);
  llvm::legacy::PassManager passes;
  // Never fails for x86-64 ELF: the printer is linked in.
  (void)machine.addPassesToEmitFile(passes, os, nullptr,
                                    llvm::CodeGenFileType::ObjectFile);
  passes.run(module);
  return bytes;
}
