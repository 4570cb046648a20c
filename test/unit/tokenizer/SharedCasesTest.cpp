//===- SharedCasesTest.cpp - the cases of ../shared/tokenizers ------------===//
//
// Made with tokenizers 0.22.2: ids and texts must be equal, whole and
// streamed. Every folder that is there is checked.
//
//===----------------------------------------------------------------------===//
#include "Handles.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace sinter::test;

static std::string folder() {
  const char *Given = std::getenv("SINTER_SHARED");
  return std::string(Given && *Given ? Given : SINTER_SHARED) + "/tokenizers";
}

static std::string contents(const std::string &Path) {
  std::ifstream File(Path, std::ios::binary);
  return {std::istreambuf_iterator<char>(File), {}};
}

class SharedCases : public testing::TestWithParam<std::string> {};

TEST_P(SharedCases, EqualTheLibrary) {
  const std::string Path = folder() + "/" + GetParam();
  const Handle T = open(contents(Path + "/tokenizer.json"));
  ASSERT_TRUE(T);
  const Json Cases = Json::parse(contents(Path + "/cases.json")).at("cases");
  ASSERT_GT(Cases.size(), 20u);
  for (const Json &Case : Cases) {
    const std::string Text = Case.at("text");
    SCOPED_TRACE(Text.substr(0, 200));
    const Ids Whole = Case.at("ids");
    EXPECT_EQ(encode(T, Text), Whole);
    EXPECT_EQ(encode(T, Text, false), Case.at("ids_no_special").get<Ids>());
    EXPECT_EQ(decode(T, Whole), Case.at("decoded").get<std::string>());
    EXPECT_EQ(decode(T, Whole, false),
              Case.at("decoded_skip").get<std::string>());
    EXPECT_EQ(stream(T, Whole), Case.at("decoded").get<std::string>());
    EXPECT_EQ(stream(T, Whole, false),
              Case.at("decoded_skip").get<std::string>());
  }
  std::printf("%s: %zu cases\n", GetParam().c_str(), Cases.size());
}

static std::vector<std::string> folders() {
  std::vector<std::string> Names;
  std::error_code Missing;
  for (const auto &Entry :
       std::filesystem::directory_iterator(folder(), Missing))
    if (std::filesystem::exists(Entry.path() / "cases.json"))
      Names.push_back(Entry.path().filename());
  std::sort(Names.begin(), Names.end());
  return Names;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SharedCases);
INSTANTIATE_TEST_SUITE_P(Folders, SharedCases, testing::ValuesIn(folders()),
                         [](const auto &Info) {
                           std::string Name = Info.param;
                           for (char &C : Name)
                             if (!std::isalnum(static_cast<unsigned char>(C)))
                               C = '_';
                           return Name;
                         });
