//===- HugePages.h - what is mapped by huge pages ---------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_HUGEPAGES_H
#define SINTER_TOOLS_RUN_HUGEPAGES_H

#include <optional>

namespace sinter::run {

/// Of what is resident of the mapping around `Address`, the share that pages of
/// 2 MiB map. Nullopt where the system does not say (Linux: /proc/self/smaps).
std::optional<double> hugePageShare(const void *Address);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_HUGEPAGES_H
