//===- HeaderTest.cpp - C and C++ see the same header ---------------------===//
#include "sinter/runtime.h"

#include <gtest/gtest.h>

using AnyFunction = void (*)();
extern "C" const AnyFunction headerFunctions[19];
extern "C" const unsigned long headerSizes[8];

TEST(HeaderTest, CSeesTheFunctionsOfCxx) {
  const AnyFunction Mine[] = {
      reinterpret_cast<AnyFunction>(sinter_status_name),
      reinterpret_cast<AnyFunction>(sinter_model_open),
      reinterpret_cast<AnyFunction>(sinter_model_open_artifact),
      reinterpret_cast<AnyFunction>(sinter_model_close),
      reinterpret_cast<AnyFunction>(sinter_model_artifact),
      reinterpret_cast<AnyFunction>(sinter_model_section),
      reinterpret_cast<AnyFunction>(sinter_model_verify),
      reinterpret_cast<AnyFunction>(sinter_default_threads),
      reinterpret_cast<AnyFunction>(sinter_session_create),
      reinterpret_cast<AnyFunction>(sinter_session_close),
      reinterpret_cast<AnyFunction>(sinter_session_threads),
      reinterpret_cast<AnyFunction>(sinter_session_trace),
      reinterpret_cast<AnyFunction>(sinter_session_position),
      reinterpret_cast<AnyFunction>(sinter_session_tokens),
      reinterpret_cast<AnyFunction>(sinter_session_rewind),
      reinterpret_cast<AnyFunction>(sinter_session_step),
      reinterpret_cast<AnyFunction>(sinter_generate),
      reinterpret_cast<AnyFunction>(sinter_element_size),
      reinterpret_cast<AnyFunction>(sinter_session_forward)};
  ASSERT_EQ(sizeof(Mine), sizeof(headerFunctions));
  for (size_t I = 0; I < std::size(Mine); ++I)
    EXPECT_EQ(Mine[I], headerFunctions[I]) << I;
}

TEST(HeaderTest, CSeesTheSizesOfCxx) {
  const unsigned long Mine[] = {sizeof(sinter_error),
                                sizeof(sinter_open_options),
                                sizeof(sinter_session_options),
                                sizeof(sinter_logit_bias),
                                sizeof(sinter_generate_options),
                                sizeof(sinter_generate_result),
                                sizeof(sinter_tensor),
                                sizeof(sinter_artifact)};
  for (size_t I = 0; I < std::size(Mine); ++I)
    EXPECT_EQ(Mine[I], headerSizes[I]) << I;
}
