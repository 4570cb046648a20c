//===- BFloat.h - bf16 numbers as bits between instructions -----*- C++ -*-===//
#ifndef SINTER_TARGET_BFLOAT_H
#define SINTER_TARGET_BFLOAT_H

#include "llvm/IR/Module.h"

namespace sinter {

/// Loads, stores, phis and selects of bfloat become ones of i16, and a bfloat
/// lives in the block of its use alone. Where the CPU has no bf16 of its own,
/// LLVM 22 keeps a bfloat that crosses a block as f32 and rounds it back by a
/// call of compiler-rt (__truncsfbf2), which is not linked; moving a number
/// must not round it anyway (it would quiet a signalling NaN). To be run last:
/// other passes may bring such loads back.
void keepBFloatBits(llvm::Module &module);

} // namespace sinter
#endif
