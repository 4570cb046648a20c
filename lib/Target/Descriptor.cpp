//===- Descriptor.cpp - the descriptor of artifact.h as LLVM globals ------===//
#include "lib/Target/Descriptor.h"
#include "lib/Target/Object.h"
#include "mlir/IR/Builders.h"
#include "sinter/artifact.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/IRBuilder.h"

using namespace sinter;
using llvm::Constant;
using llvm::ConstantInt;
using llvm::StringRef;

static int elementNumber(mlir::Type type) {
  if (type.isF32())
    return SINTER_ELEMENT_F32;
  if (type.isF64())
    return SINTER_ELEMENT_F64;
  if (type.isF16())
    return SINTER_ELEMENT_F16;
  if (type.isBF16())
    return SINTER_ELEMENT_BF16;
  if (type.isInteger(1))
    return SINTER_ELEMENT_BOOL;
  bool u = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return u ? SINTER_ELEMENT_U8 : SINTER_ELEMENT_I8;
  case 16:
    return u ? SINTER_ELEMENT_U16 : SINTER_ELEMENT_I16;
  case 32:
    return u ? SINTER_ELEMENT_U32 : SINTER_ELEMENT_I32;
  default:
    return u ? SINTER_ELEMENT_U64 : SINTER_ELEMENT_I64;
  }
}

namespace {
// Builds constants in the order of the C structs; LLVM's own layout rules for
// non-packed structs give C's padding.
class Builder {
public:
  Builder(llvm::Module &module, const Signature &signature,
          const DescriptorInfo &info)
      : module(module), ctx(module.getContext()), signature(signature),
        info(info) {
    if (signature.isStep) // as trace_work has them
      symbols = {"rows", "past", "total", "wanted"};
    else
      symbols = signature.symbols;
  }

  void run();

private:
  Constant *i32(int64_t v) {
    return ConstantInt::get(llvm::Type::getInt32Ty(ctx), uint64_t(uint32_t(v)));
  }
  Constant *i64(int64_t v) {
    return ConstantInt::get(llvm::Type::getInt64Ty(ctx), v);
  }
  Constant *null() {
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(ctx, 0));
  }
  Constant *global(Constant *value, StringRef name, unsigned alignment = 8) {
    auto *g = new llvm::GlobalVariable(module, value->getType(), true,
                                       llvm::GlobalValue::InternalLinkage,
                                       value, "sinter." + name);
    g->setAlignment(llvm::Align(alignment));
    return g;
  }
  Constant *text(StringRef value, StringRef name) {
    return global(llvm::ConstantDataArray::getString(ctx, value), name, 1);
  }
  Constant *record(llvm::ArrayRef<Constant *> fields) {
    return llvm::ConstantStruct::getAnon(fields);
  }
  Constant *array(llvm::ArrayRef<Constant *> values, StringRef name) {
    if (values.empty())
      return null();
    auto *type = llvm::ArrayType::get(values[0]->getType(), values.size());
    return global(llvm::ConstantArray::get(type, values), name);
  }
  Constant *texts(llvm::ArrayRef<std::string> values, StringRef name) {
    llvm::SmallVector<Constant *> list;
    for (auto &v : values)
      list.push_back(text(v, name));
    return array(list, name);
  }
  Constant *ports(llvm::ArrayRef<Port> list, StringRef name);
  Constant *tracePoints();
  Constant *arenaBuffers();
  Constant *traceWorkFunction();
  Constant *shapesFunction();
  Constant *arenaFunction();
  int64_t flagInput() const;
  Constant *otherUse();
  void addQuery(Constant *descriptor);
  llvm::Value *emit(llvm::IRBuilder<> &b, const DimExpr &e, llvm::Value *dims);

  llvm::Module &module;
  llvm::LLVMContext &ctx;
  const Signature &signature;
  const DescriptorInfo &info;
  std::vector<std::string> symbols; // of a dims argument
};
} // namespace

