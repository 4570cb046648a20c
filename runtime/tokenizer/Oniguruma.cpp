//===- Oniguruma.cpp - its patterns, written for PCRE2 --------------------===//
//
// A recursive descent over the pattern that writes the translation as it goes.
// Captures become plain groups: nothing here asks for them, and back
// references are refused.
//
// One file of more than 500 lines: the rules of one grammar call each other.
//
//===----------------------------------------------------------------------===//
#include "Oniguruma.h"
#include "Error.h"
#include "Utf8.h"

#include <utf8proc.h>

#include <cstring>
#include <optional>

using namespace sinter;
using namespace sinter::tokenizer;

namespace {

constexpr size_t MaxPattern = 1 << 16;
constexpr int MaxDepth = 100;
constexpr int64_t MaxRepeat = 10000;

struct Flags {
  bool IgnoreCase = false, DotAll = false, Extended = false;
};

class Translator {
public:
  Translator(std::string_view Pattern, const std::string &Place)
      : P(Pattern), Place(Place) {}

  std::string run() {
    if (P.size() > MaxPattern)
      bad(Place + ": the pattern is longer than 65536 bytes");
    alternatives();
    if (At < P.size())
      refuse("unmatched )");
    return std::move(Out);
  }

private:
  //===--- Reading ---------------------------------------------------------===

  bool more() const { return At < P.size(); }
  bool next(std::string_view S) const { return P.substr(At, S.size()) == S; }
  bool take(std::string_view S) {
    if (!next(S))
      return false;
    At += S.size();
    return true;
  }
  std::string where() const {
    return " at byte " + std::to_string(At) + " of " + quote(P);
  }
  [[noreturn]] void refuse(const std::string &What) const {
    bad(Place + ": " + What + where());
  }
  [[noreturn]] void cannot(const std::string &What) const {
    unsupported(Place + ": " + What + " is not supported" + where());
  }
  struct Deeper {
    explicit Deeper(Translator &T) : T(T) {
      if (++T.Depth > MaxDepth)
        T.refuse("nested deeper than 100 groups or classes");
    }
    ~Deeper() { --T.Depth; }
    Translator &T;
  };

  char32_t hex(size_t Most) {
    char32_t C = 0;
    size_t Digits = 0;
    for (; Digits < Most && more() && std::isxdigit((unsigned char)P[At]);
         ++Digits, ++At)
      C = C * 16 + (P[At] <= '9' ? P[At] - '0' : (P[At] | 0x20) - 'a' + 10);
    if (!Digits)
      refuse("want hexadecimal digits");
    if (C > 0x10FFFF || (C >= 0xD800 && C < 0xE000))
      refuse("no such code point");
    return C;
  }

  /// After a backslash: an escape that stands for one code point.
  std::optional<char32_t> escapedCodePoint() {
    const char C = P[At];
    const auto Is = [&](char32_t X) {
      ++At;
      return X;
    };
    switch (C) {
    case 't':
      return Is('\t');
    case 'n':
      return Is('\n');
    case 'r':
      return Is('\r');
    case 'f':
      return Is('\f');
    case 'v':
      return Is('\v');
    case 'a':
      return Is('\a');
    case 'e':
      return Is(0x1B);
    case 'x':
      ++At;
      if (take("{")) {
        const char32_t X = hex(8);
        if (!take("}"))
          refuse("want } after the code point");
        return X;
      }
      if (const char32_t X = hex(2); X < 0x80)
        return X;
      cannot("\\x above 7f (a byte, not a character)");
    case 'u':
      ++At;
      return hex(4);
    case '0': {
      char32_t X = 0;
      for (int I = 0; I < 3 && more() && P[At] >= '0' && P[At] <= '7'; ++I)
        X = X * 8 + (P[At++] - '0');
      if (X >= 0x80)
        cannot("an octal byte above 177");
      return X;
    }
    default:
      break;
    }
    if (static_cast<unsigned char>(C) < 0x80 && std::isalnum((unsigned char)C))
      return std::nullopt;
    return codePoint();
  }

  char32_t codePoint() { return nextCodePoint(P, At); }

