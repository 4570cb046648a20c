//===- Info.cpp - sinter-run info: what a model says about itself ---------===//
#include "Model.h"
#include "Text.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

using namespace sinter::run;
using Json = nlohmann::ordered_json;

static const char *elementName(sinter_element Element) {
  switch (Element) {
  case SINTER_ELEMENT_F32:
    return "float32";
  case SINTER_ELEMENT_U8:
    return "uint8";
  case SINTER_ELEMENT_I8:
    return "int8";
  case SINTER_ELEMENT_U16:
    return "uint16";
  case SINTER_ELEMENT_I16:
    return "int16";
  case SINTER_ELEMENT_I32:
    return "int32";
  case SINTER_ELEMENT_I64:
    return "int64";
  case SINTER_ELEMENT_BOOL:
    return "bool";
  case SINTER_ELEMENT_F16:
    return "float16";
  case SINTER_ELEMENT_F64:
    return "float64";
  case SINTER_ELEMENT_U32:
    return "uint32";
  case SINTER_ELEMENT_U64:
    return "uint64";
  case SINTER_ELEMENT_BF16:
    return "bfloat16";
  }
  return "?";
}

static std::string describe(const sinter_artifact &A,
                            const sinter_tensor_info &T) {
  std::string Text = std::string(T.name) + ": " + elementName(T.element) + "[";
  for (int32_t D = 0; D < T.rank; ++D) {
    const sinter_dim &Dim = T.dims[D];
    Text += D ? ", " : "";
    Text += Dim.size >= 0     ? std::to_string(Dim.size)
            : Dim.symbol >= 0 ? A.symbols[Dim.symbol]
                              : "?";
  }
  return Text + "]";
}

static Json collect(const Model &M) {
  const sinter_artifact &A = *sinter_model_artifact(M.get());
  Json Out;
  Out["abi"] = std::to_string(A.abi_major) + "." + std::to_string(A.abi_minor);
  Out["target"] = A.target;
  Out["variant"] = A.target; // an object has one variant so far
  Out["entries"] = Json::array();
  if (A.step)
    Out["entries"].push_back("step");
  if (A.forward)
    Out["entries"].push_back("forward");
  Out["vocab"] = A.vocab_size;
  Out["max_length"] = A.max_length;
  Out["weights_bytes"] = A.weights_bytes;
  Out["cache_bytes"] = A.cache_bytes;
  Out["arena_bytes"] = A.step_arena_bytes;
  const std::string Kind = tokenizerKind(M);
  Out["tokenizer"] = Kind.empty() ? Json() : Json(Kind);
  std::string Digest;
  for (uint8_t Byte : A.weights_digest) {
    char Hex[3];
    std::snprintf(Hex, sizeof(Hex), "%02x", Byte);
    Digest += Hex;
  }
  Out["digest"] = Digest;
  return Out;
}

static void runInfo(const std::string &Path, bool Verify, const Globals &G) {
  Model M = openModel(Path, G);
  if (Verify) {
    sinter_error Error;
    check(sinter_model_verify(M.get(), &Error), Error);
  }
  const Json Info = collect(M);
  if (G.Json) {
    std::printf("%s\n", Info.dump().c_str());
    return;
  }
  const sinter_artifact &A = *sinter_model_artifact(M.get());
  std::printf("name           %s\ncompiler       %s\n", A.name, A.compiler);
  for (const auto &[Key, Value] : Info.items())
    std::printf("%-14s %s\n", Key.c_str(),
                Value.is_string() ? Value.get<std::string>().c_str()
                                  : Value.dump().c_str());
  if (A.forward) {
    for (int32_t I = 0; I < A.input_count; ++I)
      std::printf("input          %s\n", describe(A, A.inputs[I]).c_str());
    for (int32_t I = 0; I < A.output_count; ++I)
      std::printf("output         %s\n", describe(A, A.outputs[I]).c_str());
  }
  if (Verify)
    std::printf("verified       every byte of the weights\n");
}

void sinter::run::addInfo(CLI::App &App, Globals &G) {
  struct Arguments {
    std::string Path;
    bool Verify = false;
  };
  auto A = std::make_shared<Arguments>();
  CLI::App *Command = App.add_subcommand("info", "Say what a model is");
  Command->add_option("model", A->Path, "MODEL.so")->required();
  Command->add_flag("--verify", A->Verify, "Read every byte of the weights");
  Command->callback([A, &G] { runInfo(A->Path, A->Verify, G); });
}
