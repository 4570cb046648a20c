//===- Lexer.cpp - a chat template as tokens ------------------------------===//
#include "Lexer.h"
#include "../Error.h"
#include "../Utf8.h"
#include "Search.h"
#include "Text.h"

#include <cstring>

using namespace sinter;
using namespace sinter::jinja;

static std::string located(Place At, const std::string &What) {
  return "chat template: line " + std::to_string(At.Line) + ", column " +
         std::to_string(At.Column) + ": " + What;
}
void sinter::jinja::refuse(Place At, const std::string &What) {
  tokenizer::bad(located(At, What));
}
void sinter::jinja::refuseUnsupported(Place At, const std::string &What) {
  tokenizer::unsupported(located(At, What));
}

namespace {

constexpr size_t MaxSource = size_t(1) << 20;

bool isNameStart(char C) {
  return C == '_' || (C >= 'a' && C <= 'z') || (C >= 'A' && C <= 'Z');
}
bool isDigit(char C) { return C >= '0' && C <= '9'; }

class Lexer {
public:
  explicit Lexer(std::string_view Given) {
    if (Given.size() > MaxSource)
      tokenizer::bad("chat template: longer than 1 MiB");
    if (const size_t Valid = tokenizer::validPrefix(Given);
        Valid != Given.size())
      tokenizer::bad("chat template: not UTF-8 at byte " +
                     std::to_string(Valid));
    for (size_t I = 0; I < Given.size(); ++I)
      if (Given[I] != '\r')
        Storage += Given[I];
      else if (I + 1 == Given.size() || Given[I + 1] != '\n')
        Storage += '\n';
    if (Storage.ends_with('\n'))
      Storage.pop_back();
    S = Storage;
  }

  std::vector<Token> run() {
    while (At < S.size())
      data();
    add(TokenKind::End, {});
    return std::move(Out);
  }

private:
  bool next(std::string_view Text) const {
    return S.substr(At, Text.size()) == Text;
  }

  /// The place of `At`; remembers how far it has counted.
  Place place() {
    for (; Counted < At; ++Counted)
      if (S[Counted] == '\n') {
        ++Here.Line;
        Here.Column = 1;
      } else if ((static_cast<unsigned char>(S[Counted]) & 0xC0) != 0x80) {
        ++Here.Column;
      }
    return Here;
  }

  void add(TokenKind Kind, std::string Text) {
    Out.push_back({Kind, place(), std::move(Text)});
  }

  /// Text up to the next tag, then the tag.
  void data() {
    size_t Begin = At;
    size_t Tag = At;
    for (;; ++Tag) {
      Tag = S.find('{', Tag);
      if (Tag == std::string_view::npos || Tag + 1 >= S.size())
        return addData(S.substr(Begin), S.size());
      if (std::strchr("{%#", S[Tag + 1]) && S[Tag + 1])
        break;
    }
    const char Kind = S[Tag + 1];
    const char Sign = Tag + 2 < S.size() ? S[Tag + 2] : 0;
    std::string_view Text = S.substr(Begin, Tag - Begin);
    if (Sign == '-') {
      Text = strip(Text, false, true);
    } else if (Sign != '+' && Kind != '{') {
      // Only spaces between the line's start and the tag: they go.
      const size_t Newline = Text.rfind('\n');
      const size_t Line = Newline == std::string_view::npos ? 0 : Newline + 1;
      const bool AtStart = Line > 0 || !Begin || S[Begin - 1] == '\n';
      if (AtStart && strip(Text.substr(Line), true, false).empty())
        Text = Text.substr(0, Line);
    }
    addData(Text, Tag);
    const Place Opened = place();
    At += Sign == '-' || Sign == '+' ? 3 : 2;
    if (Kind == '#')
      return comment(Opened);
    if (Kind == '%' && raw(Opened))
      return;
    Out.push_back(
        {Kind == '{' ? TokenKind::VariableBegin : TokenKind::BlockBegin,
         Opened,
         {}});
    inside(Kind == '{' ? "}}" : "%}", Opened);
  }

  void addData(std::string_view Text, size_t End) {
    if (!Text.empty())
      add(TokenKind::Data, std::string(Text));
    At = End;
  }

