//===- SideFiles.h - what lies beside tokenizer.json ------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_SIDEFILES_H
#define SINTER_RUNTIME_TOKENIZER_SIDEFILES_H

#include "sinter/tokenizer.h"

#include <map>
#include <optional>
#include <string>

namespace sinter::tokenizer {

class Tokenizer;

struct SideFiles {
  /// "bos_token" -> "<s>" ...
  std::map<std::string, std::string, std::less<>> Special;
  std::optional<std::string> ChatTemplate;

  /// Reads tokenizer_config.json (names), generation_config.json (ids, for the
  /// roles that the first leaves out) and chat_template.jinja.
  void read(const sinter_tokenizer_files &Files, const Tokenizer &T);

  /// Only the chat template.
  void readChatTemplate(const sinter_tokenizer_files &Files);
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_SIDEFILES_H
