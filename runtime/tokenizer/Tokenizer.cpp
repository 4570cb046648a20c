//===- Tokenizer.cpp - the parts put together -----------------------------===//
#include "Tokenizer.h"
#include "Utf8.h"

#include <algorithm>

using namespace sinter::tokenizer;

/// Takes a scratch for one call and gives it back.
struct Tokenizer::Lease {
  explicit Lease(const Tokenizer &T) : T(T) {
    {
      const std::lock_guard Guard(T.Lock);
      if (!T.Idle.empty()) {
        S = std::move(T.Idle.back());
        T.Idle.pop_back();
      }
    }
    if (!S)
      S = std::make_unique<Scratch>();
  }
  ~Lease() {
    // Room for all in use was made on the way in or the scratch is dropped.
    const std::lock_guard Guard(T.Lock);
    if (T.Idle.size() < T.Idle.capacity())
      T.Idle.push_back(std::move(S));
  }
  const Tokenizer &T;
  std::unique_ptr<Scratch> S;
};

Tokenizer::Tokenizer(std::string_view Json) {
  const auto Root = parseJson("tokenizer.json", Json);
  load(JsonView(Root, "tokenizer.json"));
  Idle.reserve(64);
}

Tokenizer::~Tokenizer() = default;

void Tokenizer::load(const JsonView &J) {
  J.allowOnly({"version", "truncation", "padding", "added_tokens", "normalizer",
               "pre_tokenizer", "post_processor", "decoder", "model"});
  if (const auto Version = J.find("version"))
    if (Version->string() != "1.0")
      Version->failUnsupported("version " + quote(Version->string()) +
                               " is not supported; supported: 1.0");
  // What may be unsupported goes first: it is quick and names its way out.
  if (const auto N = J.find("normalizer"))
    Normal = makeNormalizer(*N);
  if (const auto P = J.find("pre_tokenizer"))
    Words = makePreTokenizer(*P);
  if (const auto D = J.find("decoder"))
    Decode = makeDecoder(*D);
  TheModel = makeModel(J.at("model"));
  Added = std::make_unique<AddedTokens>(J.find("added_tokens"), *TheModel,
                                        Normal.get());
  if (const auto P = J.find("post_processor"))
    Post = makePostProcessor(*P, *this);
  if (const auto T = J.find("truncation"))
    Cut.emplace(*T);
  if (const auto P = J.find("padding"))
    Pad.emplace(*P, *this);
  IsByteLevel = Words && Words->isByteLevel();
}

void Tokenizer::encode(std::string_view Text, bool AddSpecial, Ids &Out) const {
  const Lease Lent(*this);
  Scratch &S = *Lent.S;
  Out.clear();
  if (const size_t Valid = validPrefix(Text); Valid == Text.size()) {
    encodeValid(Text, false, true, S, Out);
  } else if (!IsByteLevel) {
    std::string Replaced;
    appendReplacing(Replaced, Text, true);
    encodeValid(Replaced, false, true, S, Out);
  } else {
    // Bytes that are no character are words of their own.
    for (size_t At = 0; At < Text.size();) {
      const size_t Size = validPrefix(Text.substr(At));
      encodeValid(Text.substr(At, Size), At > 0, !At, S, Out);
      At += Size;
      const size_t Begin = At;
      while (At < Text.size() && !characterLength(Text, At))
        ++At;
      if (Begin < At)
        TheModel->tokenize({Text.substr(Begin, At - Begin), true, true, 0}, S,
                           Out);
    }
  }
  const int64_t Count = AddSpecial && Post ? Post->addedCount() : 0;
  if (Cut)
    Cut->apply(Out, Count);
  if (Post)
    Post->process(Out, AddSpecial);
  if (Pad)
    Pad->apply(Out);
}

/// Text between what is not valid UTF-8: added tokens first.
void Tokenizer::encodeValid(std::string_view Text, bool Continues, bool First,
                            Scratch &S, Ids &Out) const {
  if (Text.empty())
    return;
  const char *const Begin = Text.data();
  const auto Found = [&](int64_t Id) { Out.push_back(Id); };
  Added->split(
      Text, false,
      [&](std::string_view Part) {
        const bool Begins = Part.data() == Begin;
        Piece P{Part, false, Continues && Begins,
                First && Begins ? characterLength(Part, 0) : 0};
        NormalizedText Normalized;
        if (Normal) {
          Normalized.Text = Part;
          Normalized.First = P.First;
          Normal->normalize(Normalized, S);
          P.Text = Normalized.Text;
          P.First = Normalized.First;
        }
        Added->split(
            P.Text, true,
            [&](std::string_view Rest) {
              const size_t At = Rest.data() - P.Text.data();
              encodeWords(P.sub(At, At + Rest.size()), S, Out);
            },
            Found);
      },
      Found);
}

void Tokenizer::encodeWords(const Piece &P, Scratch &S, Ids &Out) const {
  if (P.Text.empty())
    return;
  if (!Words)
    return TheModel->tokenize(P, S, Out);
  Words->split(P, S,
               [&](const Piece &Part) { TheModel->tokenize(Part, S, Out); });
}

Tokenizer::Stream::Stream(const Tokenizer &T, bool KeepSpecial, TokenSink &Out)
    : T(T), KeepSpecial(KeepSpecial), Out(Out) {
  if (T.Decode)
    Decoding = T.Decode->start(Out);
}

void Tokenizer::Stream::push(int64_t Id) {
  if (Id < 0)
    throw Error(SINTER_OUT_OF_RANGE,
                "id " + std::to_string(Id) + " is negative");
  std::string_view Token;
  if (!T.tokenOf(Id, Token) || (!KeepSpecial && T.Added->isSpecial(Token)))
    return;
  if (Decoding) {
    Decoding->text(Token);
    Decoding->end();
    return;
  }
  if (!First)
    Out.text(" ");
  First = false;
  Out.text(Token);
}

void Tokenizer::Stream::finish() {
  First = true;
  if (Decoding)
    Decoding->finish();
}

int64_t Tokenizer::idOf(std::string_view Token) const {
  const int64_t Id = Added->idOf(Token);
  return Id >= 0 ? Id : TheModel->idOf(Token);
}

bool Tokenizer::tokenOf(int64_t Id, std::string_view &Token) const {
  return Added->tokenOf(Id, Token) || TheModel->tokenOf(Id, Token);
}

bool Tokenizer::isSpecial(int64_t Id) const {
  std::string_view Token;
  return tokenOf(Id, Token) && Added->isSpecial(Token);
}

bool Tokenizer::hasId(int64_t Id) const {
  std::string_view Token;
  return tokenOf(Id, Token);
}

int64_t Tokenizer::vocabSize() const {
  return std::max(TheModel->largestId(), Added->largestId()) + 1;
}