Constant *Builder::ports(llvm::ArrayRef<Port> list, StringRef name) {
  llvm::SmallVector<Constant *> records;
  for (const Port &port : list) {
    llvm::SmallVector<Constant *> dims;
    for (auto &dim : getDims(port.type)) {
      auto constant = dim.getConstant();
      int symbol = -1;
      for (auto [i, s] : llvm::enumerate(signature.symbols))
        if (dim == DimExpr::symbol(s))
          symbol = i;
      dims.push_back(record(
          {i64(constant.value_or(-1)), i32(constant ? -1 : symbol), i32(0)}));
    }
    records.push_back(record({text(port.name, "name"),
                              i32(elementNumber(port.type.getElementType())),
                              i32(port.type.getRank()), array(dims, "dims")}));
  }
  return array(records, name);
}

llvm::Value *Builder::emit(llvm::IRBuilder<> &b, const DimExpr &e,
                           llvm::Value *dims) {
  llvm::Value *total = b.getInt64(0);
  for (auto &[monomial, coefficient] : e.getTerms()) {
    llvm::Value *value = b.getInt64(coefficient);
    for (auto &text : monomial) {
      DimAtom atom = DimAtom::get(text);
      llvm::Value *factor;
      if (atom.arguments.empty()) {
        auto it = llvm::find(symbols, atom.name);
        if (it == symbols.end()) { // data dependent
          factor = b.getInt64(-1);
        } else {
          factor = b.CreateLoad(
              b.getInt64Ty(),
              b.CreateConstGEP1_64(b.getInt64Ty(), dims, it - symbols.begin()));
        }
      } else {
        llvm::Value *x = emit(b, atom.arguments[0], dims);
        llvm::Value *y = emit(b, atom.arguments[1], dims);
        if (atom.name == "bcast")
          factor = b.CreateSelect(b.CreateICmpEQ(x, b.getInt64(1)), y, x);
        else if (atom.name == "max")
          factor = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, x, y);
        else if (atom.name == "min")
          factor = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
        else { // floordiv; sizes are small, the quotient is exact enough
          llvm::Value *q = b.CreateSDiv(x, y);
          llvm::Value *r = b.CreateSRem(x, y);
          llvm::Value *adjust =
              b.CreateAnd(b.CreateICmpNE(r, b.getInt64(0)),
                          b.CreateICmpSLT(b.CreateXor(r, y), b.getInt64(0)));
          factor = b.CreateSub(q, b.CreateZExt(adjust, b.getInt64Ty()));
        }
      }
      value = b.CreateMul(value, factor);
    }
    total = b.CreateAdd(total, value);
  }
  return total;
}

Constant *Builder::tracePoints() {
  llvm::SmallVector<Constant *> records;
  for (WorkAttr work : info.traceWorks)
    records.push_back(
        record({text(work.getName(), "point"), text(work.getKind(), "kind"),
                i32(work.getSerial()), i32(work.getDots())}));
  return array(records, "points");
}

Constant *Builder::arenaBuffers() {
  llvm::SmallVector<Constant *> records;
  for (ArenaBufferAttr buffer : info.arenaPlan)
    records.push_back(record({text(buffer.getName(), "buffer"),
                              text(buffer.getUntil(), "until"),
                              i64(buffer.getOffset()), i64(buffer.getBytes()),
                              i32(buffer.getFirst()), i32(buffer.getLast())}));
  return array(records, "buffers");
}

Constant *Builder::traceWorkFunction() {
  if (info.traceWorks.empty())
    return null();
  auto *pointer = llvm::PointerType::get(ctx, 0);
  auto *type = llvm::FunctionType::get(llvm::Type::getVoidTy(ctx),
                                       {pointer, pointer}, false);
  auto *f = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                                   "sinter.work", module);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(ctx, "", f));
  int64_t at = 0;
  for (WorkAttr work : info.traceWorks)
    for (StringRef expr : {work.getBytes(), work.getFlops()})
      b.CreateStore(emit(b, *DimExpr::parse(expr), f->getArg(0)),
                    b.CreateConstGEP1_64(b.getInt64Ty(), f->getArg(1), at++));
  b.CreateRetVoid();
  return f;
}