  void skipSpaces() {
    while (At < S.size()) {
      size_t Next = At;
      if (!isPythonSpace(tokenizer::nextCodePoint(S, Next)))
        break;
      At = Next;
    }
  }

  /// At the sign or the first character of a tag's end: moves past it and what
  /// it takes along. False: no end here.
  bool endTag(std::string_view End) {
    const bool Trims = End != "}}";
    if (next("-") && S.substr(At + 1, 2) == End) {
      At += 3;
      skipSpaces();
      return true;
    }
    if (Trims && next("+") && S.substr(At + 1, 2) == End) {
      At += 3;
      return true;
    }
    if (!next(End))
      return false;
    At += 2;
    if (Trims && next("\n"))
      ++At;
    return true;
  }

  void comment(Place Opened) {
    for (; At < S.size(); ++At)
      if (endTag("#}"))
        return;
    refuse(Opened, "a comment without its #}");
  }

  /// {% raw %}...{% endraw %}; false, and nothing read, when it is none.
  bool raw(Place Opened) {
    const size_t Before = At;
    skipSpaces();
    if (next("raw") && (At + 3 >= S.size() || !isNameStart(S[At + 3]))) {
      At += 3;
      skipSpaces();
      const bool Strips = next("-%}");
      if (Strips || next("%}")) { // this end takes no newline along
        At += Strips ? 3 : 2;
        if (Strips)
          skipSpaces();
        const size_t Begin = At;
        for (size_t Tag = At; (Tag = S.find("{%", Tag)) != S.npos; ++Tag) {
          At = Tag + 2;
          const char Sign = At < S.size() ? S[At] : 0;
          if (Sign == '-' || Sign == '+')
            ++At;
          skipSpaces();
          if (!next("endraw"))
            continue;
          At += 6;
          skipSpaces();
          if (!endTag("%}"))
            continue;
          std::string_view Text = S.substr(Begin, Tag - Begin);
          if (Sign == '-') {
            Text = strip(Text, false, true);
          } else if (Sign != '+') {
            const size_t Line = Text.rfind('\n') + 1; // npos + 1 is 0
            if (Line && strip(Text.substr(Line), true, false).empty())
              Text = Text.substr(0, Line);
          }
          if (!Text.empty())
            Out.push_back({TokenKind::Data, Opened, std::string(Text)});
          return true;
        }
        refuse(Opened, "raw without its endraw");
      }
    }
    At = Before;
    return false;
  }

  void inside(std::string_view End, Place Opened) {
    std::string Open; // brackets that wait for their ends
    for (;;) {
      skipSpaces();
      if (At >= S.size())
        refuse(Opened, "a tag without its " + std::string(End));
      if (Open.empty()) {
        const Place Here = place();
        if (endTag(End)) {
          Out.push_back(
              {End == "}}" ? TokenKind::VariableEnd : TokenKind::BlockEnd,
               Here,
               {}});
          return;
        }
      }
      const char C = S[At];
      if (isDigit(C))
        number();
      else if (static_cast<unsigned char>(C) >= 0x80)
        refuseUnsupported(place(), "names past ASCII");
      else if (isNameStart(C))
        name();
      else if (C == '\'' || C == '"')
        string();
      else
        operation(Open);
    }
  }

  void name() {
    const size_t Begin = At;
    while (At < S.size() && (isNameStart(S[At]) || isDigit(S[At])))
      ++At;
    const size_t End = At;
    At = Begin;
    add(TokenKind::Name, std::string(S.substr(Begin, End - Begin)));
    At = End;
  }

