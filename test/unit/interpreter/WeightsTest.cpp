//===- WeightsTest.cpp - params, tables and recipes -----------------------===//
#include "Snippet.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;

namespace {

// A model's folder with w.bin (the floats 0, 1, 2 ...) and what tests add.
class Weights : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("weights", folder));
    std::vector<float> values;
    for (int i = 0; i < 24; ++i)
      values.push_back(i);
    write("w.bin", StringRef(reinterpret_cast<char *>(values.data()),
                             values.size() * sizeof(float)));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }
  std::string path(StringRef name) {
    llvm::SmallString<128> full(folder);
    llvm::sys::path::append(full, name);
    return full.str().str();
  }
  void write(StringRef name, StringRef bytes) {
    std::error_code error;
    llvm::raw_fd_ostream os(path(name), error);
    ASSERT_FALSE(error);
    os << bytes;
  }
  std::string messageOf(StringRef file, int64_t offset, int64_t bytes) {
    FileParamReader reader(folder);
    auto read =
        reader.read(file, offset, bytes, Float32Type::get(&snippet.context));
    return read ? "" : llvm::toString(read.takeError());
  }

  llvm::SmallString<128> folder;
  Snippet snippet;
};

TEST_F(Weights, ParamReadsItsBytes) {
  ASSERT_TRUE(snippet.parse(R"(
func.func @f() -> tensor<2x3xf32> {
  %w = sinter.param "w" in "w.bin"[8, 24] : tensor<2x3xf32>
  return %w : tensor<2x3xf32>
})")) << snippet.errors;
  FileParamReader reader(folder);
  EvaluationOptions options;
  options.params = &reader;
  auto result = snippet.run({}, options);
  ASSERT_TRUE(succeeded(result)) << snippet.errors;
  EXPECT_EQ(std::get<Tensor>(result->front()).toDoubles(),
            (std::vector<double>{2, 3, 4, 5, 6, 7}));
  EXPECT_TRUE(failed(snippet.run({})));
  EXPECT_NE(snippet.errors.find("no weights are at hand"), std::string::npos);
}

TEST_F(Weights, RefusesHostileFiles) {
  EXPECT_EQ(messageOf("w.bin", 0, 96), "");
  EXPECT_EQ(messageOf("w.bin", 96, 0), "");
  EXPECT_NE(messageOf("w.bin", 0, 97).find("has 96 bytes"), std::string::npos);
  EXPECT_NE(messageOf("w.bin", INT64_MAX, INT64_MAX).find("has 96 bytes"),
            std::string::npos);
  EXPECT_NE(messageOf("w.bin", -4, 4).find("has 96 bytes"), std::string::npos);
  EXPECT_NE(messageOf("none.bin", 0, 4).find("cannot be read"),
            std::string::npos);
  EXPECT_NE(messageOf("../w.bin", 0, 4).find("must be relative"),
            std::string::npos);
  EXPECT_NE(messageOf("/etc/passwd", 0, 4).find("must be relative"),
            std::string::npos);
  EXPECT_NE(messageOf(".", 0, 4), "");
  ASSERT_FALSE(llvm::sys::fs::create_link("/etc/passwd", path("link")));
  EXPECT_NE(messageOf("link", 0, 4).find("outside the model's folder"),
            std::string::npos);
  // A folder beside this one whose name merely starts alike.
  std::string beside = folder.str().str() + "-beside";
  ASSERT_FALSE(llvm::sys::fs::create_directory(beside));
  std::error_code error;
  llvm::raw_fd_ostream(beside + "/secret", error) << "12345678";
  ASSERT_FALSE(llvm::sys::fs::create_link(beside + "/secret", path("beside")));
  EXPECT_NE(messageOf("beside", 0, 4).find("outside the model's folder"),
            std::string::npos);
  llvm::sys::fs::remove_directories(beside);
  write("empty", "");
  EXPECT_EQ(messageOf("empty", 0, 0), "");
  EXPECT_NE(messageOf("empty", 0, 4).find("has 0 bytes"), std::string::npos);
}

TEST_F(Weights, TablesHoldRecipes) {
  ASSERT_TRUE(snippet.parse(R"(
sinter.table @w : tensor<3x2xf32> {
  %0 = sinter.param "a" in "w.bin"[0, 24] : tensor<2x3xf32>
  %1 = sinter.transpose %0 [1, 0] : tensor<2x3xf32>
  sinter.yield %1 : tensor<3x2xf32>
}, {
  %0 = sinter.constant dense<5.0> : tensor<3x2xf32> : tensor<3x2xf32>
  sinter.yield %0 : tensor<3x2xf32>
}
func.func @f(%layer: index) -> tensor<3x2xf32> {
  %0 = sinter.load @w[%layer] : tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
})")) << snippet.errors;
  FileParamReader reader(folder);
  TableValues tables;
  EvaluationOptions options;
  options.params = &reader;
  options.tables = &tables;
  auto first = snippet.run({Scalar::ofIndex(0)}, options);
  ASSERT_TRUE(succeeded(first)) << snippet.errors;
  EXPECT_EQ(std::get<Tensor>(first->front()).toDoubles(),
            (std::vector<double>{0, 3, 1, 4, 2, 5}));
  auto second = snippet.run({Scalar::ofIndex(1)}, options);
  ASSERT_TRUE(succeeded(second)) << snippet.errors;
  EXPECT_EQ(std::get<Tensor>(second->front()).toDoubles(),
            std::vector<double>(6, 5.0));
  EXPECT_EQ(tables.size(), 2u);
  EXPECT_TRUE(failed(snippet.run({Scalar::ofIndex(2)}, options)));
  EXPECT_NE(snippet.errors.find("has no entry 2"), std::string::npos);
}

TEST_F(Weights, TabulateAndRecipes) {
  ASSERT_TRUE(snippet.parse(R"(
func.func @f() -> tensor<4x2xf32> {
  %t = sinter.tabulate {
  ^bb0(%p: tensor<4xi64>):
    %0 = sinter.cast %p : tensor<4xi64> to f32
    %1 = sinter.reshape %0 : tensor<4xf32> to tensor<4x1xf32>
    %2 = sinter.constant dense<[[1.0, 0.5]]> : tensor<1x2xf32> : tensor<1x2xf32>
    %3 = sinter.mul %1, %2 : tensor<4x1xf32>, tensor<1x2xf32>
    sinter.yield %3 : tensor<4x2xf32>
  } : tensor<4x2xf32>
  %n = sinter.neg %t : tensor<4x2xf32>
  return %n : tensor<4x2xf32>
})")) << snippet.errors;
  auto value = evaluateValue(
      snippet.function().getBody().front().getTerminator()->getOperand(0));
  ASSERT_TRUE(succeeded(value)) << snippet.errors;
  EXPECT_EQ(value->toDoubles(),
            (std::vector<double>{-0.0, -0.0, -1, -0.5, -2, -1, -3, -1.5}));
}

} // namespace
