//===- forward.cpp - named inputs in, outputs out -------------------------===//
//
// Binds the symbols of the signature to the shapes that were given, checks
// each shape against it, and gives the entry memory of the sizes that the
// model computes.
//
//===----------------------------------------------------------------------===//
#include "session.h"

#include <string.h>

using namespace sinter;
using ll = long long;

uint64_t sinter_element_size(sinter_element Element) {
  switch (Element) {
  case SINTER_ELEMENT_U8:
  case SINTER_ELEMENT_I8:
  case SINTER_ELEMENT_BOOL:
    return 1;
  case SINTER_ELEMENT_U16:
  case SINTER_ELEMENT_I16:
  case SINTER_ELEMENT_F16:
  case SINTER_ELEMENT_BF16:
    return 2;
  case SINTER_ELEMENT_F32:
  case SINTER_ELEMENT_I32:
  case SINTER_ELEMENT_U32:
    return 4;
  case SINTER_ELEMENT_I64:
  case SINTER_ELEMENT_F64:
  case SINTER_ELEMENT_U64:
    return 8;
  }
  return 0;
}

/// Bytes of a tensor; false when they do not fit 63 bits or a size is
/// negative.
static bool tensorBytes(sinter_element Element, const int64_t *Dims,
                        int32_t Rank, uint64_t &Bytes) {
  int64_t Product = int64_t(sinter_element_size(Element));
  bool Empty = false, Good = true;
  for (int32_t I = 0; I < Rank; ++I) {
    if (Dims[I] < 0)
      return false;
    if (!Dims[I])
      Empty = true;
    else if (__builtin_mul_overflow(Product, Dims[I], &Product))
      Good = false;
  }
  Bytes = Empty ? 0 : uint64_t(Product);
  return Good;
}

namespace {
/// One call of forward while it is prepared.
struct Binding {
  sinter_session &S;
  const sinter_artifact &A;
  sinter_error *Error;
  // All of these lie in S.ForwardRecords.
  sinter_tensor *Outputs = nullptr;
  const sinter_tensor **Given = nullptr; // in the signature's order
  const void **InputData = nullptr;
  void **OutputData = nullptr;
  int64_t *Symbols = nullptr;
  int64_t *Shapes = nullptr;

  sinter_status allocateRecords();
  sinter_status matchNames(const sinter_tensor *Inputs, int32_t Count);
  sinter_status bindSymbols();
  sinter_status checkShapes();
  sinter_status placeOutputs();
};
} // namespace

sinter_status Binding::allocateRecords() {
  uint64_t Dims = 0;
  for (int32_t I = 0; I < A.input_count; ++I)
    Dims += uint64_t(A.inputs[I].rank);
  for (int32_t I = 0; I < A.output_count; ++I)
    Dims += uint64_t(A.outputs[I].rank);
  const uint64_t In = uint64_t(A.input_count), Out = uint64_t(A.output_count),
                 Symbolic = uint64_t(A.symbol_count);
  const uint64_t Bytes = Out * sizeof(sinter_tensor) +
                         (2 * In + Out) * sizeof(void *) +
                         (Symbolic + Dims) * sizeof(int64_t);
  if (sinter_status E = S.ForwardRecords.reserve(Bytes, "signature", Error))
    return E;
  memset(S.ForwardRecords.Data, 0, Bytes);
  Outputs = reinterpret_cast<sinter_tensor *>(S.ForwardRecords.Data);
  Given = reinterpret_cast<const sinter_tensor **>(Outputs + Out);
  InputData = reinterpret_cast<const void **>(Given + In);
  OutputData = const_cast<void **>(InputData) + In;
  Symbols = reinterpret_cast<int64_t *>(OutputData + Out);
  Shapes = Symbols + Symbolic;
  for (int32_t I = 0; I < A.symbol_count; ++I)
    Symbols[I] = -1;
  return SINTER_OK;
}

