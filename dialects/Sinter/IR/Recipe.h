//===- Recipe.h - which values follow from weights alone ------------------===//
//
// A value is a recipe when params and constants alone decide it: it can be
// computed while the model is built, and stored.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_RECIPE_H
#define SINTER_IR_RECIPE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace sinter {

/// Answers are kept per value: make a new one after values were replaced.
class Recipes {
public:
  bool contains(mlir::Value value);
  /// True when `op`'s results are recipes.
  bool contains(mlir::Operation *op);

private:
  llvm::DenseMap<mlir::Operation *, bool> known;
};

/// The ops that compute a recipe, operands before users.
llvm::SetVector<mlir::Operation *> getRecipeOps(mlir::Value recipe);

/// Moves the ops of a recipe that stand in `before`'s block behind it to just
/// before it, so that the recipe may be used there.
void hoistRecipe(mlir::Value recipe, mlir::Operation *before);

} // namespace sinter
#endif
