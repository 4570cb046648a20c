//===- SideFiles.cpp - what lies beside a model ---------------------------===//
#include "lib/Pipeline/SideFiles.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <set>

using namespace sinter;
using llvm::StringRef;
namespace json = llvm::json;

static constexpr uint64_t maxSideFileBytes = 256u << 20;
static constexpr unsigned maxNesting = 100;

// The file's content, or nullopt when there is none.
static llvm::Expected<std::optional<std::string>> readFile(StringRef path) {
  llvm::sys::fs::file_status status;
  if (llvm::sys::fs::status(path, status) ||
      !llvm::sys::fs::is_regular_file(status))
    return std::nullopt;
  if (status.getSize() > maxSideFileBytes)
    return llvm::createStringError(
        "'%s' has %llu bytes; side files may have at most %llu",
        path.str().c_str(), (unsigned long long)status.getSize(),
        (unsigned long long)maxSideFileBytes);
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError("cannot read '%s': %s", path.str().c_str(),
                                   buffer.getError().message().c_str());
  return (*buffer)->getBuffer().str();
}

// Behind the JSON string whose quote stands at `begin`.
static size_t endOfString(StringRef text, size_t begin) {
  size_t i = begin + 1;
  while (i < text.size() && text[i] != '"')
    i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

// llvm::json recurses without a limit of its own.
static bool isNestedTooDeep(StringRef text) {
  unsigned depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"')
      i = endOfString(text, i) - 1;
    else if ((c == '[' || c == '{') && ++depth > maxNesting)
      return true;
    else if ((c == ']' || c == '}') && depth)
      --depth;
  }
  return false;
}

static llvm::Expected<json::Object> readObject(StringRef path, StringRef text) {
  if (isNestedTooDeep(text))
    return llvm::createStringError("'%s' nests deeper than %u levels",
                                   path.str().c_str(), maxNesting);
  auto value = json::parse(text);
  if (!value)
    return llvm::createStringError("'%s' is not JSON: %s", path.str().c_str(),
                                   llvm::toString(value.takeError()).c_str());
  if (!value->getAsObject())
    return llvm::createStringError("'%s' is not a JSON object",
                                   path.str().c_str());
  return std::move(*value->getAsObject());
}

// JSON without the spaces between its tokens: a fourth of a tokenizer.json is
// indentation. What is no JSON stays none, so that its reader refuses it.
static std::string withoutSpaces(StringRef text) {
  auto isSpace = [](char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  };
  auto isPunctuation = [](char c) { return StringRef("{}[]:,\"").contains(c); };
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (isSpace(text[i])) {
      while (i < text.size() && isSpace(text[i]))
        ++i;
      bool joins = !out.empty() && !isPunctuation(out.back()) &&
                   i < text.size() && !isPunctuation(text[i]);
      if (joins) // two numbers stay two
        out += ' ';
      continue;
    }
    size_t end = text[i] == '"' ? endOfString(text, i) : i + 1;
    out += text.slice(i, end);
    i = end;
  }
  return out;
}

// eos_token_id: a number or a list of numbers.
static void addEndIds(const json::Object *object, std::set<int64_t> &ids) {
  const json::Value *value = object ? object->get("eos_token_id") : nullptr;
  if (!value)
    return;
  auto add = [&](const json::Value &v) {
    if (auto id = v.getAsInteger(); id && *id >= 0)
      ids.insert(*id);
  };
  add(*value);
  if (const json::Array *list = value->getAsArray())
    for (const json::Value &v : *list)
      add(v);
}

llvm::Expected<SideFiles> sinter::readSideFiles(StringRef modelFolder,
                                                StringRef tokenizer) {
  SideFiles result;
  auto pathOf = [](StringRef folder, StringRef name) {
    llvm::SmallString<256> path(folder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  };
  std::string folder = tokenizer.empty() ? modelFolder.str() : tokenizer.str();
  if (!tokenizer.empty()) {
    if (!llvm::sys::fs::is_directory(folder))
      folder = llvm::sys::path::parent_path(tokenizer).str();
    std::string wanted = llvm::sys::fs::is_directory(tokenizer)
                             ? pathOf(folder, "tokenizer.json")
                             : tokenizer.str();
    if (!llvm::sys::fs::exists(wanted))
      return llvm::createStringError(
          "--tokenizer: there is no '%s'; give a tokenizer.json or a folder "
          "that holds one",
          wanted.c_str());
  }

  for (StringRef name :
       {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}) {
    std::string path = pathOf(folder, name);
    if (name == "tokenizer.json" && !tokenizer.empty() &&
        !llvm::sys::fs::is_directory(tokenizer))
      path = tokenizer.str();
    auto text = readFile(path);
    if (!text)
      return text.takeError();
    if (!*text)
      continue;
    bool isJson = name.ends_with(".json");
    result.sections.push_back(
        {name.str(), isJson ? withoutSpaces(**text) : std::move(**text)});
    result.read.push_back(path);
  }

  std::set<int64_t> ends;
  for (StringRef name :
       {"generation_config.json", "genai_config.json", "config.json"}) {
    std::string path = pathOf(modelFolder, name);
    auto text = readFile(path);
    if (!text)
      return text.takeError();
    if (!*text)
      continue;
    auto object = readObject(path, **text);
    if (!object)
      return object.takeError();
    result.read.push_back(path);
    const json::Object *model = object->getObject("model");
    // The first file that says something decides: generation_config.json may
    // leave out an id on purpose that config.json still lists.
    if (ends.empty()) {
      addEndIds(&*object, ends);
      addEndIds(model, ends);
    }
    auto length = object->getInteger("max_position_embeddings");
    if (!length)
      length = object->getInteger("n_positions");
    if (!length && model)
      length = model->getInteger("context_length");
    if (length && *length > 0 && !result.maxLength)
      result.maxLength = *length;
  }
  result.endIds.assign(ends.begin(), ends.end());
  return result;
}
