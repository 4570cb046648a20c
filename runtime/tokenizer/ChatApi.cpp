//===- ChatApi.cpp - the C API of chat templates --------------------------===//
#include "Json.h"
#include "SideFiles.h"
#include "Utf8.h"
#include "jinja/Template.h"
#include "sinter/tokenizer.h"

#include <cstdlib>
#include <cstring>

using namespace sinter;
using namespace sinter::tokenizer;

struct sinter_chat_template {
  explicit sinter_chat_template(std::string_view Source) : T(Source) {}
  jinja::Template T;
};

namespace {

using jinja::Heap;
using jinja::Value;

Value text(const char *Given, const char *Name) {
  if (!Given)
    bad(std::string(Name) + " is null");
  const std::string_view View(Given);
  if (const size_t Valid = validPrefix(View); Valid != View.size())
    bad(std::string(Name) + ": not UTF-8 at byte " + std::to_string(Valid));
  return Value::string(std::string(View));
}

Value messageList(Heap &H, const sinter_chat_message *Messages, int64_t Count) {
  std::vector<Value> Items;
  for (int64_t I = 0; I < Count; ++I) {
    const std::string Where = "messages[" + std::to_string(I) + "].";
    auto *D = H.make<jinja::DictObject>();
    D->set(Value::string("role"),
           text(Messages[I].role, (Where + "role").c_str()));
    D->set(Value::string("content"),
           text(Messages[I].content, (Where + "content").c_str()));
    Items.push_back(Value::object(jinja::Kind::Dict, D));
  }
  return H.list(std::move(Items));
}

jinja::Template::Variables variables(Heap &H,
                                     const sinter_chat_message *Messages,
                                     int64_t Count,
                                     const sinter_chat_options &Options) {
  jinja::Template::Variables Out;
  // The caller's own go first: a name is looked up from the front.
  if (Options.variables_json) {
    const auto Json =
        parseOrderedJson("variables_json", {Options.variables_json,
                                            Options.variables_json_bytes});
    if (!Json.is_object())
      bad("variables_json: want an object");
    for (const auto &Item : Json.items())
      Out.emplace_back(Item.key(), H.fromJson(Item.value()));
  }
  Out.emplace_back("messages", messageList(H, Messages, Count));
  Out.emplace_back("add_generation_prompt",
                   Value::boolean(Options.add_generation_prompt != 0));
  // As transformers calls it without tools.
  Out.emplace_back("tools", Value::none());
  Out.emplace_back("documents", Value::none());
  for (const char *Role : {"bos_token", "eos_token", "unk_token", "sep_token",
                           "pad_token", "cls_token", "mask_token"}) {
    uint64_t Bytes;
    if (const char *Token =
            sinter_tokenizer_special(Options.tokenizer, Role, &Bytes))
      Out.emplace_back(Role, Value::string(std::string(Token, Bytes)));
  }
  return Out;
}

void handOut(const std::string &Given, char **Text, uint64_t *Bytes) {
  *Text = static_cast<char *>(std::malloc(Given.size() + 1));
  if (!*Text)
    throw std::bad_alloc();
  std::memcpy(*Text, Given.c_str(), Given.size() + 1);
  if (Bytes)
    *Bytes = Given.size();
}

/// Errors of values have no place in the template here.
template <typename Body> void withoutPlace(Body &&Run) {
  try {
    Run();
  } catch (const jinja::Failure &F) {
    throw Error(F.Status, "chat template: " + F.Message);
  }
}

} // namespace

extern "C" {

sinter_status sinter_chat_template_find(const sinter_tokenizer_files *Files,
                                        char **Text, uint64_t *Bytes,
                                        sinter_error *Error) {
  if (Text)
    *Text = nullptr;
  if (Bytes)
    *Bytes = 0;
  return guarded(Error, [&] {
    if (!Files || !Text)
      bad("files or text is null");
    if (Files->size != sizeof(*Files))
      bad("files.size is " + std::to_string(Files->size) +
          ": set it to sizeof(sinter_tokenizer_files)");
    SideFiles Read;
    Read.readChatTemplate(*Files);
    if (Read.ChatTemplate)
      handOut(*Read.ChatTemplate, Text, Bytes);
  });
}

sinter_status sinter_chat_template_parse(const char *Text, uint64_t Bytes,
                                         sinter_chat_template **Out,
                                         sinter_error *Error) {
  if (Out)
    *Out = nullptr;
  return guarded(Error, [&] {
    if (!Out || (!Text && Bytes))
      bad("text or out is null");
    withoutPlace([&] {
      *Out = new sinter_chat_template(std::string_view(Text, Bytes));
    });
  });
}

void sinter_chat_template_close(sinter_chat_template *Chat) { delete Chat; }

sinter_status sinter_chat_template_render(const sinter_chat_template *Chat,
                                          const sinter_chat_message *Messages,
                                          int64_t Count,
                                          const sinter_chat_options *Given,
                                          char **Text, uint64_t *Bytes,
                                          sinter_error *Error) {
  if (Text)
    *Text = nullptr;
  if (Bytes)
    *Bytes = 0;
  return guarded(Error, [&] {
    if (!Chat || !Text)
      bad("chat or text is null");
    if (Count < 0 || Count > 1000000 || (Count && !Messages))
      bad("messages is null or count is not 0 to 1000000");
    if (Given && Given->size != sizeof(*Given))
      bad("options.size is " + std::to_string(Given->size) +
          ": set it to sizeof(sinter_chat_options)");
    const sinter_chat_options Options = Given ? *Given : sinter_chat_options{};
    withoutPlace([&] {
      const std::string Out = Chat->T.render(
          [&](Heap &H) { return variables(H, Messages, Count, Options); },
          Options.now);
      handOut(Out, Text, Bytes);
    });
  });
}

} // extern "C"
