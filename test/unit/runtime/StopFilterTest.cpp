//===- StopFilterTest.cpp - stop strings over every cut -------------------===//
#include "tools/sinter-run/StopFilter.h"

#include <gtest/gtest.h>

using sinter::run::StopFilter;

/// Feeds the pieces; what was shown, and whether a stop string was found.
static std::pair<std::string, bool> feed(std::vector<std::string> Stops,
                                         std::vector<std::string> Pieces) {
  StopFilter Filter(std::move(Stops));
  std::string Shown;
  for (const std::string &Piece : Pieces)
    Shown += Filter.push(Piece);
  Shown += Filter.finish();
  return {Shown, Filter.stopped()};
}

TEST(StopFilterTest, EveryCutInTwoAndThree) {
  const std::string Text = "aab aabaac and more";
  // "aabaac" begins inside a failed "aab a": the held text must not be lost.
  for (size_t I = 0; I <= Text.size(); ++I)
    for (size_t J = I; J <= Text.size(); ++J) {
      const auto [Shown, Stopped] =
          feed({"aabaac"},
               {Text.substr(0, I), Text.substr(I, J - I), Text.substr(J)});
      EXPECT_EQ(Shown, "aab ");
      EXPECT_TRUE(Stopped);
    }
}

TEST(StopFilterTest, TheFirstOfSeveral) {
  EXPECT_EQ(feed({"zz", "b"}, {"a", "b", "zz"}).first, "a");
  // The one that is complete first, whatever the cuts; then the longest.
  EXPECT_EQ(feed({"bc", "abcd"}, {"a", "b", "c", "d"}).first, "a");
  EXPECT_EQ(feed({"bc", "abcd"}, {"abcd"}).first, "a");
  EXPECT_EQ(feed({"bc", "abc"}, {"xabc"}).first, "x");
}

TEST(StopFilterTest, HeldTextComesOutAtTheEnd) {
  EXPECT_EQ(feed({"END"}, {"the EN"}),
            (std::pair<std::string, bool>("the EN", false)));
  EXPECT_EQ(feed({}, {"a", "b"}), (std::pair<std::string, bool>("ab", false)));
}

TEST(StopFilterTest, ShowsAtOnceWhatCannotStop) {
  StopFilter Filter({"\n\n"});
  EXPECT_EQ(Filter.push("one"), "one");
  EXPECT_EQ(Filter.push("\n"), "");
  EXPECT_EQ(Filter.push("two"), "\ntwo");
}
