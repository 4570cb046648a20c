//===- artifact.cpp - is this descriptor one that we can run? -------------===//
//
// The descriptor is part of a loaded object, so its pointers are trusted; its
// version and numbers are not, for another compiler may have written them.
//
//===----------------------------------------------------------------------===//
#include "model.h"

#include <stddef.h>
#include <string.h>

using namespace sinter;
using ll = long long;

/// sizeof(sinter_artifact) when ABI 4.0 was laid down: what any 4.x has.
static constexpr uint32_t SizeOfFirst =
    offsetof(sinter_artifact, flag_use) + sizeof(sinter_artifact *);

static sinter_status refuse(const char *Where, const char *Field, ll Value,
                            sinter_error *Error) {
  return fail(Error, SINTER_BAD_OBJECT,
              "%s: the model's descriptor is damaged: %s is %lld: rebuild it "
              "with sinterc",
              Where, Field, Value);
}

static sinter_status checkDecoder(const sinter_artifact &A, const char *Where,
                                  sinter_error *Error) {
  // The bounds keep every product that the runtime forms inside 63 bits.
  if (A.prefill_chunk < 1 || A.prefill_chunk > INT32_MAX)
    return refuse(Where, "prefill_chunk", A.prefill_chunk, Error);
  if (A.max_length < 1 || A.max_length > INT32_MAX)
    return refuse(Where, "max_length", A.max_length, Error);
  if (A.vocab_size < 1 || A.vocab_size > INT32_MAX)
    return refuse(Where, "vocab_size", A.vocab_size, Error);
  if (A.end_id_count < 0 || (A.end_id_count && !A.end_ids))
    return refuse(Where, "end_id_count", A.end_id_count, Error);
  if (A.rewind_reach < 0)
    return refuse(Where, "rewind_reach", A.rewind_reach, Error);
  if (A.arena_buffer_count < 0 || (A.arena_buffer_count && !A.arena_buffers))
    return refuse(Where, "arena_buffer_count", A.arena_buffer_count, Error);
  for (int64_t I = 0; I < A.arena_buffer_count; ++I) {
    const sinter_arena_buffer &B = A.arena_buffers[I];
    if (!B.name || !B.until || B.first < 0 || B.last < B.first ||
        B.bytes > A.step_arena_bytes || B.offset > A.step_arena_bytes - B.bytes)
      return refuse(Where, "a buffer's place in the arena", ll(B.offset),
                    Error);
  }
  return SINTER_OK;
}

static sinter_status checkSignature(const sinter_artifact &A, const char *Where,
                                    sinter_error *Error) {
  if (!A.forward_arena_bytes)
    return refuse(Where, "forward_arena_bytes", 0, Error);
  if (!A.forward_shapes)
    return refuse(Where, "forward_shapes", 0, Error);
  if (A.symbol_count < 0 || (A.symbol_count && !A.symbols))
    return refuse(Where, "symbol_count", A.symbol_count, Error);
  if (A.input_count < 0 || (A.input_count && !A.inputs))
    return refuse(Where, "input_count", A.input_count, Error);
  if (A.output_count < 0 || (A.output_count && !A.outputs))
    return refuse(Where, "output_count", A.output_count, Error);
  for (int64_t I = 0; I < int64_t(A.input_count) + A.output_count; ++I) {
    const sinter_tensor_info &T =
        I < A.input_count ? A.inputs[I] : A.outputs[I - A.input_count];
    if (!T.name || !sinter_element_size(T.element))
      return refuse(Where, "a tensor's element", T.element, Error);
    if (T.rank < 0 || (T.rank && !T.dims))
      return refuse(Where, "a tensor's rank", T.rank, Error);
    for (int32_t D = 0; D < T.rank; ++D)
      if (T.dims[D].size < 0 && T.dims[D].symbol >= A.symbol_count)
        return refuse(Where, "a dimension's symbol", T.dims[D].symbol, Error);
  }
  return SINTER_OK;
}

