//===- Npy.cpp - NumPy's .npy files ---------------------------------------===//
//
// The header is a Python dict literal: {'descr': '<f4', 'fortran_order':
// False, 'shape': (2, 3), }. It is read by a small strict parser, because the
// files are hostile until checked.
//
//===----------------------------------------------------------------------===//
#include "Npy.h"
#include "Commands.h"
#include "Prompt.h"
#include "sinter/runtime.h"

#include <cstring>

using namespace sinter::run;

static const struct {
  const char *Descr;
  sinter_element Element;
} Types[] = {{"<f4", SINTER_ELEMENT_F32},  {"|u1", SINTER_ELEMENT_U8},
             {"|i1", SINTER_ELEMENT_I8},   {"<u2", SINTER_ELEMENT_U16},
             {"<i2", SINTER_ELEMENT_I16},  {"<i4", SINTER_ELEMENT_I32},
             {"<i8", SINTER_ELEMENT_I64},  {"|b1", SINTER_ELEMENT_BOOL},
             {"<f2", SINTER_ELEMENT_F16},  {"<f8", SINTER_ELEMENT_F64},
             {"<u4", SINTER_ELEMENT_U32},  {"<u8", SINTER_ELEMENT_U64},
             {"<V2", SINTER_ELEMENT_BF16}, {"|V2", SINTER_ELEMENT_BF16}};

namespace {
/// Reads the dict literal of one header.
class HeaderParser {
public:
  HeaderParser(const std::string &Path, std::string_view Text)
      : Path(Path), Text(Text) {}

  std::string Descr;
  bool Fortran = false;
  std::vector<int64_t> Shape;

