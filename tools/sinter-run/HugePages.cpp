//===- HugePages.cpp - which part of memory is mapped by huge pages -------===//
#include "HugePages.h"

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

std::optional<double> sinter::run::hugePageShare(const void *Address) {
  const auto At = reinterpret_cast<uintptr_t>(Address);
  std::ifstream File("/proc/self/smaps");
  bool Inside = false;
  double Resident = 0, Huge = 0; // KiB
  // "FROM-TO rights ..." in hexadecimal, then "Name:  NUMBER kB" for each sum.
  for (std::string Line; std::getline(File, Line);) {
    uintptr_t From, To;
    char Name[32];
    double Number;
    if (std::sscanf(Line.c_str(), "%" SCNxPTR "-%" SCNxPTR " ", &From, &To) ==
        2) {
      if (Inside)
        break;
      Inside = From <= At && At < To;
    } else if (Inside && std::sscanf(Line.c_str(), "%31[A-Za-z]: %lf kB", Name,
                                     &Number) == 2) {
      const std::string Of = Name;
      if (Of == "Rss")
        Resident = Number;
      else if (Of == "AnonHugePages" || Of == "FilePmdMapped" ||
               Of == "ShmemPmdMapped")
        Huge += Number;
    }
  }
  if (!Resident)
    return std::nullopt;
  return Huge / Resident;
}
