//===- ChatTemplateTest.cpp - refusals and limits of chat templates -------===//
//
// What templates render is judged by transformers in test/tokenizer/templates;
// here: what is refused, when, how it is said, and that hostile templates end.
//
//===----------------------------------------------------------------------===//
#include "Handles.h"

#include <chrono>
#include <cstring>

using namespace sinter::test;

namespace {

using Template = std::unique_ptr<sinter_chat_template, Close>;

std::string named(const sinter_error &Error) {
  return (Error.status == SINTER_UNSUPPORTED ? "unsupported: " : "") +
         std::string(Error.message);
}

/// The refusal of parsing, "" when it is taken.
std::string parse(const std::string &Source, Template *Out = nullptr) {
  sinter_error Error;
  sinter_chat_template *Raw = nullptr;
  const sinter_status S =
      sinter_chat_template_parse(Source.data(), Source.size(), &Raw, &Error);
  EXPECT_EQ(Raw == nullptr, S != SINTER_OK);
  Template Owner(Raw);
  if (Out)
    *Out = std::move(Owner);
  return S ? named(Error) : "";
}

/// The text, or "error: " and the refusal of rendering.
std::string render(const std::string &Source, const Json &Variables = {},
                   int64_t Now = 0) {
  Template T;
  const std::string Refused = parse(Source, &T);
  if (!T)
    return "error: " + Refused;
  const std::string Text = Variables.is_null() ? "{}" : Variables.dump();
  sinter_chat_options Options = {};
  Options.size = sizeof(Options);
  Options.variables_json = Text.data();
  Options.variables_json_bytes = Text.size();
  Options.now = Now;
  sinter_error Error;
  char *Out = nullptr;
  uint64_t Bytes = 0;
  if (sinter_chat_template_render(T.get(), nullptr, 0, &Options, &Out, &Bytes,
                                  &Error)) {
    EXPECT_EQ(Out, nullptr);
    return "error: " + named(Error);
  }
  std::string Result(Out, Bytes);
  sinter_text_free(Out);
  return Result;
}

std::string repeat(const std::string &Part, size_t Times) {
  std::string Out;
  for (size_t I = 0; I < Times; ++I)
    Out += Part;
  return Out;
}

testing::AssertionResult contains(const std::string &Text,
                                  const std::string &Part) {
  if (Text.find(Part) != std::string::npos)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << Text << " lacks " << Part;
}

} // namespace

TEST(ChatTemplate, RefusesWhatIsNotSupportedWhenParsed) {
  const struct {
    const char *Source, *Says;
  } Cases[] = {
      {"a\n {% include 'x' %}", "line 2, column 5: the statement \"include\""},
      {"{% extends 'x' %}", "the statement \"extends\" is not supported"},
      {"{% block b %}{% endblock %}", "the statement \"block\""},
      {"{% import 'x' as y %}", "the statement \"import\""},
      {"{% do x %}", "the statement \"do\""},
      {"{{ x|nosuch }}", "line 1, column 6: the filter \"nosuch\" is not "
                         "supported; supported: abs, "},
      {"{{ x|map('nosuch') }}", "line 1, column 10: the filter \"nosuch\""},
      {"{{ x is nosuch }}", "the test \"nosuch\" is not supported"},
      {"{{ x|selectattr('a', 'nosuch') }}", "the test \"nosuch\""},
      {"{{ x.append(1) }}", "the method \"append\" is not supported"},
      {"{{ x.format(1) }}", "the method \"format\" is not supported"},
      {"{{ cycler(1) }}", "the function cycler is not supported"},
      {"{{ f(*x) }}", "* and ** in a call"},
      {"{{ 'a%s' % x }}", "formatting with %"},
      {"{{ 0x10 }}", "numbers that are not decimal"},
      {"{{ 99999999999999999999 }}", "numbers of more than 64 bits"},
      {"{{ \xC3\xA9 }}", "names past ASCII"},
      {"{% for i in x recursive %}{% endfor %}", "a recursive loop"},
      {"{% for i in x %}{% macro m() %}{% endmacro %}{% endfor %}",
       "a macro inside of a loop or macro"},
      {"{% macro m() %}{{ varargs }}{% endmacro %}", "varargs of a macro"},
  };
  for (const auto &[Source, Says] : Cases) {
    const std::string Refused = parse(Source);
    EXPECT_TRUE(contains(Refused, Says)) << Source;
    EXPECT_TRUE(Refused.starts_with("unsupported: chat template: line "))
        << Refused;
  }
}

