//===- ObjectTest.cpp - machine code that needs nothing else --------------===//
#include "lib/Target/Object.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/SourceMgr.h"
#include "gtest/gtest.h"

using namespace sinter;

// A bf16 number that is loaded in one block and stored, chosen and widened in
// others: LLVM for CPUs without bf16 would call __truncsfbf2.
static const char *const moves = R"(
define void @f(ptr %p, ptr %q, ptr %r, i64 %n, i1 %c) {
entry:
  %v = load bfloat, ptr %p
  %v8 = load <8 x bfloat>, ptr %p, align 2
  %next = getelementptr bfloat, ptr %p, i64 1
  %w = load bfloat, ptr %next
  %s = select i1 %c, bfloat %v, bfloat %w
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  %x = phi bfloat [%s, %entry], [%v, %loop]
  %at = getelementptr bfloat, ptr %q, i64 %i
  store bfloat %x, ptr %at
  %j = add i64 %i, 8
  %more = icmp ult i64 %j, %n
  br i1 %more, label %loop, label %end
end:
  store <8 x bfloat> %v8, ptr %q, align 2
  %wide = fpext bfloat %w to float
  %wide8 = fpext <8 x bfloat> %v8 to <8 x float>
  store float %wide, ptr %r
  %last = getelementptr float, ptr %r, i64 8
  store <8 x float> %wide8, ptr %last, align 4
  store bfloat 0xR3F80, ptr %q
  ret void
}
)";

TEST(Object, NarrowNumbersNeedNoLibrary) {
  mlir::MLIRContext ctx;
  ctx.loadDialect<SinterDialect>();
  auto target = resolveTarget(&ctx, "x86-64-v3");
  ASSERT_TRUE(bool(target));
  auto machine = createTargetMachine(*target);
  for (auto level :
       {llvm::OptimizationLevel::O1, llvm::OptimizationLevel::O3}) {
    llvm::LLVMContext context;
    llvm::SMDiagnostic error;
    auto module = llvm::parseAssemblyString(moves, error, context);
    ASSERT_TRUE(module) << error.getMessage().str();
    module->setDataLayout(machine->createDataLayout());
    optimize(*module, *machine, level);
    EXPECT_FALSE(llvm::verifyModule(*module, &llvm::errs()));
    auto bytes = emitObject(*module, *machine);
    auto object = llvm::object::ObjectFile::createObjectFile(
        llvm::MemoryBufferRef(llvm::StringRef(bytes.data(), bytes.size()), ""));
    ASSERT_TRUE(bool(object));
    for (const auto &symbol : (*object)->symbols())
      EXPECT_FALSE(*symbol.getFlags() & llvm::object::SymbolRef::SF_Undefined)
          << symbol.getName()->str();
  }
}
