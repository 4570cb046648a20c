//===- sinter/compile.h - compile a model from C++ ------------*- C++ -*-===//
//
// What sinterc does, as a function. Needs libMLIR and libLLVM; programs that
// only run models use runtime.h. Not thread safe: one compilation at a time in
// a process (lld and LLVM's option state).
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_COMPILE_H
#define SINTER_COMPILE_H

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sinter {

/// The states that IR can be stopped at, in order (docs/user-guide.md).
enum class Level { graph, model, plan, loops, llvm, binary };

/// What to write; a .mlir holds the IR of a level, the rest machine code.
enum class OutputKind { mlir, llvmIR, object, archive, shared, executable };

struct CompileOptions {
  std::string input;  ///< .onnx, or the .mlir of a level
  std::string output; ///< its suffix was turned into `kind`
  OutputKind kind = OutputKind::shared;
  Level emit = Level::graph; ///< for OutputKind::mlir
  /// Options that were not said are taken from the input, else defaults.
  std::optional<std::string> march;    ///< native, x86-64-v3, ... or LLVM CPU
  std::optional<int64_t> maxLength;    ///< tokens
  std::optional<int64_t> prefillChunk; ///< rows, 512
  std::optional<std::string> compute;  ///< f32, bf16, f16
  std::optional<std::string> weights;  ///< keep, f32, f16, bf16
  std::optional<std::string> kv;       ///< f32, f16, bf16
  std::map<std::string, int64_t> dims; ///< symbolic dim -> size
  std::string tokenizer;               ///< folder or tokenizer.json; "": beside
  std::string name;                    ///< identifier; "": the output's stem
  std::string report;                  ///< .json to write; "": none
  std::string dependencyFile;          ///< -MF; "": none
  std::string programLibrary;          ///< libsinter_program.a, for executables
  bool embedWeights = false;
  bool fuse = true;
  bool requireFused = false;
  bool saveTemps = false;
  bool verbose = false;
  /// LLVM at -O1 instead of -O3: right and slow code, for tests that compile
  /// thousands of graphs. No flag of sinterc's sets it.
  bool quick = false;
};

/// Compiles; true when everything was written. Messages (errors, warnings,
/// -v) go to stderr; on failure no output file is left changed.
bool compile(const CompileOptions &options);

} // namespace sinter
#endif
