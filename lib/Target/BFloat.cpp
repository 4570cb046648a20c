//===- BFloat.cpp - bf16 numbers as bits between instructions -------------===//
#include "lib/Target/BFloat.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace {
class BitKeeper {
public:
  explicit BitKeeper(Function &function) : function(function) {}
  void run();

private:
  void makeBits(Instruction *value);
  void fillOperands(Instruction *value);
  void replaceUses(Instruction *value);
  Value *bitsOf(Value *value);

  Function &function;
  MapVector<Instruction *, Value *> bits; // of every bfloat
  SmallVector<Instruction *> replaced;
};
} // namespace

static bool isBFloat(Type *type) { return type->getScalarType()->isBFloatTy(); }

static Type *bitsType(Type *type) {
  Type *element = Type::getInt16Ty(type->getContext());
  if (auto *vector = dyn_cast<VectorType>(type))
    return VectorType::get(element, vector->getElementCount());
  return element;
}

/// Moves a number without a look at it.
static bool moves(const Instruction *op) {
  return isa<LoadInst, PHINode, SelectInst>(op);
}

// Operands of phis and selects come later, when all values have bits.
void BitKeeper::makeBits(Instruction *value) {
  Type *type = bitsType(value->getType());
  IRBuilder<> b(value);
  if (auto *load = dyn_cast<LoadInst>(value)) {
    LoadInst *copy = b.CreateAlignedLoad(type, load->getPointerOperand(),
                                         load->getAlign(), load->isVolatile());
    copy->setAtomic(load->getOrdering(), load->getSyncScopeID());
    copy->setAAMetadata(load->getAAMetadata());
    bits[value] = copy;
  } else if (auto *phi = dyn_cast<PHINode>(value)) {
    bits[value] = b.CreatePHI(type, phi->getNumIncomingValues());
  } else if (auto *select = dyn_cast<SelectInst>(value)) {
    Value *none = PoisonValue::get(type);
    bits[value] = SelectInst::Create(select->getCondition(), none, none, "",
                                     select->getIterator());
  } else {
    b.SetInsertPoint(*value->getInsertionPointAfterDef());
    bits[value] = b.CreateBitCast(value, type);
  }
  if (moves(value))
    replaced.push_back(value);
}

Value *BitKeeper::bitsOf(Value *value) {
  if (auto *op = dyn_cast<Instruction>(value))
    return bits.lookup(op);
  if (auto *constant = dyn_cast<Constant>(value))
    return ConstantExpr::getBitCast(constant, bitsType(value->getType()));
  IRBuilder<> b(&*function.getEntryBlock().getFirstInsertionPt());
  return b.CreateBitCast(value, bitsType(value->getType())); // an argument
}

void BitKeeper::fillOperands(Instruction *value) {
  if (auto *phi = dyn_cast<PHINode>(value)) {
    auto *copy = cast<PHINode>(bits[value]);
    for (unsigned i = 0, e = phi->getNumIncomingValues(); i < e; ++i)
      copy->addIncoming(bitsOf(phi->getIncomingValue(i)),
                        phi->getIncomingBlock(i));
  } else if (auto *select = dyn_cast<SelectInst>(value)) {
    auto *copy = cast<SelectInst>(bits[value]);
    copy->setTrueValue(bitsOf(select->getTrueValue()));
    copy->setFalseValue(bitsOf(select->getFalseValue()));
  }
}

// A bfloat again just before it is looked at.
void BitKeeper::replaceUses(Instruction *value) {
  for (Use &use : make_early_inc_range(value->uses())) {
    auto *user = cast<Instruction>(use.getUser());
    if (user == bits[value] || moves(user) || isa<StoreInst>(user) ||
        (!moves(value) && user->getParent() == value->getParent()))
      continue;
    use.set(IRBuilder<>(user).CreateBitCast(bits[value], value->getType()));
  }
}

void BitKeeper::run() {
  SmallVector<Instruction *> values, stores;
  for (BasicBlock &block : function)
    for (Instruction &op : block) {
      if (isBFloat(op.getType()))
        values.push_back(&op);
      if (auto *store = dyn_cast<StoreInst>(&op))
        if (isBFloat(store->getValueOperand()->getType()))
          stores.push_back(store);
    }
  for (Instruction *value : values)
    makeBits(value);
  for (Instruction *value : values)
    fillOperands(value);
  for (Instruction *op : stores) {
    auto *store = cast<StoreInst>(op);
    IRBuilder<> b(store);
    StoreInst *copy = b.CreateAlignedStore(
        bitsOf(store->getValueOperand()), store->getPointerOperand(),
        store->getAlign(), store->isVolatile());
    copy->setAtomic(store->getOrdering(), store->getSyncScopeID());
    copy->setAAMetadata(store->getAAMetadata());
    store->eraseFromParent();
  }
  for (Instruction *value : values)
    replaceUses(value);
  for (Instruction *value : replaced)
    value->replaceAllUsesWith(PoisonValue::get(value->getType()));
  for (Instruction *value : replaced)
    value->eraseFromParent();
  for (auto &[value, copy] : bits)
    if (copy->use_empty() && !is_contained(replaced, value))
      cast<Instruction>(copy)->eraseFromParent();
}

void sinter::keepBFloatBits(Module &module) {
  for (Function &function : module)
    if (!function.isDeclaration())
      BitKeeper(function).run();
}
