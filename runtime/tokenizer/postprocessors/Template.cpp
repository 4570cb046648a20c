//===- Template.cpp - TemplateProcessing: tokens around the text ----------===//
//
// Only the template for one sequence is used; the one for pairs is read as
// far as it must be whole.
//
//===----------------------------------------------------------------------===//
#include "PostProcessors.h"

using namespace sinter::tokenizer;

namespace {

/// The member that {"SpecialToken": {...}} or {"Sequence": {...}} has.
JsonView inside(const JsonView &Item, bool &Special) {
  Item.allowOnly({"SpecialToken", "Sequence"});
  const auto S = Item.find("SpecialToken"), T = Item.find("Sequence");
  if (S.has_value() == T.has_value())
    Item.fail("want either \"SpecialToken\" or \"Sequence\"");
  Special = S.has_value();
  const JsonView In = Special ? *S : *T;
  In.allowOnly({"id", "type_id"});
  return In;
}

class Template final : public PostProcessor {
public:
  Template(const JsonView &J, const Context &C) {
    J.allowOnly({"type", "single", "pair", "special_tokens"});
    const JsonView Single = J.at("single");
    if (Single.isString())
      Single.failUnsupported("a template written as one string is not "
                             "supported; supported: a list of "
                             "{\"SpecialToken\"} and {\"Sequence\"}");
    if (Single.size() > 256)
      Single.fail("more than 256 parts");
    for (size_t I = 0; I < Single.size(); ++I) {
      const JsonView Item = Single.element(I);
      bool Special;
      const JsonView In = inside(Item, Special);
      const std::string &Name = In.at("id").string();
      if (!Special) {
        if (Name != "A")
          In.fail("one sequence has only \"A\"");
        Parts.push_back({true, {}});
        continue;
      }
      const auto Tokens = J.at("special_tokens").find(Name.c_str());
      if (!Tokens)
        In.fail("token " + quote(Name) + " is not in special_tokens");
      const JsonView List = Tokens->at("ids");
      Part P{false, {}};
      if (List.size() > 256)
        List.fail("more than 256 ids");
      for (size_t K = 0; K < List.size(); ++K)
        P.Added.push_back(addedId(List.element(K), C));
      Count += static_cast<int64_t>(P.Added.size());
      Parts.push_back(std::move(P));
    }
  }

  void process(Ids &Tokens, bool AddSpecial) const override {
    Ids Out;
    Out.reserve(Tokens.size() + static_cast<size_t>(Count));
    for (const Part &P : Parts)
      if (P.Sequence)
        Out.insert(Out.end(), Tokens.begin(), Tokens.end());
      else if (AddSpecial)
        Out.insert(Out.end(), P.Added.begin(), P.Added.end());
    Tokens = std::move(Out);
  }

  int64_t addedCount() const override { return Count; }

private:
  struct Part {
    bool Sequence;
    Ids Added;
  };
  std::vector<Part> Parts;
  int64_t Count = 0;
};

} // namespace

std::unique_ptr<PostProcessor>
sinter::tokenizer::makeTemplate(const JsonView &J, const Context &C) {
  return std::make_unique<Template>(J, C);
}
