//===- Tokenize.cpp - sinter-run tokenize and detokenize ------------------===//
//
// Both take a compiled model, which carries its tokenizer, a tokenizer.json or
// the folder where one lies.
//
//===----------------------------------------------------------------------===//
#include "Model.h"
#include "Prompt.h"
#include "sinter/tokenizer.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <unistd.h>

using namespace sinter::run;

namespace {

struct Arguments {
  std::string Path, Text, File, Ids;
  bool HasFile = false, NoSpecial = false;
};

struct CloseTokenizer {
  void operator()(sinter_tokenizer *T) const { sinter_tokenizer_close(T); }
};

struct Opened {
  std::unique_ptr<sinter_tokenizer, CloseTokenizer> Tokenizer;
  int64_t Vocab; ///< ids below this are the model's
};

bool isElf(const std::string &Path) {
  std::FILE *File = std::fopen(Path.c_str(), "rb");
  char Magic[4] = {};
  if (File) {
    const size_t Got = std::fread(Magic, 1, 4, File);
    std::fclose(File);
    return Got == 4 && std::string_view(Magic, 4) == "\x7f"
                                                     "ELF";
  }
  return false;
}

Opened openTokenizer(std::string Path, const Globals &G) {
  Opened Out;
  std::string Json;
  Out.Vocab = 0;
  std::error_code Ignored;
  if (std::filesystem::is_directory(Path, Ignored))
    Path += "/tokenizer.json";
  if (isElf(Path)) {
    const Model M = openModel(Path, G);
    Json = section(M, "tokenizer.json");
    if (Json.empty())
      throw Failure(Path + ": the model has no tokenizer: name a "
                           "tokenizer.json instead, or compile it with "
                           "sinterc --tokenizer");
    Out.Vocab = sinter_model_artifact(M.get())->vocab_size;
  } else {
    Json = readFile(Path);
  }
  sinter_error Error;
  sinter_tokenizer *T;
  if (sinter_tokenizer_open(Json.data(), Json.size(), nullptr, &T, &Error))
    throw Failure(Path + ": " + Error.message);
  Out.Tokenizer.reset(T);
  Out.Vocab = std::max(Out.Vocab, sinter_tokenizer_vocab_size(T));
  return Out;
}

void tokenize(const Arguments &A, const Globals &G) {
  const Opened O = openTokenizer(A.Path, G);
  const std::string Text = A.HasFile ? readFile(A.File) : A.Text;
  int64_t *Ids, Count;
  sinter_error Error;
  check(sinter_tokenizer_encode(O.Tokenizer.get(), Text.data(), Text.size(),
                                !A.NoSpecial, &Ids, &Count, &Error),
        Error);
  std::string Line;
  for (int64_t I = 0; I < Count; ++I)
    Line += (I ? "," : "") + std::to_string(Ids[I]);
  sinter_ids_free(Ids);
  if (G.Json)
    Line = "{\"ids\":[" + Line + "]}";
  std::printf("%s\n", Line.c_str());
}

void detokenize(const Arguments &A, const Globals &G) {
  std::string List = A.HasFile ? readFile(A.File) : A.Ids;
  // A file may end in a newline and have spaces and newlines between.
  if (A.HasFile) {
    std::replace(List.begin(), List.end(), '\n', ' ');
    List.erase(List.find_last_not_of(' ') + 1);
    for (size_t I = 0; I < List.size(); ++I)
      if (List[I] == ' ' && I && List[I - 1] != ',' && List[I - 1] != ' ')
        List[I] = ',';
  }
  const std::vector<int64_t> Ids =
      List.empty() ? std::vector<int64_t>()
                   : parseIds(List, A.HasFile ? "--file" : "--ids");
  const Opened O = openTokenizer(A.Path, G);
  for (const int64_t Id : Ids)
    if (Id < 0 || Id >= O.Vocab)
      throw Failure("id " + std::to_string(Id) +
                    " is out of range: the vocabulary has ids 0 to " +
                    std::to_string(O.Vocab - 1));
  char *Text;
  uint64_t Bytes;
  sinter_error Error;
  check(sinter_tokenizer_decode(O.Tokenizer.get(), Ids.data(),
                                int64_t(Ids.size()), !A.NoSpecial, &Text,
                                &Bytes, &Error),
        Error);
  const std::string Out(Text, Bytes);
  sinter_text_free(Text);
  if (G.Json) {
    std::printf("%s\n", nlohmann::json{{"text", Out}}.dump().c_str());
    return;
  }
  // The bytes alone, so that a file gets exactly the text.
  std::fwrite(Out.data(), 1, Out.size(), stdout);
  if (isatty(STDOUT_FILENO))
    std::fputc('\n', stdout);
}

} // namespace

void sinter::run::addTokenize(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  CLI::App *Command = App.add_subcommand("tokenize", "Text to ids");
  Command->add_option("model", A->Path, "MODEL.so or tokenizer.json")
      ->required();
  CLI::Option_group *Input = Command->add_option_group("text");
  Input->add_option("--text", A->Text, "The text");
  Input->add_option("-f,--file", A->File, "A file with the text, - is stdin")
      ->each([A](const std::string &) { A->HasFile = true; });
  Input->require_option(1);
  Command->add_flag("--no-special", A->NoSpecial,
                    "Add no special tokens around the text");
  Command->callback([A, &G] { tokenize(*A, G); });
}

void sinter::run::addDetokenize(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  CLI::App *Command = App.add_subcommand("detokenize", "Ids to text");
  Command->add_option("model", A->Path, "MODEL.so or tokenizer.json")
      ->required();
  CLI::Option_group *Input = Command->add_option_group("ids");
  Input->add_option("--ids", A->Ids, "The ids: 1,2,3");
  Input->add_option("-f,--file", A->File, "A file with the ids, - is stdin")
      ->each([A](const std::string &) { A->HasFile = true; });
  Input->require_option(1);
  Command->add_flag("--no-special", A->NoSpecial, "Leave special tokens out");
  Command->callback([A, &G] { detokenize(*A, G); });
}