static sinter_status checkUseAlone(const sinter_artifact *Given,
                                   const char *Where, sinter_artifact &Copy,
                                   sinter_error *Error) {
  if (Given->magic != SINTER_ARTIFACT_MAGIC)
    return fail(Error, SINTER_BAD_OBJECT,
                "%s: not a compiled model: the descriptor's magic is 0x%08x, "
                "not 0x%08x",
                Where, Given->magic, SINTER_ARTIFACT_MAGIC);
  if (Given->abi_major != SINTER_ABI_MAJOR)
    return fail(Error, SINTER_WRONG_ABI,
                "%s: the model has ABI %u.%u, this runtime runs %u.x: rebuild "
                "it with this version's sinterc",
                Where, Given->abi_major, Given->abi_minor, SINTER_ABI_MAJOR);
  if (Given->size < SizeOfFirst)
    return refuse(Where, "size", Given->size, Error);
  memset(&Copy, 0, sizeof(Copy));
  memcpy(&Copy, Given, Given->size < sizeof(Copy) ? Given->size : sizeof(Copy));
  if (!Copy.name || !Copy.target || !Copy.features || !Copy.compiler)
    return refuse(Where, "name, target, features or compiler", 0, Error);
  if (!Copy.step && !Copy.forward)
    return refuse(Where, "step and forward", 0, Error);
  if (Copy.fault_site_count < 0 || (Copy.fault_site_count && !Copy.fault_sites))
    return refuse(Where, "fault_site_count", Copy.fault_site_count, Error);
  if (Copy.trace_point_count < 0 ||
      (Copy.trace_point_count && (!Copy.trace_points || !Copy.trace_work)))
    return refuse(Where, "trace_point_count", Copy.trace_point_count, Error);
  if (Copy.step)
    if (sinter_status S = checkDecoder(Copy, Where, Error))
      return S;
  if (Copy.forward)
    if (sinter_status S = checkSignature(Copy, Where, Error))
      return S;
  return SINTER_OK;
}

static bool isAlike(const sinter_tensor_info &A, const sinter_tensor_info &B) {
  return A.element == B.element && A.rank == B.rank && !strcmp(A.name, B.name);
}

/// The use of a true flag is a descriptor of its own.
static sinter_status checkTrueUse(const sinter_artifact &A, const char *Where,
                                  sinter_artifact &Use, sinter_error *Error) {
  if (A.flag_input < 0 || A.flag_input >= A.input_count ||
      A.inputs[A.flag_input].element != SINTER_ELEMENT_BOOL)
    return refuse(Where, "flag_input", A.flag_input, Error);
  if (sinter_status S = checkUseAlone(A.flag_use, Where, Use, Error))
    return S;
  if (!Use.forward || Use.flag_use || Use.input_count != A.input_count ||
      Use.output_count != A.output_count)
    return refuse(Where, "flag_use's input_count", Use.input_count, Error);
  for (int32_t I = 0; I < A.input_count; ++I)
    if (!isAlike(A.inputs[I], Use.inputs[I]))
      return refuse(Where, "flag_use's input", I, Error);
  for (int32_t I = 0; I < A.output_count; ++I)
    if (!isAlike(A.outputs[I], Use.outputs[I]))
      return refuse(Where, "flag_use's output", I, Error);
  return SINTER_OK;
}

sinter_status sinter::checkArtifact(const sinter_artifact *Given,
                                    const char *Where, sinter_artifact &Copy,
                                    sinter_artifact &TrueUse,
                                    sinter_error *Error) {
  memset(&TrueUse, 0, sizeof(TrueUse));
  if (sinter_status S = checkUseAlone(Given, Where, Copy, Error))
    return S;
  return Copy.forward && Copy.flag_use
             ? checkTrueUse(Copy, Where, TrueUse, Error)
             : SINTER_OK;
}