  void number() {
    const size_t Begin = At;
    const Place Here = place();
    size_t I = At;
    const auto Digits = [&] {
      const size_t From = I;
      while (I < S.size() &&
             (isDigit(S[I]) || (S[I] == '_' && I > From && I + 1 < S.size() &&
                                isDigit(S[I + 1]))))
        ++I;
      return I > From;
    };
    Digits();
    if (S.substr(Begin, I - Begin) == "0" && I < S.size() &&
        std::strchr("xXbBoO", S[I]))
      refuseUnsupported(Here, "numbers that are not decimal");
    if (S[Begin] == '0' &&
        S.substr(Begin, I - Begin).find_first_not_of("0_") != S.npos)
      refuse(Here, "a number that begins with 0");
    bool Float = false;
    const bool Index = Begin && S[Begin - 1] == '.'; // of a.0.1
    if (!Index && I + 1 < S.size() && S[I] == '.' && isDigit(S[I + 1])) {
      ++I;
      Float = Digits();
    }
    if (!Index && I < S.size() && (S[I] == 'e' || S[I] == 'E')) {
      const size_t Before = I++;
      if (I < S.size() && (S[I] == '+' || S[I] == '-'))
        ++I;
      if (Digits())
        Float = true;
      else
        I = Before;
    }
    std::string Text;
    for (const char C : S.substr(Begin, I - Begin))
      if (C != '_')
        Text += C;
    add(Float ? TokenKind::Float : TokenKind::Integer, std::move(Text));
    At = I;
  }

  /// Python's escapes.
  void string() {
    const Place Here = place();
    const char Quote = S[At++];
    std::string Text;
    for (;; ++At) {
      if (At >= S.size())
        refuse(Here, "a string without its end");
      const char C = S[At];
      if (C == Quote)
        break;
      if (C != '\\') {
        Text += C;
        continue;
      }
      if (++At >= S.size())
        refuse(Here, "a string without its end");
      escape(Text);
    }
    Out.push_back({TokenKind::String, Here, std::move(Text)});
    ++At;
  }

  void escape(std::string &Text) {
    static constexpr std::string_view Letters = "abfnrtv\\'\"";
    static constexpr std::string_view Meanings = "\a\b\f\n\r\t\v\\'\"";
    const char C = S[At];
    if (const size_t I = Letters.find(C); I != std::string_view::npos) {
      Text += Meanings[I];
      return;
    }
    if (C == '\n')
      return;
    const size_t Digits = C == 'x' ? 2 : C == 'u' ? 4 : C == 'U' ? 8 : 0;
    const bool Octal = C >= '0' && C <= '7';
    if (!Digits && !Octal) {
      if (C == 'N')
        refuseUnsupported(place(), "\\N{name}");
      (Text += '\\') += C; // kept as it is
      return;
    }
    uint64_t Point = 0;
    if (Octal) {
      size_t I = At;
      for (; I < At + 3 && I < S.size() && S[I] >= '0' && S[I] <= '7'; ++I)
        Point = Point * 8 + static_cast<uint64_t>(S[I] - '0');
      At = I - 1;
    } else {
      for (size_t I = 0; I < Digits; ++I) {
        const char D = ++At < S.size() ? S[At] : 0;
        if (!std::isxdigit(static_cast<unsigned char>(D)))
          refuse(place(), "want hexadecimal digits");
        Point = Point * 16 + static_cast<uint64_t>(
                                 D <= '9' ? D - '0' : (D | 0x20) - 'a' + 10);
      }
    }
    if (Point > 0x10FFFF || (Point >= 0xD800 && Point < 0xE000))
      refuse(place(), "no such code point");
    tokenizer::appendCodePoint(Text, static_cast<char32_t>(Point));
  }

  void operation(std::string &Open) {
    static constexpr std::string_view Two[] = {
        "//", "**", "==", "!=", ">=", "<="};
    const char C = S[At];
    std::string Text(1, C);
    for (const std::string_view T : Two)
      if (next(T))
        Text = T;
    if (Text.size() == 1 && !std::strchr("+-/*%~[](){}><=.:|,;", C))
      refuse(place(), std::string("unexpected character ") +
                          tokenizer::quote(S.substr(At, 1)));
    if (std::strchr("([{", C))
      Open += C;
    if (std::strchr(")]}", C)) {
      const char Want = C == ')' ? '(' : C == ']' ? '[' : '{';
      if (Open.empty() || Open.back() != Want)
        refuse(place(), std::string("unexpected ") + C);
      Open.pop_back();
    }
    const size_t Size = Text.size();
    add(TokenKind::Operator, std::move(Text));
    At += Size;
  }

  std::string Storage;
  std::string_view S;
  size_t At = 0, Counted = 0;
  Place Here;
  std::vector<Token> Out;
};

} // namespace

std::vector<Token> sinter::jinja::tokenize(std::string_view Source) {
  return Lexer(Source).run();
}
