//===- Npy.h - NumPy's .npy files -------------------------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_NPY_H
#define SINTER_TOOLS_RUN_NPY_H

#include "sinter/artifact.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sinter::run {

struct Array {
  sinter_element Element = SINTER_ELEMENT_F32;
  std::vector<int64_t> Shape;
  std::vector<unsigned char> Data; ///< row-major, little endian
};

/// Reads format 1.0, 2.0 or 3.0. Throws a Failure for anything else: other
/// byte or memory orders, unknown types, sizes that do not fit the file.
/// bfloat16 has no NumPy type: it is read where `Wanted` asks for it from
/// uint16 or '<V2', and written as uint16.
Array readNpy(const std::string &Path, sinter_element Wanted);

/// The bytes before the data, for these elements.
std::string npyHeader(sinter_element Element,
                      const std::vector<int64_t> &Shape);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_NPY_H
