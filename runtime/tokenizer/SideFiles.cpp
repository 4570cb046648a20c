//===- SideFiles.cpp - what lies beside tokenizer.json --------------------===//
//
// Both files hold much that is for other programs, so unknown members are
// fine here; what is read is read strictly.
//
//===----------------------------------------------------------------------===//
#include "SideFiles.h"
#include "Json.h"
#include "Tokenizer.h"
#include "Utf8.h"

using namespace sinter::tokenizer;

/// "<s>" or {"content": "<s>", ...}
static std::string contentOf(const JsonView &J) {
  return J.isObject() ? J.at("content").string() : J.string();
}

static void readTemplate(const JsonView &J, std::optional<std::string> &Out) {
  if (J.isString()) {
    Out = J.string();
    return;
  }
  // A list of {"name", "template"}: the one called default.
  for (size_t I = 0; I < J.size(); ++I)
    if (J.element(I).at("name").string() == "default")
      Out = J.element(I).at("template").string();
}

static void readConfig(std::string_view Text, SideFiles &Out) {
  const auto Json = parseJson("tokenizer_config.json", Text);
  const JsonView J(Json, "tokenizer_config.json");
  for (const char *Role : {"bos_token", "eos_token", "unk_token", "sep_token",
                           "pad_token", "cls_token", "mask_token"})
    if (const auto Token = J.find(Role))
      Out.Special[Role] = contentOf(*Token);
  if (const auto Chat = J.find("chat_template"))
    readTemplate(*Chat, Out.ChatTemplate);
}

static void readGeneration(std::string_view Text, SideFiles &Out,
                           const Tokenizer &T) {
  const auto Json = parseJson("generation_config.json", Text);
  const JsonView J(Json, "generation_config.json");
  for (const char *Role : {"bos_token", "eos_token", "pad_token"}) {
    auto Id = J.find((std::string(Role) + "_id").c_str());
    if (!Id || Out.Special.count(Role) || (Id->isArray() && !Id->size()))
      continue;
    if (Id->isArray()) // several end ids: the first stands for the role
      Id = Id->element(0);
    std::string_view Token;
    if (T.tokenOf(Id->integer(0, INT32_MAX), Token))
      Out.Special[Role] = Token;
  }
}

void SideFiles::readChatTemplate(const sinter_tokenizer_files &Files) {
  if (Files.tokenizer_config)
    readConfig({Files.tokenizer_config, Files.tokenizer_config_bytes}, *this);
  if (!Files.chat_template)
    return;
  const std::string_view Chat(Files.chat_template, Files.chat_template_bytes);
  if (const size_t Valid = validPrefix(Chat); Valid != Chat.size())
    bad("chat_template.jinja: not UTF-8 at byte " + std::to_string(Valid));
  ChatTemplate = Chat;
}

void SideFiles::read(const sinter_tokenizer_files &Files, const Tokenizer &T) {
  readChatTemplate(Files);
  if (Files.generation_config)
    readGeneration({Files.generation_config, Files.generation_config_bytes},
                   *this, T);
}