sinter_status Binding::matchNames(const sinter_tensor *Inputs, int32_t Count) {
  for (int32_t I = 0; I < Count; ++I) {
    int32_t Found = -1;
    for (int32_t J = 0; J < A.input_count; ++J)
      if (Inputs[I].name && !strcmp(A.inputs[J].name, Inputs[I].name))
        Found = J;
    if (Found < 0)
      return fail(Error, SINTER_INVALID_ARGUMENT,
                  "'%s' has no input named '%s'", A.name,
                  Inputs[I].name ? Inputs[I].name : "(null)");
    if (Given[Found])
      return fail(Error, SINTER_INVALID_ARGUMENT, "input '%s' is given twice",
                  Inputs[I].name);
    const sinter_tensor_info &Info = A.inputs[Found];
    if (Inputs[I].element != Info.element)
      return fail(Error, SINTER_INVALID_ARGUMENT,
                  "input '%s' has element type %d, the model wants %d (the "
                  "numbers of ONNX's TensorProto.DataType)",
                  Info.name, int(Inputs[I].element), int(Info.element));
    if (Inputs[I].rank != Info.rank || (Info.rank && !Inputs[I].dims))
      return fail(Error, SINTER_INVALID_ARGUMENT,
                  "input '%s' has %d dimensions, the model wants %d", Info.name,
                  Inputs[I].rank, Info.rank);
    uint64_t Bytes;
    if (!tensorBytes(Info.element, Inputs[I].dims, Info.rank, Bytes))
      return fail(Error, SINTER_INVALID_ARGUMENT,
                  "input '%s' has a negative dimension, or more than 2^63 "
                  "bytes",
                  Info.name);
    if (Bytes && !Inputs[I].data)
      return fail(Error, SINTER_INVALID_ARGUMENT, "input '%s' has no data",
                  Info.name);
    Given[Found] = &Inputs[I];
    InputData[Found] = Inputs[I].data;
  }
  for (int32_t J = 0; J < A.input_count; ++J)
    if (!Given[J])
      return fail(Error, SINTER_INVALID_ARGUMENT,
                  "input '%s' of '%s' is missing", A.inputs[J].name, A.name);
  return SINTER_OK;
}

sinter_status Binding::bindSymbols() {
  for (int32_t J = 0; J < A.input_count; ++J)
    for (int32_t D = 0; D < A.inputs[J].rank; ++D) {
      const sinter_dim &Dim = A.inputs[J].dims[D];
      const int64_t Size = Given[J]->dims[D];
      if (Dim.size >= 0 && Size != Dim.size)
        return fail(Error, SINTER_INVALID_ARGUMENT,
                    "dimension %d of input '%s' is %lld, the model was "
                    "compiled for %lld",
                    D, A.inputs[J].name, ll(Size), ll(Dim.size));
      if (Dim.size >= 0 || Dim.symbol < 0)
        continue;
      int64_t &Bound = Symbols[Dim.symbol];
      if (Bound >= 0 && Bound != Size)
        return fail(Error, SINTER_INVALID_ARGUMENT,
                    "dimension %d of input '%s' is %lld, but '%s' is %lld in "
                    "an input before it",
                    D, A.inputs[J].name, ll(Size), A.symbols[Dim.symbol],
                    ll(Bound));
      Bound = Size;
    }
  for (int32_t I = 0; I < A.symbol_count; ++I)
    if (Symbols[I] < 0)
      return fail(Error, SINTER_UNSUPPORTED,
                  "no input of '%s' tells the size of '%s': fix it with "
                  "sinterc --dim %s=N",
                  A.name, A.symbols[I], A.symbols[I]);
  return SINTER_OK;
}

sinter_status Binding::checkShapes() {
  A.forward_shapes(Symbols, Shapes);
  const int64_t *Shape = Shapes;
  for (int32_t J = 0; J < A.input_count; Shape += A.inputs[J++].rank)
    for (int32_t D = 0; D < A.inputs[J].rank; ++D)
      if (Shape[D] != Given[J]->dims[D])
        return fail(Error, SINTER_INVALID_ARGUMENT,
                    "dimension %d of input '%s' is %lld, the other inputs ask "
                    "for %lld",
                    D, A.inputs[J].name, ll(Given[J]->dims[D]), ll(Shape[D]));
  return SINTER_OK;
}