TEST(ChatTemplate, RefusesWhatIsWrongWithItsPlace) {
  const struct {
    const char *Source, *Says;
  } Cases[] = {
      {"{{", "line 1, column 1: a tag without its }}"},
      {"x\n\n{% if a %}", "found the template's end"},
      {"{% endfor %}", "unexpected \"endfor\""},
      {"{{ a b }}", "line 1, column 6: want }}, found \"b\""},
      {"{{ 'a }}", "line 1, column 4: a string without its end"},
      {"{{ (a] }}", "unexpected ]"},
      {"{% break %}", "break outside of a loop"},
      {"{# x", "a comment without its #}"},
      {"\xFF", "not UTF-8 at byte 0"},
      {"{{ '\\ud800' }}", "no such code point"},
  };
  for (const auto &[Source, Says] : Cases)
    EXPECT_TRUE(contains(parse(Source), Says)) << Source;
}

TEST(ChatTemplate, NamesWhatFailsWhenRendered) {
  EXPECT_EQ(render("{{ raise_exception('No ' ~ x) }}", {{"x", 3}}),
            "error: chat template: line 1, column 19: the template says: No 3");
  EXPECT_TRUE(contains(render("{{ a.b.c }}"), "\"a\" is undefined"));
  EXPECT_TRUE(contains(render("{{ 1 + 'a' }}"), "cannot add int and str"));
  EXPECT_TRUE(contains(render("{{ x[0].y.z }}", {{"x", {1}}}),
                       "int attribute \"y\" is undefined"));
  EXPECT_TRUE(contains(render("{{ f() }}"), "\"f\" is undefined"));
  EXPECT_TRUE(contains(render("{{ 9223372036854775807 + 1 }}"),
                       "whole numbers of more than 64 bits"));
}

TEST(ChatTemplate, FormatsTheTimeThatItIsGiven) {
  EXPECT_EQ(render("{{ strftime_now('%d %b %Y %H:%M') }}", {}, 1753700000),
            "28 Jul 2025 10:53");
}