  void parse() {
    bool Seen[3] = {};
    expect('{');
    while (!take('}')) {
      const std::string Key = quoted();
      expect(':');
      const int Index = Key == "descr"           ? 0
                        : Key == "fortran_order" ? 1
                        : Key == "shape"         ? 2
                                                 : -1;
      if (Index < 0 || Seen[Index])
        fail("has an unknown or repeated key '" + Key + "'");
      Seen[Index] = true;
      if (Index == 0)
        Descr = quoted();
      else if (Index == 1)
        Fortran = boolean();
      else
        Shape = tuple();
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skipSpace();
    if (At != Text.size())
      fail("has something behind its dict");
    if (!Seen[0] || !Seen[1] || !Seen[2])
      fail("lacks descr, fortran_order or shape");
  }

private:
  [[noreturn]] void fail(const std::string &What) {
    throw Failure(Path + ": the .npy header " + What + " (offset " +
                  std::to_string(At) + " of the header)");
  }
  void skipSpace() {
    while (At < Text.size() && (Text[At] == ' ' || Text[At] == '\n'))
      ++At;
  }
  bool take(char C) {
    skipSpace();
    if (At >= Text.size() || Text[At] != C)
      return false;
    ++At;
    return true;
  }
  void expect(char C) {
    if (!take(C))
      fail(std::string("is damaged: '") + C + "' is missing");
  }
  std::string quoted() {
    skipSpace();
    const char Quote = At < Text.size() ? Text[At] : 0;
    if (Quote != '\'' && Quote != '"')
      fail("is damaged or has a structured type: a quoted word is missing");
    const size_t End = Text.find(Quote, At + 1);
    if (End == std::string_view::npos)
      fail("is damaged: a quote is not closed");
    std::string Word(Text.substr(At + 1, End - At - 1));
    At = End + 1;
    return Word;
  }
  bool boolean() {
    skipSpace();
    for (const char *Word : {"False", "True"})
      if (Text.substr(At, std::strlen(Word)) == Word) {
        At += std::strlen(Word);
        return Word[0] == 'T';
      }
    fail("is damaged: fortran_order is not a bool");
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> Sizes;
    expect('(');
    while (!take(')')) {
      skipSpace();
      const size_t Begin = At;
      int64_t Size = 0;
      for (; At < Text.size() && Text[At] >= '0' && Text[At] <= '9'; ++At)
        if (__builtin_mul_overflow(Size, 10, &Size) ||
            __builtin_add_overflow(Size, Text[At] - '0', &Size))
          fail("has a dimension of more than 63 bits");
      if (At == Begin)
        fail("is damaged: a dimension is not a number");
      Sizes.push_back(Size);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return Sizes;
  }

  const std::string &Path;
  std::string_view Text;
  size_t At = 0;
};
} // namespace

static sinter_element elementOf(const std::string &Path,
                                const std::string &Descr,
                                sinter_element Wanted) {
  for (const auto &Type : Types)
    if (Descr == Type.Descr) {
      if (Wanted == SINTER_ELEMENT_BF16 && Type.Element == SINTER_ELEMENT_U16)
        return Wanted;
      return Type.Element;
    }
  throw Failure(Path + ": element type '" + Descr +
                "' is not supported: convert it with numpy's astype to a "
                "little-endian number or bool");
}

Array sinter::run::readNpy(const std::string &Path, sinter_element Wanted) {
  const std::string Bytes = readFile(Path);
  if (Bytes.size() < 10 || Bytes.compare(0, 6, "\x93NUMPY"))
    throw Failure(Path + ": not a .npy file");
  const int Major = static_cast<unsigned char>(Bytes[6]);
  if (Major < 1 || Major > 3)
    throw Failure(Path + ": .npy format " + std::to_string(Major) +
                  " is not supported, 1 to 3 are");
  const size_t Start = Major == 1 ? 10 : 12;
  uint32_t Length = 0;
  if (Bytes.size() >= Start)
    std::memcpy(&Length, Bytes.data() + 8, Start - 8);
  if (Bytes.size() < Start || Length > Bytes.size() - Start)
    throw Failure(Path + ": the .npy header's length (offset 8) is " +
                  std::to_string(Length) + ", past the end of the file");
  HeaderParser Header(Path, std::string_view(Bytes).substr(Start, Length));
  Header.parse();
  if (Header.Fortran && Header.Shape.size() > 1)
    throw Failure(Path + ": is in Fortran order: save it with "
                         "numpy.ascontiguousarray");
  Array Out;
  Out.Element = elementOf(Path, Header.Descr, Wanted);
  Out.Shape = Header.Shape;
  uint64_t Size = sinter_element_size(Out.Element);
  for (int64_t Dim : Out.Shape)
    if (__builtin_mul_overflow(Size, uint64_t(Dim), &Size))
      throw Failure(Path + ": the shape has more than 2^64 bytes");
  const size_t Have = Bytes.size() - Start - Length;
  if (Size != Have)
    throw Failure(Path + ": the shape needs " + std::to_string(Size) +
                  " bytes of data, the file has " + std::to_string(Have));
  Out.Data.assign(Bytes.begin() + std::ptrdiff_t(Start + Length), Bytes.end());
  return Out;
}

std::string sinter::run::npyHeader(sinter_element Element,
                                   const std::vector<int64_t> &Shape) {
  std::string Descr;
  for (const auto &Type : Types)
    if (Descr.empty() && Type.Element == Element)
      Descr = Element == SINTER_ELEMENT_BF16 ? "<u2" : Type.Descr;
  std::string Dict = "{'descr': '" + Descr +
                     "', 'fortran_order': False, "
                     "'shape': (";
  for (int64_t Dim : Shape)
    Dict += std::to_string(Dim) + ",";
  Dict += "), }";
  // NumPy wants the data at a multiple of 64, and a newline before it. Format
  // 2.0 is for shapes whose text is longer than 65535 bytes: none here.
  while ((10 + Dict.size() + 1) % 64)
    Dict += ' ';
  Dict += '\n';
  std::string Out("\x93NUMPY\x01\x00", 8);
  Out += static_cast<char>(Dict.size() & 255);
  Out += static_cast<char>(Dict.size() >> 8);
  return Out + Dict;
}
