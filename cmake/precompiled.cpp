// Owns the precompiled header; see SinterLLVM.cmake.