/// Each ends with an error that says this, in seconds even where it is slow.
/// Limits are counts, which sanitizers do not change but make minutes of;
/// test/fuzz is for them.
TEST(ChatTemplate, EndsHostileTemplates) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "under a sanitizer this takes minutes";
#endif
#endif
  const std::string Double =
      "{% set ns = namespace(s='abcdefgh') %}"
      "{% for i in range(23) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}";
  const struct {
    std::string Source;
    const char *Says;
  } Cases[] = {
      // Depth.
      {"{{ " + repeat("(", 100000) + repeat(")", 100000) + " }}",
       "nested deeper than 200"},
      {"{{ " + repeat("[", 100000) + repeat("]", 100000) + " }}",
       "nested deeper than 200"},
      {"{{ " + repeat("not ", 100000) + "1 }}", "nested deeper than 200"},
      {"{{ " + repeat("-", 100000) + "1 }}", "nested deeper than 200"},
      {repeat("{% if a %}", 50000), "nested deeper than 200"},
      {"{{ a" + repeat(".b", 100000) + " }}", "more than 500 levels"},
      {"{{ a" + repeat("|trim", 100000) + " }}", "more than 500 levels"},
      {"{{ 1" + repeat("+1", 100000) + " }}", "more than 500 levels"},
      {"{{ 1" + repeat(" if 1", 100000) + " }}", "more than 500 levels"},
      {"{{ f(" + repeat("a,", 100000) + ") }}", "more than 255 arguments"},
      {"{% macro f(" + repeat("a,", 100000) + ") %}", "two parameters"},
      {std::string(2 << 20, 'x'), "longer than 1 MiB"},
      {"{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
       "calls nested too deep"},
      {"{% macro f(x) %}{{ g(x) }}{% endmacro %}"
       "{% macro g(x) %}{% call f(x) %}{{ caller() }}{% endcall %}"
       "{% endmacro %}{{ f(1) }}",
       "error: chat template: "},
      // Time.
      {"{% for i in range(1000000000) %}{% endfor %}",
       "range() of more than 100000 items"},
      {"{% for i in range(100000) %}{% for j in range(100000) %}"
       "{% endfor %}{% endfor %}",
       "error: chat template: "},
      {Double + "{% for i in range(100000) %}{% if 'x' in ns.s %}{% endif %}"
                "{% endfor %}",
       "too much work"},
      {Double +
           "{{ ns.s.find(ns.s[:20000000] ~ 'b') }}"
           "{% for i in range(1000) %}{{ ns.s.upper()|length }}{% endfor %}",
       "too much work"},
      {"{% set ns = namespace(a=[1]) %}{% for i in range(60) %}"
       "{% set ns.a = [ns.a, ns.a] %}{% endfor %}"
       "{% set b = namespace(a=[1]) %}{% for i in range(60) %}"
       "{% set b.a = [b.a, b.a] %}{% endfor %}{{ ns.a == b.a }}",
       "too much work"},
      // Memory.
      {"{% set ns = namespace(s='ab') %}{% for i in range(99) %}"
       "{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
       "longer than 64 MiB"},
      {"{{ 'ab' * 1000000000000 }}", "longer than 64 MiB"},
      {"{{ [1, 2] * 1000000000000 }}", "more than 4000000 items"},
      {"{% set ns = namespace(a=[1]) %}{% for i in range(99) %}"
       "{% set ns.a = ns.a + ns.a %}{% endfor %}",
       "more than"},
      {Double + "{% set ns.a = [] %}{% for i in range(100) %}"
                "{% set ns.a = ns.a + [ns.s[9:] ~ i] %}{% endfor %}",
       "error: chat template: line 1"},
      {"{% macro f(x) %}{{ x }}{{ f(x) }}{% endmacro %}" + Double +
           "{{ f(ns.s[:30000000]) }}",
       "keeps more than 512 MiB"},
      {Double + "{{ ns.s.split('a')|length }}{{ ns.s|list|length }}",
       "4000000"},
      {"{% set ns = namespace(a=[1]) %}{% for i in range(60) %}"
       "{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a|tojson }}",
       "longer than 64 MiB"},
      {Double + "{{ [[[1]]]|tojson(indent=ns.s) }}", "tojson's indent"},
      {Double + "{% for i in range(99) %}{{ ns.s }}{% endfor %}",
       "writes more than 64 MiB"},
  };
  for (const auto &[Source, Says] : Cases) {
    const auto Start = std::chrono::steady_clock::now();
    EXPECT_TRUE(contains(render(Source, {{"a", 1}}), Says))
        << Source.substr(0, 200);
    const std::chrono::duration<double> Took =
        std::chrono::steady_clock::now() - Start;
    // Some take seconds under sanitizers and beside other tests.
    EXPECT_LT(Took.count(), 60) << Source.substr(0, 200);
  }
}

TEST(ChatTemplate, FindsTheTextOfTheTemplate) {
  sinter_error Error;
  const auto Find = [&](const char *Config, const char *Chat) {
    sinter_tokenizer_files Files = {};
    Files.size = sizeof(Files);
    Files.tokenizer_config = Config;
    Files.tokenizer_config_bytes = Config ? std::strlen(Config) : 0;
    Files.chat_template = Chat;
    Files.chat_template_bytes = Chat ? std::strlen(Chat) : 0;
    char *Text = nullptr;
    uint64_t Bytes = 0;
    if (sinter_chat_template_find(&Files, &Text, &Bytes, &Error))
      return std::string("error: ") + Error.message;
    const std::string Out = Text ? std::string(Text, Bytes) : "none";
    sinter_text_free(Text);
    return Out;
  };
  EXPECT_EQ(Find(nullptr, nullptr), "none");
  EXPECT_EQ(Find("{}", nullptr), "none");
  EXPECT_EQ(Find(R"({"chat_template": "a"})", nullptr), "a");
  EXPECT_EQ(Find(R"({"chat_template": "a"})", "b"), "b");
  EXPECT_EQ(Find(R"({"chat_template": [{"name": "tool_use", "template": "t"},
                                       {"name": "default", "template": "d"}]})",
                 nullptr),
            "d");
  EXPECT_TRUE(contains(Find("{", nullptr), "tokenizer_config.json"));
  EXPECT_TRUE(contains(Find(nullptr, "\xFF"), "not UTF-8"));
}
