//===- Snippet.h - run a few lines of IR on given values --------*- C++ -*-===//
#ifndef SINTER_TEST_INTERPRETER_SNIPPET_H
#define SINTER_TEST_INTERPRETER_SNIPPET_H

#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"

#include "mlir/Parser/Parser.h"

namespace sinter {

/// A context with the dialects of levels 1 to 3; keeps the text of errors.
class Snippet {
public:
  Snippet()
      : context(mlir::MLIRContext::Threading::DISABLED),
        handler(&context, [this](mlir::Diagnostic &diagnostic) {
          errors += diagnostic.str() + "\n";
          return mlir::success();
        }) {
    context.loadDialect<SinterDialect, mlir::affine::AffineDialect,
                        mlir::arith::ArithDialect, mlir::func::FuncDialect,
                        mlir::linalg::LinalgDialect, mlir::math::MathDialect,
                        mlir::scf::SCFDialect, mlir::tensor::TensorDialect>();
  }

  bool parse(llvm::StringRef text) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    return bool(module);
  }
  mlir::func::FuncOp function() {
    return *module->getOps<mlir::func::FuncOp>().begin();
  }
  mlir::FailureOr<Data> run(llvm::ArrayRef<Datum> arguments,
                            const EvaluationOptions &options = {}) {
    return interpretFunction(function(), arguments, options);
  }
  mlir::Type type(llvm::StringRef text) {
    return mlir::parseType(text, &context);
  }
  Tensor reals(llvm::StringRef element, llvm::ArrayRef<int64_t> shape,
               llvm::ArrayRef<double> values) {
    return Tensor::ofDoubles(type(element), shape, values);
  }
  Tensor ints(llvm::StringRef element, llvm::ArrayRef<int64_t> shape,
              llvm::ArrayRef<int64_t> values) {
    return Tensor::ofInts(type(element), shape, values);
  }

  mlir::MLIRContext context;
  std::string errors;
  mlir::ScopedDiagnosticHandler handler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace sinter
#endif
