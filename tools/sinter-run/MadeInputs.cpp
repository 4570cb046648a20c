//===- MadeInputs.cpp - inputs to measure a model with --------------------===//
#include "MadeInputs.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace sinter::run;

/// "batch=1,sequence=128" as the sizes of the model's symbols.
static std::vector<int64_t> parseDims(const std::string &Text,
                                      const sinter_artifact &A) {
  std::vector<int64_t> Sizes(size_t(A.symbol_count), -1);
  for (size_t At = 0; At < Text.size();) {
    const size_t End = std::min(Text.find(',', At), Text.size());
    const std::string Part = Text.substr(At, End - At);
    const size_t Equal = Part.rfind('=');
    char *Last = nullptr;
    const long long Size =
        Equal == std::string::npos
            ? -1
            : std::strtoll(Part.c_str() + Equal + 1, &Last, 10);
    if (Size < 0 || Size > INT32_MAX || *Last || Last[-1] == '=')
      throw UsageError("--dims '" + Part + "': want NAME=SIZE");
    bool Found = false;
    for (int32_t I = 0; I < A.symbol_count; ++I)
      if (Part.substr(0, Equal) == A.symbols[I])
        Sizes[size_t(I)] = Size, Found = true;
    if (!Found)
      throw Failure("--dims '" + Part +
                    "': the model has no such dimension; "
                    "see sinter-run info");
    At = End + 1;
  }
  for (int32_t I = 0; I < A.symbol_count; ++I)
    if (Sizes[size_t(I)] < 0)
      throw Failure(std::string("--dims: say how large '") + A.symbols[I] +
                    "' is");
  return Sizes;
}

/// Ones for integers (ids and masks), small numbers for floats.
static void fill(sinter_element Element, std::vector<unsigned char> &Data) {
  const size_t Size = sinter_element_size(Element);
  for (size_t I = 0; I < Data.size() / Size; ++I) {
    const float Small = float(I % 17) / 16 - 0.5f;
    const double Wide = Small;
    const uint32_t Half = 0x3800; // 0.5 in f16, a tiny number in bf16
    const int64_t One = 1;
    const void *From = &One;
    if (Element == SINTER_ELEMENT_F32)
      From = &Small;
    else if (Element == SINTER_ELEMENT_F64)
      From = &Wide;
    else if (Element == SINTER_ELEMENT_F16 || Element == SINTER_ELEMENT_BF16)
      From = &Half;
    std::memcpy(Data.data() + I * Size, From, Size);
  }
}

MadeInputs::MadeInputs(const sinter_artifact &Model, const std::string &Dims) {
  const sinter_artifact &A = useOf(Model);
  Symbols = parseDims(Dims, A);
  size_t Count = 0;
  for (int32_t I = 0; I < A.input_count; ++I)
    Count += size_t(A.inputs[I].rank);
  for (int32_t I = 0; I < A.output_count; ++I)
    Count += size_t(A.outputs[I].rank);
  Shapes.resize(Count + 1);
  A.forward_shapes(Symbols.data(), Shapes.data());
  const int64_t *Shape = Shapes.data();
  for (int32_t I = 0; I < A.input_count; ++I) {
    const sinter_tensor_info &Info = A.inputs[I];
    uint64_t Bytes = sinter_element_size(Info.element);
    for (int32_t D = 0; D < Info.rank; ++D)
      if (__builtin_mul_overflow(Bytes, uint64_t(Shape[D]), &Bytes) ||
          Bytes > uint64_t(1) << 40)
        throw Failure(std::string("--dims: input '") + Info.name +
                      "' is larger than 2^40 bytes");
    Data.emplace_back(Bytes);
    fill(Info.element, Data.back());
    Tensors.push_back(
        {Info.name, Info.element, Info.rank, Shape, Data.back().data()});
    Shape += Info.rank;
  }
}
