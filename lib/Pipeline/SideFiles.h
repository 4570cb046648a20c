//===- SideFiles.h - what lies beside a model -----------------------------===//
//
// tokenizer.json, tokenizer_config.json, chat_template.jinja travel with the
// artifact; generation_config.json, config.json and genai_config.json give end
// ids and lengths. All are optional and hostile: sizes are bounded, values
// checked.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PIPELINE_SIDEFILES_H
#define SINTER_PIPELINE_SIDEFILES_H

#include "lib/Target/WeightFile.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace sinter {

struct SideFiles {
  std::vector<SideFile> sections;   // for the weight file
  std::vector<std::string> read;    // paths, for -v and the depfile
  std::vector<int64_t> endIds;      // distinct, ascending
  std::optional<int64_t> maxLength; // of config.json or genai_config.json
};

/// Reads what is there in the model's folder; the tokenizer from `tokenizer`
/// (a folder or a tokenizer.json) when it is not empty.
llvm::Expected<SideFiles> readSideFiles(llvm::StringRef modelFolder,
                                        llvm::StringRef tokenizer);

} // namespace sinter
#endif