  /// After \p or \P: the property for the inside of a class, and whether it is
  /// negated by {^...}.
  std::string property(bool &Negated) {
    if (!take("{")) {
      // \pL: Oniguruma reads p and L as letters.
      cannot("\\p without braces");
    }
    Negated ^= take("^");
    const size_t End = P.find('}', At);
    if (End == std::string_view::npos)
      refuse("want } after the property's name");
    const std::string_view Name = P.substr(At, End - At);
    const std::string Inside = propertyForClass(Name);
    if (Inside.empty())
      cannot("the property " + quote(Name));
    At = End + 1;
    return Inside;
  }

  /// After a backslash, when the escape is a set of characters: its inside,
  /// and whether it is negated.
  std::optional<std::string> escapedSet(bool &Negated) {
    const char C = P[At];
    const char *Name = nullptr;
    switch (C | 0x20) {
    case 'd':
      Name = "Nd";
      break;
    case 's':
      Name = "space";
      break;
    case 'w':
      Name = "word";
      break;
    case 'h':
      Name = "xdigit";
      break;
    case 'p':
      break;
    default:
      return std::nullopt;
    }
    ++At;
    Negated = !(C & 0x20);
    return Name ? propertyForClass(Name) : property(Negated);
  }

  void checkFolding(char32_t C) const {
    if (!Now.IgnoreCase || C < 0x80)
      return;
    utf8proc_int32_t Folded[8];
    int Last = 0;
    if (utf8proc_decompose_char(static_cast<utf8proc_int32_t>(C), Folded, 8,
                                UTF8PROC_CASEFOLD, &Last) > 1)
      cannot("a letter that folds to several under (?i)");
  }

  //===--- Classes ---------------------------------------------------------===

  /// What a class is made of: text for the inside of one PCRE2 class, and
  /// expressions for one character that do not fit in there.
  struct Set {
    std::string Inside;
    std::string Others; ///< "|a|b"
    bool empty() const { return Inside.empty() && Others.empty(); }
    std::string expression() const {
      if (empty())
        return "(?!)";
      if (Others.empty())
        return "[" + Inside + "]";
      if (Inside.empty())
        return "(?:" + Others.substr(1) + ")";
      return "(?:[" + Inside + "]" + Others + ")";
    }
    std::string negation() const {
      if (Others.empty() && !Inside.empty())
        return "[^" + Inside + "]";
      return "(?:(?!" + expression() + ")(?s:.))";
    }
  };

  /// [[:alpha:]]; false when it is none.
  bool posixBracket(Set &S) {
    if (!next("[:"))
      return false;
    const size_t End = P.find(":]", At + 2);
    if (End == std::string_view::npos || End - At > 20)
      return false;
    std::string_view Name = P.substr(At + 2, End - At - 2);
    const bool Negated = Name.starts_with('^');
    if (Negated)
      Name.remove_prefix(1);
    const std::string Inside = propertyForClass(Name);
    if (Name.size() < 4 || Inside.empty())
      cannot("the bracket [:" + std::string(Name) + ":]");
    At = End + 2;
    if (Negated)
      S.Others += "|[^" + Inside + "]";
    else
      S.Inside += Inside;
    return true;
  }

  /// One code point of a class, or nothing after adding a set.
  std::optional<char32_t> classItem(Set &S) {
    if (!take("\\"))
      return codePoint();
    if (!more())
      refuse("the pattern ends in a backslash");
    bool Negated = false;
    if (const auto Inside = escapedSet(Negated)) {
      if (Negated)
        S.Others += "|[^" + *Inside + "]";
      else
        S.Inside += *Inside;
      return std::nullopt;
    }
    if (take("b"))
      return U'\b';
    if (const auto C = escapedCodePoint())
      return C;
    cannot(std::string("\\") + P[At] + " in a class");
  }

  /// After '[': the class as an expression.
  std::string characterClass() {
    const Deeper Guard(*this);
    const bool Negated = take("^");
    std::string Intersection; // lookaheads for the parts before the last
    Set S;
    bool First = true;
    for (;; First = false) {
      if (!more())
        refuse("a class without its ]");
      if (next("]") && !First) {
        ++At;
        break;
      }
      if (take("&&")) {
        Intersection += "(?=" + S.expression() + ")";
        S = Set();
        continue;
      }
      if (posixBracket(S))
        continue;
      if (take("[")) {
        S.Others += "|" + characterClass();
        continue;
      }
      const auto Low = classItem(S);
      if (!Low)
        continue;
      char32_t High = *Low;
      if (next("-") && P.substr(At + 1, 1) != "]" && At + 1 < P.size()) {
        ++At;
        if (next("["))
          cannot("a class at the end of a range");
        Set Unused;
        const auto Item = classItem(Unused);
        if (!Item)
          refuse("a set at the end of a range");
        High = *Item;
        if (High < *Low)
          refuse("an empty range in a class");
      } else {
        checkFolding(*Low);
      }
      S.Inside += codePointForPattern(*Low);
      if (High != *Low)
        S.Inside += "-" + codePointForPattern(High);
    }
    if (Intersection.empty())
      return Negated ? S.negation() : S.expression();
    const std::string All = Intersection + S.expression();
    return Negated ? "(?:(?!" + All + ")(?s:.))" : "(?:" + All + ")";
  }

