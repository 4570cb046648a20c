//===- MadeInputs.h - inputs to measure a model with ------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_MADEINPUTS_H
#define SINTER_TOOLS_RUN_MADEINPUTS_H

#include "Model.h"

#include <string>
#include <vector>

namespace sinter::run {

/// Inputs of a model that is no decoder: ones for integers and flags (ids and
/// masks), small numbers for floats.
class MadeInputs {
public:
  /// `Dims` says how large each of the model's symbols is:
  /// "batch=1,sequence=128". Fails with a message that names what is wrong.
  MadeInputs(const sinter_artifact &A, const std::string &Dims);
  MadeInputs(const MadeInputs &) = delete;

  const std::vector<sinter_tensor> &tensors() const { return Tensors; }
  /// The values of the symbols.
  const std::vector<int64_t> &dims() const { return Symbols; }

  /// Of a model with two uses, the one that these inputs ask for.
  static const sinter_artifact &useOf(const sinter_artifact &A) {
    return A.flag_use ? *A.flag_use : A;
  }

private:
  std::vector<int64_t> Symbols, Shapes;
  std::vector<std::vector<unsigned char>> Data;
  std::vector<sinter_tensor> Tensors;
};

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_MADEINPUTS_H
