//===- WireFormat.cpp - take big tensors out of a serialized model --------===//
#include "lib/Importer/WireFormat.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/ArrayRef.h"

using namespace sinter;
using llvm::StringRef;
using onnx::TensorProto;

namespace {
/// Messages on the way from a model to its tensors; all else is copied.
enum class Message { model, function, graph, node, attribute, tensor, other };

struct Child {
  Message parent;
  uint32_t field;
  Message message;
};
constexpr Child children[] = {
    {Message::model, 7, Message::graph},
    {Message::model, 25, Message::function},
    {Message::function, 7, Message::node},
    {Message::graph, 1, Message::node},
    {Message::graph, 5, Message::tensor},
    {Message::node, 5, Message::attribute},
    {Message::attribute, 5, Message::tensor},
    {Message::attribute, 6, Message::graph},
    {Message::attribute, 10, Message::tensor},
    {Message::attribute, 11, Message::graph},
};

constexpr unsigned maxDepth = 64;

struct Field {
  uint32_t number = 0, wireType = 0;
  StringRef whole;   // tag and payload
  StringRef payload; // of a length-delimited field
  uint64_t varint = 0;
};

bool isFloat(uint64_t type) {
  return type == TensorProto::FLOAT || type == TensorProto::FLOAT16 ||
         type == TensorProto::BFLOAT16 || type == TensorProto::DOUBLE;
}

class Stripper {
public:
  explicit Stripper(StringRef file) : file(file) {}
  bool rewrite(Message message, StringRef in, std::string &out, unsigned depth);
  std::string error;

private:
  bool next(StringRef &in, Field &field);
  bool readVarint(StringRef &in, uint64_t &value);
  bool rewriteTensor(StringRef in, std::string &out);
  bool fail(StringRef at, const char *what) {
    error = std::string(what) + " at byte " +
            std::to_string(at.data() - file.data());
    return false;
  }
  StringRef file;
};

void writeVarint(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += char(value | 0x80);
  out += char(value);
}

void writeBytes(std::string &out, uint32_t field, StringRef bytes) {
  writeVarint(out, uint64_t(field) << 3 | 2);
  writeVarint(out, bytes.size());
  out.append(bytes.data(), bytes.size());
}
} // namespace

bool Stripper::readVarint(StringRef &in, uint64_t &value) {
  value = 0;
  for (unsigned i = 0; i < 10; ++i) {
    if (in.empty())
      return fail(in, "the file ends inside a number");
    uint8_t byte = in.front();
    in = in.drop_front();
    value |= uint64_t(byte & 0x7f) << (7 * i);
    if (!(byte & 0x80))
      return true;
  }
  return fail(in, "a number has more than 10 bytes");
}

bool Stripper::next(StringRef &in, Field &field) {
  StringRef start = in;
  uint64_t tag;
  if (!readVarint(in, tag))
    return false;
  field.wireType = tag & 7;
  if (tag >> 3 == 0 || tag >> 3 > (1u << 29) - 1)
    return fail(start, "a field number is out of range");
  field.number = tag >> 3;
  uint64_t size = 0;
  switch (field.wireType) {
  case 0:
    if (!readVarint(in, field.varint))
      return false;
    break;
  case 1:
    size = 8;
    break;
  case 2:
    if (!readVarint(in, size))
      return false;
    break;
  case 5:
    size = 4;
    break;
  default: // groups: never in ONNX
    return fail(start, "a field has an unknown wire type");
  }
  if (size > in.size())
    return fail(start, "a field is longer than the file");
  field.payload = in.take_front(size);
  in = in.drop_front(size);
  field.whole = start.drop_back(in.size());
  return true;
}

bool Stripper::rewriteTensor(StringRef in, std::string &out) {
  uint64_t type = 0;
  StringRef payload;
  uint32_t payloadField = 0;
  unsigned payloads = 0;
  bool external = false;
  Field field;
  for (StringRef rest = in; !rest.empty();) {
    if (!next(rest, field))
      return false;
    if (field.number == 2 && field.wireType == 0)
      type = field.varint;
    external |= field.number == 13 || field.number == 14;
    // raw_data, and packed float_data and double_data, which are laid out like
    // it in the file.
    if (field.wireType == 2 &&
        (field.number == 9 || field.number == 4 || field.number == 10)) {
      payload = field.payload;
      payloadField = field.number;
      ++payloads;
    }
  }
  bool layout = payloadField == 9 ||
                (payloadField == 4 && type == TensorProto::FLOAT) ||
                (payloadField == 10 && type == TensorProto::DOUBLE);
  uint64_t limit = isFloat(type) ? bigFloatTensorBytes + 1 : bigTensorBytes;
  if (payloads != 1 || external || !layout || payload.size() < limit) {
    out.append(in.data(), in.size());
    return true;
  }
  for (StringRef rest = in; !rest.empty();) {
    next(rest, field);
    if (field.number != payloadField)
      out.append(field.whole.data(), field.whole.size());
  }
  std::string place = std::to_string(payload.data() - file.data()) + ":" +
                      std::to_string(payload.size());
  std::string entry;
  writeBytes(entry, 1, embeddedKey);
  writeBytes(entry, 2, place);
  writeBytes(out, 13, entry);
  writeVarint(out, 14 << 3);
  writeVarint(out, TensorProto::EXTERNAL);
  return true;
}

bool Stripper::rewrite(Message message, StringRef in, std::string &out,
                       unsigned depth) {
  if (depth > maxDepth)
    return fail(in, "graphs are nested too deep");
  if (message == Message::tensor)
    return rewriteTensor(in, out);
  while (!in.empty()) {
    Field field;
    if (!next(in, field))
      return false;
    Message child = Message::other;
    if (field.wireType == 2)
      for (const Child &c : children)
        if (c.parent == message && c.field == field.number)
          child = c.message;
    if (child == Message::other) {
      out.append(field.whole.data(), field.whole.size());
      continue;
    }
    std::string inner;
    if (!rewrite(child, field.payload, inner, depth + 1))
      return false;
    writeBytes(out, field.number, inner);
  }
  return true;
}

std::optional<std::string> sinter::stripBigTensors(StringRef model,
                                                   std::string &error) {
  Stripper stripper(model);
  std::string out;
  if (!stripper.rewrite(Message::model, model, out, 0)) {
    error = stripper.error;
    return std::nullopt;
  }
  return out;
}
