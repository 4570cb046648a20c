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

# sinter_add_library(NAME SOURCES... [DEPENDS targets] [LINK libs]): a static
# library of the compiler, on top of libMLIR and libLLVM. Exceptions stay on
# only where a file asks for them (the importer: ONNX throws).
function(sinter_add_library name)
  cmake_parse_arguments(ARG "EXCEPTIONS" "" "DEPENDS;LINK" ${ARGN})
  # TEMPORARY while several people write: files that are not there yet.
  set(sources)
  foreach(source ${ARG_UNPARSED_ARGUMENTS})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source} OR IS_ABSOLUTE ${source})
      list(APPEND sources ${source})
    else()
      message(STATUS "${name}: ${source} is not there yet")
    endif()
  endforeach()
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  if(NOT ARG_EXCEPTIONS)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
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
