# LLVM/MLIR 22 of Debian, tablegen, and the two functions that every compiler
# folder uses. MLIR and LLVM are linked as their shared libraries.
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
# A directory property, because tablegen() reads it. SYSTEM: their warnings are
# not ours.
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
include_directories(SYSTEM ${CMAKE_BINARY_DIR}/include)
include_directories(${CMAKE_SOURCE_DIR})
add_definitions(${LLVM_DEFINITIONS})
link_directories(${LLVM_LIBRARY_DIRS})

# One precompiled header for all compiler libraries: parsing MLIR's headers and
# the dialect's generated classes is most of the time of a compile. Clang only:
# g++'s would be 690 MB for little.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # ccache keys a PCH by its content, which a time stamp would change.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp
       CONTENT "// Owns the precompiled header.\n")
  add_library(SinterPrecompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
  set(precompiled_flags -fno-exceptions)
  if(SINTER_SANITIZE)
    list(APPEND precompiled_flags -fsanitize=fuzzer-no-link) # for test/fuzz
  endif()
  target_compile_options(SinterPrecompiled PRIVATE ${precompiled_flags})
  target_precompile_headers(SinterPrecompiled PRIVATE
    <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/Func/IR/FuncOps.h>
    <mlir/Dialect/Linalg/IR/Linalg.h> <mlir/Dialect/MemRef/IR/MemRef.h>
    <mlir/Dialect/SCF/IR/SCF.h> <mlir/Dialect/Tensor/IR/Tensor.h>
    <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/PatternMatch.h>
    <mlir/Pass/Pass.h> <mlir/Pass/PassManager.h> <llvm/ADT/TypeSwitch.h>
    <dialects/Sinter/IR/Sinter.h>)
  add_dependencies(SinterPrecompiled SinterIRIncGen SinterInterfacesIncGen)
endif()

# sinter_use_precompiled(TARGET): that header for a target without exceptions.
function(sinter_use_precompiled target)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${target} PRIVATE -fno-exceptions)
  else()
    target_compile_options(${target} PRIVATE ${precompiled_flags})
    target_precompile_headers(${target} REUSE_FROM SinterPrecompiled)
  endif()
endfunction()

# sinter_add_library(NAME SOURCES... [DEPENDS targets] [LINK libs]): a static
# library of the compiler, on top of libMLIR and libLLVM. Exceptions stay on
# only where a file asks for them (the importer: ONNX throws).
function(sinter_add_library name)
  cmake_parse_arguments(ARG "EXCEPTIONS" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  if(NOT ARG_EXCEPTIONS)
    sinter_use_precompiled(${name})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# sinter_tablegen(TARGET file.td out1 "-gen-x -opt" out2 "-gen-y" ...): outputs
# land in build/include under the same relative folder.
function(sinter_tablegen target td)
  file(RELATIVE_PATH here ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(outputs)
  set(args ${ARGN})
  while(args)
    list(POP_FRONT args out flags)
    separate_arguments(flags)
    set(path ${CMAKE_BINARY_DIR}/include/${here}/${out})
    get_filename_component(folder ${path} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${path}
      COMMAND ${MLIR_TABLEGEN_EXE} ${flags} ${CMAKE_CURRENT_SOURCE_DIR}/${td}
              -I ${CMAKE_SOURCE_DIR} -I ${MLIR_INCLUDE_DIRS}
              -o ${path} -d ${path}.d --write-if-changed
      COMMAND ${CMAKE_COMMAND} -E touch_nocreate ${path}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${td} DEPFILE ${path}.d
      COMMENT "tablegen ${here}/${out}")
    list(APPEND outputs ${path})
  endwhile()
  add_custom_target(${target} DEPENDS ${outputs})
endfunction()
