//===- Regex.cpp - patterns of tokenizer.json -----------------------------===//
#define PCRE2_CODE_UNIT_WIDTH 8
#include "Regex.h"
#include "Oniguruma.h"
#include "Utf8.h"

#include <pcre2.h>

#include <algorithm>

using namespace sinter;
using namespace sinter::tokenizer;

namespace {

// What one match may cost: steps without the text's length, and steps a byte.
// A greedy run that is given back byte by byte needs a few a byte.
constexpr uint64_t BaseSteps = 1'000'000, StepsPerByte = 64;
constexpr uint32_t HeapKiB = 256 * 1024; ///< the interpreter's, without JIT
constexpr size_t JitStackBytes = size_t(64) << 20; ///< grows from 64 KiB

struct CompileContext {
  CompileContext() : C(pcre2_compile_context_create(nullptr)) {
    if (!C)
      throw std::bad_alloc();
    pcre2_set_newline(C, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(C, 250);
  }
  ~CompileContext() { pcre2_compile_context_free(C); }
  pcre2_compile_context *C;
};

std::string messageOf(int Code) {
  PCRE2_UCHAR Text[160];
  if (pcre2_get_error_message(Code, Text, sizeof(Text)) < 0)
    return "error " + std::to_string(Code);
  return reinterpret_cast<const char *>(Text);
}

} // namespace

RegexScratch::RegexScratch()
    : Match(pcre2_match_data_create(1, nullptr)),
      Context(pcre2_match_context_create(nullptr)),
      Stack(pcre2_jit_stack_create(64 << 10, JitStackBytes, nullptr)) {
  if (!Match || !Context) {
    this->~RegexScratch();
    throw std::bad_alloc();
  }
  pcre2_set_heap_limit(Context, HeapKiB);
  if (Stack) // null: a PCRE2 without JIT
    pcre2_jit_stack_assign(Context, nullptr, Stack);
}

RegexScratch::~RegexScratch() {
  pcre2_match_data_free(Match);
  pcre2_match_context_free(Context);
  if (Stack)
    pcre2_jit_stack_free(Stack);
}

void Regex::Free::operator()(pcre2_code *Code) const { pcre2_code_free(Code); }

Regex Regex::fromOniguruma(std::string_view Pattern, const std::string &Place) {
  return compile(translateOniguruma(Pattern, Place), Place);
}

Regex Regex::fromLiteral(std::string_view Text, const std::string &Place) {
  std::string Pattern;
  for (size_t At = 0; At < Text.size();)
    Pattern += codePointForPattern(nextCodePoint(Text, At));
  return compile(Pattern, Place);
}

Regex Regex::compile(const std::string &Pattern, const std::string &Place) {
  const CompileContext Context;
  int Failure;
  PCRE2_SIZE Where;
  Regex R;
  R.Place = Place;
  R.Code.reset(pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(Pattern.data()), Pattern.size(),
      PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C,
      &Failure, &Where, Context.C));
  if (!R.Code)
    unsupported(Place +
                ": the pattern is not supported: " + messageOf(Failure));
  R.Jit = pcre2_jit_compile(R.Code.get(), PCRE2_JIT_COMPLETE) == 0;
  return R;
}

std::optional<Regex::Match> Regex::search(std::string_view Text, size_t At,
                                          RegexScratch &S) const {
  if (At > Text.size())
    return std::nullopt;
  const uint64_t Steps = BaseSteps + StepsPerByte * (Text.size() - At);
  pcre2_set_match_limit(S.Context, std::min<uint64_t>(Steps, UINT32_MAX));
  const auto *Subject = reinterpret_cast<PCRE2_SPTR>(Text.data());
  const int Result = Jit && S.Stack
                         ? pcre2_jit_match(Code.get(), Subject, Text.size(), At,
                                           0, S.Match, S.Context)
                         : pcre2_match(Code.get(), Subject, Text.size(), At,
                                       PCRE2_NO_UTF_CHECK, S.Match, S.Context);
  if (Result == PCRE2_ERROR_NOMATCH)
    return std::nullopt;
  if (Result < 0)
    bad(Place + ": the pattern gave up on this text at byte " +
        std::to_string(At) + ": " + messageOf(Result));
  const PCRE2_SIZE *Offsets = pcre2_get_ovector_pointer(S.Match);
  return Match{Offsets[0], Offsets[1]};
}

bool Regex::skipCharacter(std::string_view Text, size_t &At) {
  if (At >= Text.size())
    return false;
  nextCodePoint(Text, At);
  return true;
}