  //===--- Expressions -----------------------------------------------------===

  void alternatives() {
    const Deeper Guard(*this);
    LastLiteral = 0;
    while (more() && !next(")")) {
      if (take("|")) {
        Out += '|';
        LastLiteral = 0;
      } else {
        term();
      }
    }
  }

  void closeGroup() {
    if (!take(")"))
      refuse("a group without its )");
    Out += ')';
    LastLiteral = 0;
  }

  /// After "(?": letters of options up to ':' or ')'. False: not options.
  void options() {
    const Flags Before = Now;
    bool On = true;
    for (;; ++At) {
      if (!more())
        refuse("a group without its )");
      const char C = P[At];
      if (C == '-')
        On = false;
      else if (C == 'i')
        Now.IgnoreCase = On;
      else if (C == 'm')
        Now.DotAll = On;
      else if (C == 'x')
        Now.Extended = On;
      else
        break;
    }
    // Each group says its case, so that only one flag has to be kept right.
    const char *Open = Now.IgnoreCase ? "(?i:" : "(?-i:";
    if (take(":")) {
      Out += Open;
      alternatives();
      closeGroup();
    } else if (take(")")) {
      // The rest of the enclosing group, its alternatives included.
      Out += Open;
      alternatives();
      Out += ')';
    } else {
      cannot("this kind of group");
    }
    Now = Before;
  }

  void group() {
    struct Kind {
      const char *Theirs, *Ours;
    };
    static constexpr Kind Kinds[] = {{"?:", "(?:"},   {"?=", "(?="},
                                     {"?!", "(?!"},   {"?<=", "(?<="},
                                     {"?<!", "(?<!"}, {"?>", "(?>"}};
    for (const Kind &K : Kinds)
      if (take(K.Theirs)) {
        Out += K.Ours;
        const Flags Before = Now;
        alternatives();
        Now = Before;
        return closeGroup();
      }
    if (take("?#")) {
      while (more() && P[At] != ')')
        At += P[At] == '\\' ? 2 : 1;
      if (!take(")"))
        refuse("a comment without its )");
      return;
    }
    if (take("?<")) { // a name, which nothing refers to
      const size_t End = P.find('>', At);
      if (End == std::string_view::npos || End == At)
        refuse("a group's name without its >");
      At = End + 1;
    } else if (take("?")) {
      return options();
    } else if (next("*")) {
      cannot("this kind of group");
    }
    Out += "(?:";
    const Flags Before = Now;
    alternatives();
    Now = Before;
    closeGroup();
  }

  void literal(char32_t C) {
    checkFolding(C);
    if (Now.IgnoreCase) {
      const char Pair[3] = {LastLiteral, static_cast<char>(C | 0x20), 0};
      if (LastLiteral && C < 0x80)
        for (const char *Folds : {"ss", "ff", "fi", "fl", "st"})
          if (!std::strcmp(Folds, Pair))
            cannot(std::string("\"") + Pair +
                   "\" (one letter may fold to it) "
                   "under (?i)");
    }
    LastLiteral = C < 0x80 ? static_cast<char>(C | 0x20) : 0;
    if (C < 0x80 && std::isalnum(static_cast<int>(C)))
      Out += static_cast<char>(C);
    else
      Out += codePointForPattern(C);
  }

