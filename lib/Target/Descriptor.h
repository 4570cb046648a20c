//===- Descriptor.h - the descriptor of artifact.h as LLVM globals --------===//
#ifndef SINTER_TARGET_DESCRIPTOR_H
#define SINTER_TARGET_DESCRIPTOR_H

#include "lib/Target/Signature.h"
#include "lib/Target/WeightFile.h"
#include "llvm/IR/Module.h"

namespace sinter {

/// What the descriptor says beside the signature.
struct DescriptorInfo {
  std::string name; // identifier of --name
  TargetAttr target;
  WeightFile weights;
  llvm::StringRef embeddedWeights; // empty: beside the object
  uint64_t arenaBytes = 0;         // step
  uint64_t cacheBytes = 0;
  uint64_t tokenWeightBytes = 0; // that a step of one row reads
  int64_t prefillChunk = 0, maxLength = 0;
  std::vector<int64_t> endIds;
  std::vector<std::string> faultSites;
  std::vector<WorkAttr> traceWorks;       // by trace point
  std::vector<ArenaBufferAttr> arenaPlan; // of a step
  UseAttr use;                            // null: the model has one use
};

/// Adds NAME_sinter_query and all it points to. The module has the functions
/// NAME_step or NAME_forward and, for forward, NAME_forward_arena_bytes made by
/// passes/CPU. Every other function becomes internal. The descriptor of the use
/// of a true flag has no query: that of the false one points to it, once both
/// modules are linked.
void addDescriptor(llvm::Module &module, const Signature &signature,
                   const DescriptorInfo &info);

/// Text of OUT.h: declares the query and shows the I/O signature.
std::string makeHeader(const Signature &signature, const DescriptorInfo &info);

} // namespace sinter
#endif
