//===- ChatTemplate.cpp - the template that travels with a model ----------===//
#include "lib/Pipeline/ChatTemplate.h"
#include "sinter/tokenizer.h"
#include <memory>

using namespace sinter;
using llvm::StringRef;

static StringRef findSection(const SideFiles &files, StringRef name) {
  for (const SideFile &file : files.sections)
    if (file.name == name)
      return file.content;
  return {};
}

llvm::Error sinter::checkChatTemplate(const SideFiles &files) {
  StringRef config = findSection(files, "tokenizer_config.json");
  StringRef chat = findSection(files, "chat_template.jinja");
  sinter_tokenizer_files given = {};
  given.size = sizeof(given);
  given.tokenizer_config = config.data();
  given.tokenizer_config_bytes = config.size();
  given.chat_template = chat.data();
  given.chat_template_bytes = chat.size();

  sinter_error error;
  char *text;
  uint64_t bytes;
  if (sinter_chat_template_find(&given, &text, &bytes, &error))
    return llvm::createStringError(error.message);
  std::unique_ptr<char, decltype(&sinter_text_free)> owner(text,
                                                           sinter_text_free);
  if (!text)
    return llvm::Error::success();
  sinter_chat_template *parsed;
  sinter_status status =
      sinter_chat_template_parse(text, bytes, &parsed, &error);
  sinter_chat_template_close(parsed);
  if (!status)
    return llvm::Error::success();
  StringRef where = chat.data() ? "chat_template.jinja"
                                : "\"chat_template\" in tokenizer_config.json";
  return llvm::createStringError(
      "%s; change %s or remove it (docs/chat-templates.md has what is "
      "supported)",
      error.message, where.str().c_str());
}