  void escape() {
    if (!more())
      refuse("the pattern ends in a backslash");
    // Outside of classes a few fractions and powers of Latin-1 are word
    // characters too.
    static const std::string Word =
        propertyForClass("word") + "\\x{b2}\\x{b3}\\x{b9}\\x{bc}\\x{bd}\\x{be}";
    bool Negated = false;
    if (const auto Inside = escapedSet(Negated)) {
      static const std::string InClass = propertyForClass("word");
      Out +=
          (Negated ? "[^" : "[") + (*Inside == InClass ? Word : *Inside) + "]";
      LastLiteral = 0;
      return;
    }
    const char C = P[At];
    std::string Text;
    switch (C) {
    case 'A':
    case 'z':
    case 'Z':
      Text = std::string("\\") + C;
      break;
    case 'b':
      Text = "(?:(?<=[" + Word + "])(?![" + Word + "])|(?<![" + Word +
             "])(?=[" + Word + "]))";
      break;
    case 'B':
      Text = "(?:(?<=[" + Word + "])(?=[" + Word + "])|(?<![" + Word +
             "])(?![" + Word + "]))";
      break;
    case 'R':
      Text = "(?>\\r\\n|[\\n-\\r\\x{85}\\x{2028}\\x{2029}])";
      break;
    case 'N':
      Text = "[^\\n]";
      break;
    case 'O':
      Text = "(?s:.)";
      break;
    default:
      if (const auto Literal = escapedCodePoint())
        return literal(*Literal);
      cannot(std::string("\\") + C);
    }
    ++At;
    Out += Text;
    LastLiteral = 0;
  }

  void term() {
    const size_t Start = Out.size();
    if (Now.Extended) {
      if (std::strchr(" \t\n\r\f\v", P[At])) {
        ++At;
        return;
      }
      if (take("#")) {
        while (more() && P[At] != '\n')
          ++At;
        return;
      }
    }
    if (take("(")) {
      group();
    } else if (take("[")) {
      Out += characterClass();
      LastLiteral = 0;
    } else if (take("\\")) {
      escape();
    } else if (take(".")) {
      Out += Now.DotAll ? "(?s:.)" : "[^\\n]";
      LastLiteral = 0;
    } else if (next("^") || next("$")) {
      Out += next("^") ? "(?m:^)" : "(?m:$)";
      LastLiteral = 0;
      ++At;
    } else if (next("*") || next("+") || next("?")) {
      refuse("nothing to repeat");
    } else {
      literal(codePoint());
    }
    while (quantifier(Start))
      ;
  }

  /// {n}, {n,}, {,m} or {n,m}; false, and nothing read, when it is literal.
  bool interval(int64_t &Least, int64_t &Most, bool &Fixed) {
    const size_t Begin = At++;
    const auto Number = [&]() -> int64_t {
      int64_t N = -1;
      for (; more() && P[At] >= '0' && P[At] <= '9'; ++At)
        N = std::min<int64_t>((N < 0 ? 0 : N) * 10 + (P[At] - '0'), 1 << 20);
      return N;
    };
    Least = Number();
    Fixed = !take(",");
    Most = Fixed ? Least : Number();
    if (!take("}") || (Least < 0 && Most < 0)) {
      At = Begin;
      return false;
    }
    Least = std::max<int64_t>(Least, 0);
    if (Least > MaxRepeat || Most > MaxRepeat)
      refuse("more than 10000 repeats");
    if (Most >= 0 && Most < Least)
      cannot("an interval whose end is before its start");
    return true;
  }

  bool quantifier(size_t Start) {
    if (!more() || Out.size() == Start)
      return false;
    std::string Repeat;
    bool Possessive = true, Lazy = true;
    if (next("*") || next("+") || next("?")) {
      Repeat = P[At++];
    } else if (next("{")) {
      int64_t Least, Most;
      bool Fixed;
      if (!interval(Least, Most, Fixed))
        return false;
      Repeat = "{" + std::to_string(Least);
      if (!Fixed)
        Repeat += Most < 0 ? "," : "," + std::to_string(Most);
      Repeat += '}';
      // {n}? makes the interval optional, and + repeats it.
      Possessive = false;
      Lazy = !Fixed;
    } else {
      return false;
    }
    if (Lazy && take("?"))
      Repeat += '?';
    else if (Possessive && take("+"))
      Repeat += '+';
    Out.insert(Start, "(?:");
    Out += ")" + Repeat;
    LastLiteral = 0;
    return true;
  }

  std::string_view P;
  const std::string &Place;
  size_t At = 0;
  int Depth = 0;
  Flags Now;
  char LastLiteral = 0; ///< an ASCII letter just written, else 0
  std::string Out;
};

} // namespace

std::string tokenizer::translateOniguruma(std::string_view Pattern,
                                          const std::string &Place) {
  return Translator(Pattern, Place).run();
}