sinter_status Binding::placeOutputs() {
  int64_t *Shape = Shapes;
  for (int32_t J = 0; J < A.input_count; ++J)
    Shape += A.inputs[J].rank;
  uint64_t Total = 0;
  for (int32_t J = 0; J < A.output_count; ++J) {
    const sinter_tensor_info &Info = A.outputs[J];
    uint64_t Bytes, Start = Total;
    if (!tensorBytes(Info.element, Shape, Info.rank, Bytes) ||
        __builtin_add_overflow(Total, Bytes, &Total) ||
        __builtin_add_overflow(Total, uint64_t(SINTER_ALIGNMENT - 1), &Total))
      return fail(Error, SINTER_OUT_OF_MEMORY,
                  "output '%s' is too large for these input shapes", Info.name);
    Total = Total / SINTER_ALIGNMENT * SINTER_ALIGNMENT;
    Outputs[J] = {Info.name, Info.element, Info.rank, Shape,
                  reinterpret_cast<void *>(Start)};
    Shape += Info.rank;
  }
  if (sinter_status E = S.ForwardData.reserve(Total, "outputs", Error))
    return E;
  for (int32_t J = 0; J < A.output_count; ++J) {
    uint8_t *At =
        S.ForwardData.Data + reinterpret_cast<uintptr_t>(Outputs[J].data);
    Outputs[J].data = OutputData[J] = At;
  }
  return S.ForwardArena.reserve(A.forward_arena_bytes(Symbols), "arena", Error);
}

/// Is the input given and true that chooses between the model's uses? What is
/// wrong with it is Binding's to say.
static bool isTrue(const sinter_model &Model, const sinter_tensor *Inputs,
                   int32_t Count) {
  const sinter_artifact &A = Model.Artifact;
  if (!A.flag_use)
    return false;
  const sinter_tensor_info &Flag = A.inputs[A.flag_input];
  for (int32_t I = 0; I < Count; ++I) {
    const sinter_tensor &Input = Inputs[I];
    bool IsOne = Input.element == Flag.element && Input.rank == Flag.rank;
    for (int32_t D = 0; IsOne && D < Input.rank; ++D)
      IsOne = Input.dims && Input.dims[D] == 1;
    if (IsOne && Input.data && Input.name && !strcmp(Input.name, Flag.name))
      return *static_cast<const uint8_t *>(Input.data) != 0;
  }
  return false;
}

sinter_status sinter_session_forward(sinter_session *S,
                                     const sinter_tensor *Inputs, int32_t Count,
                                     const sinter_tensor **Out,
                                     sinter_error *Error) {
  if (Out)
    *Out = nullptr;
  if (!S || !Out || Count < 0 || (Count && !Inputs))
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_session_forward: session, inputs or outputs is null");
  const sinter_model &Model = *S->Model;
  if (!Model.Artifact.forward)
    return fail(Error, SINTER_UNSUPPORTED,
                "'%s' is a decoder without a forward entry: use step or "
                "generate",
                Model.Artifact.name);
  const sinter_artifact &A =
      isTrue(Model, Inputs, Count) ? Model.TrueUse : Model.Artifact;
  Binding B{*S, A, Error};
  if (sinter_status E = B.allocateRecords())
    return E;
  if (sinter_status E = B.matchNames(Inputs, Count))
    return E;
  if (sinter_status E = B.bindSymbols())
    return E;
  if (sinter_status E = B.checkShapes())
    return E;
  if (sinter_status E = B.placeOutputs())
    return E;
  sinter_call Call = {};
  Call.arena = S->ForwardArena.Data;
  Call.inputs = B.InputData;
  Call.outputs = B.OutputData;
  Call.dims = B.Symbols;
  if (sinter_status E = runCall(*S, A, A.forward, Call, Error))
    return E;
  *Out = B.Outputs;
  return succeed(Error);
}