Constant *Builder::shapesFunction() {
  auto *pointer = llvm::PointerType::get(ctx, 0);
  auto *type = llvm::FunctionType::get(llvm::Type::getVoidTy(ctx),
                                       {pointer, pointer}, false);
  auto *f = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                                   "sinter.shapes", module);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(ctx, "", f));
  int64_t at = 0;
  for (auto *list : {&signature.inputs, &signature.outputs})
    for (const Port &port : *list)
      for (auto &dim : getDims(port.type))
        b.CreateStore(emit(b, dim, f->getArg(0)),
                      b.CreateConstGEP1_64(b.getInt64Ty(), f->getArg(1), at++));
  b.CreateRetVoid();
  return f;
}

// uint64_t f(const int64_t *dims): calls the function of level 4 with the
// symbols one by one, or returns its static size.
Constant *Builder::arenaFunction() {
  auto *pointer = llvm::PointerType::get(ctx, 0);
  auto *i64Type = llvm::Type::getInt64Ty(ctx);
  auto *type = llvm::FunctionType::get(i64Type, {pointer}, false);
  auto *f = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                                   "sinter.arena", module);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(ctx, "", f));
  llvm::Function *inner = module.getFunction("forward_arena_bytes");
  if (!inner) {
    b.CreateRet(b.getInt64(info.arenaBytes));
    return f;
  }
  llvm::SmallVector<llvm::Value *> args;
  for (size_t i = 0; i < inner->arg_size(); ++i)
    args.push_back(
        b.CreateLoad(i64Type, b.CreateConstGEP1_64(i64Type, f->getArg(0), i)));
  b.CreateRet(b.CreateCall(inner, args));
  return f;
}

/// The global that is the descriptor of the true flag's use.
static std::string nameOfTrueUse(const DescriptorInfo &info) {
  return info.name + ".true_use";
}

int64_t Builder::flagInput() const {
  if (!info.use || info.use.getValue())
    return -1;
  return llvm::find_if(signature.inputs,
                       [&](const Port &port) {
                         return port.name == info.use.getFlag();
                       }) -
         signature.inputs.begin();
}

Constant *Builder::otherUse() {
  if (flagInput() < 0)
    return null();
  return new llvm::GlobalVariable(
      module, llvm::Type::getInt8Ty(ctx), /*isConstant=*/true,
      llvm::GlobalValue::ExternalLinkage, nullptr, nameOfTrueUse(info));
}

void Builder::addQuery(Constant *descriptor) {
  auto *type =
      llvm::FunctionType::get(llvm::PointerType::get(ctx, 0), {}, false);
  auto *query = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                                       info.name + "_sinter_query", module);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(ctx, "", query));
  b.CreateRet(descriptor);
}

