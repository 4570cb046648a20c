//===- Evaluation.h - the reference interpreter -----------------*- C++ -*-===//
//
// Gives every op of levels 1 to 3 its meaning on concrete values, slowly and
// obviously: the judge of every pass, the evaluator of constants and of weight
// recipes. Ops of the dialect implement InterpretOpInterface against the class
// Evaluation; ops of upstream dialects are in Upstream*.cpp, those on memory
// (level 4 until vector code) included.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_INTERPRETER_EVALUATION_H
#define SINTER_INTERPRETER_EVALUATION_H

#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/Interpreter/Cache.h"
#include "dialects/Sinter/Interpreter/Memory.h"
#include "dialects/Sinter/Interpreter/ParamReader.h"
#include "dialects/Sinter/Interpreter/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <map>
#include <variant>

namespace sinter {

/// The value of an SSA value: index, integer and float scalars, tensors,
/// caches, memrefs.
using Datum = std::variant<Scalar, Tensor, CacheRef, Memory>;
using Data = llvm::SmallVector<Datum, 4>;

/// Entries of tables that were evaluated; keep one for several runs.
using TableValues = std::map<mlir::Region *, Tensor>;

struct EvaluationOptions {
  ParamReader *params = nullptr; // null: a sinter.param is an error
  TableValues *tables = nullptr; // null: each run evaluates its own
  bool quiet = false;            // fail without diagnostics
  /// Called after each op, while its operands and results are at hand.
  std::function<void(mlir::Operation *, Evaluation &)> observer;
  /// What sinter.barrier does; nothing when one member runs alone.
  std::function<void()> barrier;
  /// The next number of sinter.claim, nullopt where there is no such member;
  /// counted up alone when one member runs.
  std::function<std::optional<int64_t>(int64_t of)> claim;
};

class Evaluation {
public:
  explicit Evaluation(const EvaluationOptions &options = {});

  //===--- What ops read and write ----------------------------------------===//
  /// The operand as a tensor: no copy of its bytes, but of a memref's elements.
  Tensor tensor(mlir::Value value);
  /// As tensor, but gives the bytes up when `op` is the last to use them, so
  /// that they can be updated in place.
  Tensor take(mlir::Value value, mlir::Operation *op);
  Scalar scalar(mlir::Value value);
  int64_t index(mlir::Value value) { return scalar(value).integer; }
  CacheRef cache(mlir::Value value);
  Memory memory(mlir::Value value);
  const Datum &datum(mlir::Value value);
  bool has(mlir::Value value) const { return values.contains(value); }
  void set(mlir::Value value, Datum datum);
  /// What a destination-style op writes to: its tensor, or for a memref a new
  /// one, since its elements are not read.
  Tensor destination(mlir::Value value, mlir::Operation *op);
  /// What it wrote there: its result, or elements of a memref (all, or those
  /// that `which` is true for).
  void setDestination(mlir::Operation *op, mlir::Value value, Tensor tensor,
                      const std::vector<bool> &which = {});

  /// "'sinter.x' op ..." on `op`; convertible to failure.
  mlir::InFlightDiagnostic error(mlir::Operation *op);
  /// Reports and fails unless a tensor of these sizes can be allocated.
  mlir::LogicalResult checkFits(mlir::Operation *op, mlir::Type element,
                                llvm::ArrayRef<int64_t> shape);

  //===--- Symbols
  //----------------------------------------------------------===//
  std::optional<int64_t> evaluate(const DimExpr &expr);
  void bind(llvm::StringRef symbol, int64_t value) { symbols[symbol] = value; }
  /// The concrete shape of a result whose type alone decides it. When one size
  /// is not known and `count` is given, it follows from the element count.
  mlir::FailureOr<Shape> resultShape(mlir::Operation *op,
                                     mlir::RankedTensorType type,
                                     std::optional<int64_t> count = {});

  //===--- Running
  //----------------------------------------------------------===//
  ParamReader *getParams() { return options.params; }
  TableValues &getTables() { return *options.tables; }
  void waitForTeam() {
    claimed = 0;
    if (options.barrier)
      options.barrier();
  }
  /// What sinter.claim gives.
  std::optional<int64_t> claim(int64_t of) {
    return options.claim ? options.claim(of) : claimed++;
  }
  mlir::LogicalResult run(mlir::Operation *op);
  /// Runs a one-block region; returns the operands of its terminator.
  mlir::FailureOr<Data> run(mlir::Region &region, Data args);
  mlir::FailureOr<Data> run(mlir::func::FuncOp function,
                            llvm::ArrayRef<Datum> args);
  /// Points of the structured ops around the current one, for linalg.index.
  std::vector<Shape> loopIndices;

private:
  mlir::LogicalResult bindArguments(mlir::func::FuncOp function);
  mlir::LogicalResult checkResults(mlir::Operation *op);
  Datum takeDatum(mlir::Value value, mlir::Operation *op);
  bool isLastUse(mlir::Value value, mlir::Operation *op);
  void forgetDeadOperands(mlir::Operation *op);

  EvaluationOptions options;
  int64_t claimed = 0; // since the last barrier, when one member runs
  TableValues ownTables;
  llvm::DenseMap<mlir::Value, Datum> values;
  llvm::StringMap<int64_t> symbols;
  llvm::DenseMap<mlir::Value, mlir::Operation *> lastUses; // memoised
  // False where ops do not run in block order: nothing is given up then.
  bool inOrder = true;

  friend mlir::FailureOr<Tensor> evaluateValue(mlir::Value,
                                               const EvaluationOptions &);
};

/// Runs a function. Symbols of its argument types are bound by the arguments'
/// shapes and checked; so is the shape of every result on the way.
mlir::FailureOr<Data> interpretFunction(mlir::func::FuncOp function,
                                        llvm::ArrayRef<Datum> args,
                                        const EvaluationOptions &options = {});

/// The results of one op for these operands (operands that are absent are not
/// in the list).
mlir::FailureOr<llvm::SmallVector<Tensor, 1>>
evaluateOp(mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
           const EvaluationOptions &options = {});

/// Does the op compute its one result from operands alone?
bool isComputation(mlir::Operation *op);

/// The result of such an op; nullopt, and no message, where it fails.
std::optional<Tensor> tryEvaluate(mlir::Operation *op,
                                  llvm::ArrayRef<Tensor> operands);

/// The value of a recipe: what params and constants alone decide.
mlir::FailureOr<Tensor> evaluateValue(mlir::Value value,
                                      const EvaluationOptions &options = {});

/// Interprets an op of an upstream dialect (arith, math, scf, tensor, linalg,
/// affine).
mlir::LogicalResult interpretUpstream(mlir::Operation *op, Evaluation &eval);

} // namespace sinter
#endif
