//===- Forward.cpp - sinter-run forward: .npy in, .npy out ----------------===//
#include "Interrupt.h"
#include "Model.h"
#include "Npy.h"
#include "OutputFile.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <sys/stat.h>

using namespace sinter::run;

namespace {
struct Arguments {
  std::string Path, Folder;
  std::vector<std::string> Inputs;
};
} // namespace

/// The input that "NAME=FILE" names. NAME and FILE may hold '=', so the names
/// of the model decide.
static const sinter_tensor_info &inputOf(const std::string &Argument,
                                         const sinter_artifact &A) {
  std::string Names;
  for (int32_t I = 0; I < A.input_count; ++I) {
    const std::string Name = A.inputs[I].name;
    if (!Argument.compare(0, Name.size() + 1, Name + "="))
      return A.inputs[I];
    Names += (I ? ", " : "") + Name;
  }
  throw Failure("--input '" + Argument +
                "': want NAME=FILE.npy; the model's inputs are " + Names);
}

/// A file name that stays inside the folder, whatever the graph's name is.
static std::string fileName(const std::string &Name, int32_t Index,
                            std::set<std::string> &Taken) {
  std::string Safe;
  for (char C : Name.substr(0, 200))
    Safe += std::isalnum(static_cast<unsigned char>(C)) || C == '-' ||
                    C == '_' || (C == '.' && !Safe.empty())
                ? C
                : '_';
  if (Safe.empty() || !Taken.insert(Safe).second)
    Safe += "_" + std::to_string(Index);
  Taken.insert(Safe);
  return Safe + ".npy";
}

static void makeFolder(const std::string &Folder) {
  struct stat Stat;
  if (!mkdir(Folder.c_str(), 0777) ||
      (!stat(Folder.c_str(), &Stat) && S_ISDIR(Stat.st_mode)))
    return;
  throw Failure("cannot write to the folder " + Folder + ": " +
                std::strerror(errno));
}

static void runForward(const Arguments &A, const Globals &G) {
  const Model M = openModel(A.Path, G);
  const sinter_artifact &Artifact = *sinter_model_artifact(M.get());
  std::vector<Array> Arrays;
  std::vector<sinter_tensor> Inputs;
  Arrays.reserve(A.Inputs.size());
  for (const std::string &Argument : A.Inputs) {
    const sinter_tensor_info &Info = inputOf(Argument, Artifact);
    const std::string File = Argument.substr(std::strlen(Info.name) + 1);
    Arrays.push_back(readNpy(File, Info.element));
    Array &Value = Arrays.back();
    Inputs.push_back({Info.name, Value.Element, int32_t(Value.Shape.size()),
                      Value.Shape.data(), Value.Data.data()});
  }
  const Session S = createSession(M, G);
  const sinter_tensor *Outputs;
  sinter_error Error;
  check(sinter_session_forward(S.get(), Inputs.data(), int32_t(Inputs.size()),
                               &Outputs, &Error),
        Error);
  makeFolder(A.Folder);
  // All are written before the first gets its name.
  std::vector<std::unique_ptr<OutputFile>> Files;
  std::set<std::string> Taken;
  nlohmann::ordered_json Paths = nlohmann::ordered_json::array();
  for (int32_t I = 0; I < Artifact.output_count; ++I) {
    const sinter_tensor &T = Outputs[I];
    const std::vector<int64_t> Shape(T.dims, T.dims + T.rank);
    uint64_t Bytes = sinter_element_size(T.element);
    for (int64_t Dim : Shape)
      Bytes *= uint64_t(Dim);
    const std::string Path = A.Folder + "/" + fileName(T.name, I, Taken);
    const std::string Header = npyHeader(T.element, Shape);
    Files.push_back(std::make_unique<OutputFile>(Path));
    Files.back()->write(Header.data(), Header.size());
    Files.back()->write(T.data, Bytes);
    Paths.push_back(Path);
  }
  for (const auto &File : Files)
    File->commit();
  if (G.Json)
    std::printf("%s\n",
                nlohmann::ordered_json{{"outputs", Paths}}.dump().c_str());
}

void sinter::run::addForward(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  CLI::App *Command =
      App.add_subcommand("forward", "Run a whole model on .npy files");
  Command->add_option("model", A->Path, "MODEL.so")->required();
  Command
      ->add_option("--input", A->Inputs, "NAME=FILE.npy, once for each input")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  Command->add_option("-o,--output", A->Folder, "Folder for NAME.npy")
      ->required();
  Command->callback([A, &G] { runForward(*A, G); });
}