void Builder::run() {
  StringRef entryName = signature.isStep ? "step" : "forward";
  llvm::Function *entry =
      module.getFunction((info.name + "_" + entryName).str());
  assert(entry && "passes/CPU makes the entry");
  for (llvm::Function &f : module)
    if (!f.isDeclaration())
      f.setLinkage(llvm::GlobalValue::InternalLinkage);

  CacheType cache = signature.cache;
  Constant *embedded = null();
  if (!info.embeddedWeights.empty())
    embedded = global(
        llvm::ConstantDataArray::getString(ctx, info.embeddedWeights, false),
        "weights", SINTER_WEIGHTS_PAGE);
  llvm::SmallVector<Constant *> ends;
  for (int64_t id : info.endIds)
    ends.push_back(i64(id));

  bool step = signature.isStep;
  Constant *fields[] = {
      i32(SINTER_ARTIFACT_MAGIC),
      i32(sizeof(sinter_artifact)),
      i32(SINTER_ABI_MAJOR),
      i32(SINTER_ABI_MINOR),
      text(info.name, "name"),
      text(info.target.getCpu(), "cpu"),
      text(getRequiredFeatures(info.target), "features"),
      text("sinter " SINTER_VERSION, "compiler"),
      llvm::ConstantDataArray::get(ctx, llvm::ArrayRef(info.weights.digest)),
      i64(info.weights.bytes),
      embedded,
      // Decoder.
      step ? static_cast<Constant *>(entry) : null(),
      i64(step ? info.arenaBytes : 0),
      i64(info.cacheBytes),
      i64(step ? info.prefillChunk : 0),
      i64(step ? info.maxLength : 0),
      i64(signature.vocab),
      i64(cache ? cache.getLayers() : 0),
      i64(cache ? cache.getHeads() : 0),
      i64(cache && cache.getKeyDim() == cache.getValueDim() ? cache.getKeyDim()
                                                            : 0),
      i32(cache ? elementNumber(cache.getElementType()) : 0),
      i32(step && !cache),
      // Forward.
      step ? null() : static_cast<Constant *>(entry),
      step ? null() : arenaFunction(),
      step ? null() : shapesFunction(),
      i32(step ? 0 : signature.symbols.size()),
      i32(step ? 0 : signature.inputs.size()),
      i32(step ? 0 : signature.outputs.size()),
      i32(info.faultSites.size()),
      step ? null() : texts(signature.symbols, "symbols"),
      step ? null() : ports(signature.inputs, "inputs"),
      step ? null() : ports(signature.outputs, "outputs"),
      texts(info.faultSites, "sites"),
      array(ends, "ends"),
      i64(info.endIds.size()),
      i64(info.tokenWeightBytes),
      tracePoints(),
      i64(info.traceWorks.size()),
      traceWorkFunction(),
      i64(signature.rewindReach),
      arenaBuffers(),
      i64(info.arenaPlan.size()),
      i64(flagInput()),
      otherUse(),
  };
  Constant *value = record(fields);
  assert(module.getDataLayout().getTypeAllocSize(value->getType()) ==
             sizeof(sinter_artifact) &&
         "the record and artifact.h disagree");
  auto *descriptor = cast<llvm::GlobalVariable>(global(value, "artifact"));
  if (!info.use || !info.use.getValue())
    return addQuery(descriptor);
  descriptor->setName(nameOfTrueUse(info));
  descriptor->setLinkage(llvm::GlobalValue::ExternalLinkage);
  descriptor->setVisibility(llvm::GlobalValue::HiddenVisibility);
}

void sinter::addDescriptor(llvm::Module &module, const Signature &signature,
                           const DescriptorInfo &info) {
  Builder(module, signature, info).run();
}

std::string sinter::makeHeader(const Signature &signature,
                               const DescriptorInfo &info) {
  std::string guard = llvm::StringRef(info.name).upper() + "_SINTER_H";
  std::string out;
  llvm::raw_string_ostream os(out);
  os << "/* Made by sinter " SINTER_VERSION ": the model " << info.name
     << ".\n *\n";
  if (signature.isStep)
    os << " * A decoder: " << signature.vocab << " tokens, at most "
       << info.maxLength << " positions.\n";
  for (auto [kind, list] : {std::pair("input ", &signature.inputs),
                            std::pair("output", &signature.outputs)})
    for (const Port &port : *list) {
      os << " * " << kind << " " << port.name << ": "
         << port.type.getElementType() << "[";
      llvm::interleaveComma(getDims(port.type), os,
                            [&](const DimExpr &d) { os << d.str(); });
      os << "]\n";
    }
  os << " *\n * Link the object and libsinter_runtime.a; open it with\n"
     << " * sinter_model_open_artifact(" << info.name
     << "_sinter_query(), ...) of sinter/runtime.h. */\n"
     << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << "#include \"sinter/artifact.h\"\n\n"
     << "#ifdef __cplusplus\nextern \"C\"\n#endif\n"
     << "const sinter_artifact *" << info.name << "_sinter_query(void);\n\n"
     << "#endif\n";
  return out;
}
