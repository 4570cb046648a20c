# The official ONNX C++ library (targets onnx and onnx_proto), built from its
# source package into the build folder when something links it. Debian's
# libonnx-dev is too old (docs/decisions.md).
#
# SINTER_ONNX_ARCHIVE: onnx-1.23.2.tar.gz; when empty, pip downloads it once.
# add_subdirectory instead of FetchContent_MakeAvailable: EXCLUDE_FROM_ALL of
# the latter needs CMake 3.28.
set(SINTER_ONNX_ARCHIVE "" CACHE FILEPATH "Source package of ONNX 1.23.2")
set(sinter_onnx_version 1.23.2)
set(sinter_onnx_sha256
    008cb0467b2bbee41448acc7da8b6f4e704624cb0d327a2d5adafc7ce19bc5b8)
set(sinter_onnx_source
    ${CMAKE_BINARY_DIR}/_deps/onnx-${sinter_onnx_version})

if(NOT EXISTS ${sinter_onnx_source}/.extracted)
  set(archive ${SINTER_ONNX_ARCHIVE})
  if(NOT archive)
    set(archive
        ${CMAKE_BINARY_DIR}/downloads/onnx-${sinter_onnx_version}.tar.gz)
  endif()
  if(NOT EXISTS ${archive} AND NOT SINTER_ONNX_ARCHIVE)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    message(STATUS "Downloading the sources of ONNX ${sinter_onnx_version}")
    execute_process(
      COMMAND ${Python3_EXECUTABLE} -m pip download --quiet --no-deps
              --disable-pip-version-check --no-binary onnx
              --dest ${CMAKE_BINARY_DIR}/downloads
              onnx==${sinter_onnx_version}
      COMMAND_ERROR_IS_FATAL ANY)
  endif()
  if(NOT EXISTS ${archive})
    message(FATAL_ERROR "SINTER_ONNX_ARCHIVE: there is no ${archive}")
  endif()
  file(SHA256 ${archive} hash)
  if(NOT hash STREQUAL sinter_onnx_sha256)
    message(FATAL_ERROR "${archive} is not the source package of ONNX "
                        "${sinter_onnx_version}: its SHA256 is ${hash}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${CMAKE_BINARY_DIR}/_deps)
  # It asks for CMake 3.26 but uses nothing that 3.25 (Debian 12) lacks.
  file(READ ${sinter_onnx_source}/CMakeLists.txt text)
  string(REPLACE "cmake_minimum_required(VERSION 3.26)"
                 "cmake_minimum_required(VERSION 3.25)" text "${text}")
  file(WRITE ${sinter_onnx_source}/CMakeLists.txt "${text}")
  file(TOUCH ${sinter_onnx_source}/.extracted)
endif()

# A function, so that what it sets for ONNX's own build stays in it.
function(sinter_add_onnx)
  foreach(option ONNX_USE_PROTOBUF_SHARED_LIBS ONNX_USE_UNITY_BUILD)
    set(${option} ON CACHE BOOL "" FORCE)
  endforeach()
  foreach(option ONNX_BUILD_PYTHON ONNX_BUILD_TESTS ONNX_GEN_PB_TYPE_STUBS
                 ONNX_INSTALL)
    set(${option} OFF CACHE BOOL "" FORCE)
  endforeach()
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
  if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
    # Every build folder has its own copy of the sources: share the objects.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_BASEDIR=${CMAKE_BINARY_DIR} ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
  # A build with sanitizers does not instrument it either: the same objects.
  set(CMAKE_CXX_FLAGS_DEBUG "${CMAKE_CXX_FLAGS_RELEASE}")
  # Its warnings are not ours, and it needs none of our flags.
  set_directory_properties(PROPERTIES COMPILE_OPTIONS "-fPIC;-w"
    LINK_OPTIONS "" INCLUDE_DIRECTORIES "" COMPILE_DEFINITIONS "")
  add_subdirectory(${sinter_onnx_source} ${CMAKE_BINARY_DIR}/_deps/onnx-build
                   EXCLUDE_FROM_ALL SYSTEM)
endfunction()

foreach(property COMPILE_OPTIONS LINK_OPTIONS INCLUDE_DIRECTORIES
                 COMPILE_DEFINITIONS)
  get_directory_property(saved_${property} ${property})
endforeach()
sinter_add_onnx()
foreach(property COMPILE_OPTIONS LINK_OPTIONS INCLUDE_DIRECTORIES
                 COMPILE_DEFINITIONS)
  set_directory_properties(PROPERTIES ${property} "${saved_${property}}")
endforeach()
