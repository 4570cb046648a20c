//===- WeightFile.cpp - writes the weight file ----------------------------===//
#include "lib/Target/WeightFile.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "lib/Target/Recipe.h"
#include "sinter/artifact.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA256.h"
#include <cstring>

using namespace mlir;
using namespace sinter;

namespace {
// Everything after the header goes through here, so that the digest is made
// while the bytes are at hand.
class DataStream {
public:
  DataStream(llvm::raw_ostream &os, uint64_t position)
      : os(os), position(position) {}

  void write(const char *data, uint64_t bytes) {
    hash.update(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(data), bytes));
    os.write(data, bytes);
    position += bytes;
  }
  void padTo(uint64_t offset) {
    static const char zeros[4096] = {};
    while (position < offset)
      write(zeros, std::min<uint64_t>(offset - position, sizeof(zeros)));
  }
  uint64_t getPosition() const { return position; }
  std::array<uint8_t, 32> getDigest() { return hash.final(); }

private:
  llvm::raw_ostream &os;
  llvm::SHA256 hash;
  uint64_t position;
};
} // namespace

static uint32_t fnv1a(llvm::StringRef bytes) {
  uint32_t hash = 2166136261u;
  for (unsigned char c : bytes)
    hash = (hash ^ c) * 16777619u;
  return hash;
}

static LogicalResult writeTables(ModuleOp use, ParamReader &params,
                                 uint64_t base, DataStream &stream) {
  for (auto table : use.getOps<TableOp>()) {
    uint64_t at = base + *table.getOffset();
    if (at < stream.getPosition())
      continue; // a use before has it
    for (Region &entry : table.getEntries()) {
      stream.padTo(at);
      auto value = evaluateRecipe(entry, params);
      if (failed(value))
        return failure();
      StridedView dense = makeContiguous(*value);
      stream.write(dense.data, dense.getNumElements() * dense.elementBytes);
      at += getTableStride(table);
    }
  }
  return success();
}

FailureOr<WeightFile> sinter::writeWeightFile(ModuleOp model,
                                              ParamReader &params,
                                              ArrayRef<SideFile> sideFiles,
                                              llvm::raw_pwrite_stream &os) {
  auto laidOut = assignTableOffsets(model);
  if (failed(laidOut))
    return failure();
  uint64_t paramBytes = *laidOut;

  SmallVector<sinter_section> sections;
  auto addSection = [&](StringRef name, uint64_t offset, uint64_t bytes) {
    sinter_section section = {};
    assert(name.size() < sizeof(section.name) && "names are ours");
    std::memcpy(section.name, name.data(), name.size());
    section.offset = offset;
    section.bytes = bytes;
    sections.push_back(section);
  };
  uint64_t headerBytes =
      llvm::alignTo(sizeof(sinter_weights_header) +
                        (1 + sideFiles.size()) * sizeof(sinter_section),
                    SINTER_WEIGHTS_PAGE);
  uint64_t offset = headerBytes;
  addSection("params", offset, paramBytes);
  offset += paramBytes;
  for (const SideFile &file : sideFiles) {
    offset = llvm::alignTo(offset, SINTER_ALIGNMENT);
    addSection(file.name, offset, file.content.size());
    offset += file.content.size();
  }

  os.write_zeros(headerBytes);
  DataStream stream(os, headerBytes);
  for (ModuleOp use : getUses(model))
    if (failed(writeTables(use, params, headerBytes, stream)))
      return failure();
  stream.padTo(headerBytes + paramBytes);
  for (auto [file, section] :
       llvm::zip_equal(sideFiles, ArrayRef(sections).drop_front())) {
    stream.padTo(section.offset);
    stream.write(file.content.data(), file.content.size());
  }

  WeightFile result;
  result.digest = stream.getDigest();
  result.bytes = stream.getPosition();
  sinter_weights_header header = {};
  header.magic = SINTER_WEIGHTS_MAGIC;
  header.header_size = headerBytes;
  header.abi_major = SINTER_ABI_MAJOR;
  header.abi_minor = SINTER_ABI_MINOR;
  header.file_bytes = result.bytes;
  std::copy(result.digest.begin(), result.digest.end(), header.digest);
  header.section_count = sections.size();
  std::string bytes(headerBytes, '\0');
  auto fill = [&] {
    std::memcpy(bytes.data(), &header, sizeof(header));
    std::memcpy(bytes.data() + sizeof(header), sections.data(),
                sections.size() * sizeof(sinter_section));
  };
  fill();
  header.header_checksum = fnv1a(bytes);
  fill();
  os.pwrite(bytes.data(), bytes.size(), 0);
  return result;
}
