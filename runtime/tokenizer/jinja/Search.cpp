//===- Search.cpp - one text inside of another ----------------------------===//
#include "Search.h"
#include "../Utf8.h"
#include "Text.h"
#include "Value.h"

#include <algorithm>
#include <cstring>

using namespace sinter;
using tokenizer::nextCodePoint;

namespace sinter::jinja {

size_t findFirst(std::string_view Text, std::string_view What, size_t From) {
  if (From > Text.size())
    return std::string_view::npos;
  // std::string's find is quadratic; glibc's memmem is not.
  const void *At =
      memmem(Text.data() + From, Text.size() - From, What.data(), What.size());
  return At ? static_cast<size_t>(static_cast<const char *>(At) - Text.data())
            : std::string_view::npos;
}

size_t findLast(std::string_view Text, std::string_view What) {
  const size_t At = findFirst(std::string(Text.rbegin(), Text.rend()),
                              std::string(What.rbegin(), What.rend()));
  return At == std::string_view::npos ? At : Text.size() - At - What.size();
}

static void addPart(std::vector<std::string> &Out, std::string_view Part) {
  if (Out.size() >= MaxItems)
    fail("makes a list of more than 4000000 items");
  Out.emplace_back(Part);
}

/// Where the last character of a text that is not empty begins.
static size_t lastCharacter(std::string_view Text) {
  size_t At = Text.size() - 1;
  while (At && (static_cast<unsigned char>(Text[At]) & 0xC0) == 0x80)
    --At;
  return At;
}

std::string_view strip(std::string_view Text, bool Left, bool Right,
                       const std::string *Chars) {
  std::vector<char32_t> Set;
  if (Chars) {
    for (size_t At = 0; At < Chars->size();)
      Set.push_back(nextCodePoint(*Chars, At));
    std::sort(Set.begin(), Set.end());
  }
  const auto Goes = [&](std::string_view Character) {
    size_t At = 0;
    const char32_t C = nextCodePoint(Character, At);
    return Chars ? std::binary_search(Set.begin(), Set.end(), C)
                 : isPythonSpace(C);
  };
  while (Left && !Text.empty()) {
    size_t End = 0;
    nextCodePoint(Text, End);
    if (!Goes(Text.substr(0, End)))
      break;
    Text.remove_prefix(End);
  }
  while (Right && !Text.empty()) {
    const size_t Begin = lastCharacter(Text);
    if (!Goes(Text.substr(Begin)))
      break;
    Text.remove_suffix(Text.size() - Begin);
  }
  return Text;
}

std::vector<std::string> splitSpaces(std::string_view Text, int64_t Most) {
  std::vector<std::string> Out;
  for (Text = strip(Text, true, false); !Text.empty();
       Text = strip(Text, true, false)) {
    if (Most >= 0 && static_cast<int64_t>(Out.size()) >= Most) {
      addPart(Out, Text); // spaces at its end stay
      break;
    }
    size_t End = 0;
    while (End < Text.size()) {
      size_t Next = End;
      if (isPythonSpace(nextCodePoint(Text, Next)))
        break;
      End = Next;
    }
    addPart(Out, Text.substr(0, End));
    Text.remove_prefix(End);
  }
  return Out;
}

std::vector<std::string> split(std::string_view Text, std::string_view By,
                               int64_t Most) {
  if (By.empty())
    fail("split() with an empty separator");
  std::vector<std::string> Out;
  size_t At;
  while ((Most < 0 || static_cast<int64_t>(Out.size()) < Most) &&
         (At = findFirst(Text, By)) != std::string_view::npos) {
    addPart(Out, Text.substr(0, At));
    Text.remove_prefix(At + By.size());
  }
  addPart(Out, Text);
  return Out;
}

std::vector<std::string> splitFromRight(std::string_view Text,
                                        std::string_view By, int64_t Most) {
  if (By.empty())
    fail("rsplit() with an empty separator");
  const std::string Backwards(Text.rbegin(), Text.rend());
  std::vector<std::string> Out =
      split(Backwards, std::string(By.rbegin(), By.rend()), Most);
  std::reverse(Out.begin(), Out.end());
  for (std::string &Part : Out)
    std::reverse(Part.begin(), Part.end());
  return Out;
}

static bool isLineEnd(char32_t C) {
  return (C >= '\n' && C <= '\r') || (C >= 0x1C && C <= 0x1E) || C == 0x85 ||
         C == 0x2028 || C == 0x2029;
}

std::vector<std::string> splitLines(std::string_view Text, bool KeepEnds) {
  std::vector<std::string> Out;
  size_t Begin = 0;
  for (size_t At = 0; At < Text.size();) {
    const size_t Here = At;
    const char32_t C = nextCodePoint(Text, At);
    if (!isLineEnd(C))
      continue;
    if (C == '\r' && At < Text.size() && Text[At] == '\n')
      ++At;
    addPart(Out, Text.substr(Begin, (KeepEnds ? At : Here) - Begin));
    Begin = At;
  }
  if (Begin < Text.size())
    addPart(Out, Text.substr(Begin));
  return Out;
}

std::string replaceAll(std::string_view Text, std::string_view Old,
                       std::string_view New, int64_t Most) {
  std::string Out;
  const auto Add = [&](std::string_view Part) {
    Out += Part;
    if (Out.size() > MaxText)
      fail("makes a text longer than 64 MiB");
  };
  for (int64_t Done = 0; Most < 0 || Done < Most; ++Done) {
    if (Old.empty()) { // before each character and at the end
      Add(New);
      if (Text.empty())
        return Out;
      size_t End = 0;
      nextCodePoint(Text, End);
      Add(Text.substr(0, End));
      Text.remove_prefix(End);
      continue;
    }
    const size_t At = findFirst(Text, Old);
    if (At == std::string_view::npos)
      break;
    Add(Text.substr(0, At));
    Add(New);
    Text.remove_prefix(At + Old.size());
  }
  Add(Text);
  return Out;
}

} // namespace sinter::jinja
