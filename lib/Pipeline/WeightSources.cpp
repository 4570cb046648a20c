//===- WeightSources.cpp - the weight files that IR on disk refers to -----===//
#include "lib/Pipeline/WeightSources.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/Interpreter/ParamReader.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <set>

using namespace mlir;
using namespace sinter;

static constexpr StringRef folderAttrName = "sinter.folder";
static constexpr StringRef digestsAttrName = "sinter.digests";

static std::set<std::string> getFiles(ModuleOp module) {
  std::set<std::string> files;
  module.walk([&](ParamOp param) { files.insert(param.getFile().str()); });
  return files;
}

static llvm::Expected<std::string> digest(FileParamReader &reader,
                                          StringRef file) {
  auto content = reader.readWhole(file);
  if (!content)
    return content.takeError();
  llvm::BLAKE3 hash;
  hash.update(StringRef(content->data.data(), content->data.size()));
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

static llvm::SmallString<256> makeAbsolute(StringRef path) {
  llvm::SmallString<256> result(path.empty() ? "." : path);
  (void)llvm::sys::fs::make_absolute(result);
  llvm::sys::path::remove_dots(result, true);
  return result;
}

static std::string makeRelative(StringRef folder, StringRef base) {
  llvm::SmallString<256> from = makeAbsolute(base), to = makeAbsolute(folder);
  llvm::SmallString<256> relative;
  auto a = llvm::sys::path::begin(from), aEnd = llvm::sys::path::end(from);
  auto b = llvm::sys::path::begin(to), bEnd = llvm::sys::path::end(to);
  for (; a != aEnd && b != bEnd && *a == *b; ++a, ++b)
    ;
  for (; a != aEnd; ++a)
    llvm::sys::path::append(relative, "..");
  for (; b != bEnd; ++b)
    llvm::sys::path::append(relative, *b);
  return relative.empty() ? "." : relative.str().str();
}

llvm::Error sinter::recordWeightSources(ModuleOp module, StringRef modelFolder,
                                        StringRef outputFolder) {
  Builder b(module.getContext());
  module->setAttr(folderAttrName,
                  b.getStringAttr(makeRelative(modelFolder, outputFolder)));
  FileParamReader reader(modelFolder);
  SmallVector<NamedAttribute> digests;
  for (const std::string &file : getFiles(module)) {
    auto hex = digest(reader, file);
    if (!hex)
      return hex.takeError();
    digests.push_back(b.getNamedAttr(file, b.getStringAttr(*hex)));
  }
  module->setAttr(digestsAttrName, b.getDictionaryAttr(digests));
  return llvm::Error::success();
}

std::string sinter::getWeightFolder(ModuleOp module, StringRef inputFolder) {
  llvm::SmallString<256> path(inputFolder);
  if (auto folder = module->getAttrOfType<StringAttr>(folderAttrName))
    llvm::sys::path::append(path, folder.getValue());
  return path.str().str();
}

llvm::Error sinter::checkWeightSources(ModuleOp module, StringRef modelFolder) {
  auto digests = module->getAttrOfType<DictionaryAttr>(digestsAttrName);
  if (!digests)
    return llvm::Error::success();
  FileParamReader reader(modelFolder);
  for (const std::string &file : getFiles(module)) {
    auto wanted = digests.getAs<StringAttr>(file);
    if (!wanted)
      continue;
    auto hex = digest(reader, file);
    if (!hex)
      return hex.takeError();
    if (*hex != wanted.getValue())
      return llvm::createStringError(
          "weights file '%s' in '%s' is not the one that this IR was made "
          "from: write the IR again from the model",
          file.c_str(), modelFolder.str().c_str());
  }
  return llvm::Error::success();
}
