//===- ContribTest.cpp - com.microsoft ops that are refused ---------------===//
//
// What they compute is judged by onnxruntime in test/e2e/contrib_ops.py.
//
//===----------------------------------------------------------------------===//
#include "test/unit/importer/ImportFixture.h"

using namespace sinter;
using namespace sinter::test;

namespace {
struct ContribTest : ImportTest {
  static onnx::ModelProto contrib(const std::string &text) {
    auto model = graph(text);
    auto *import = model.add_opset_import();
    import->set_domain("com.microsoft");
    import->set_version(1);
    return model;
  }
};
} // namespace

TEST_F(ContribTest, DomainMustBeImported) {
  expectRefused(graph("g (float[4] x) => (float[4] y) { y = "
                      "com.microsoft.QuickGelu(x) }"),
                "the model imports no opset of its domain");
}

TEST_F(ContribTest, UnknownOpOfTheDomain) {
  expectRefused(contrib("g (float[4] x) => (float[4] y) { y = "
                        "com.microsoft.GridSampler(x) }"),
                "ONNX op GridSampler (domain com.microsoft, opset 1)");
}

TEST_F(ContribTest, UnreadAttribute) {
  expectRefused(contrib("g (float[4] x) => (float[4] y) { y = "
                        "com.microsoft.QuickGelu<beta = 1.0>(x) }"),
                "attribute 'beta' is not supported");
}

TEST_F(ContribTest, MatMulNBits) {
  auto node = [](const std::string &attributes, const std::string &operands,
                 const std::string &bytes) {
    return contrib("g (float[2, 64] x, uint8[8, 2, " + bytes +
                   "] w, float[16] s, int32[64] i) => (float[2, 8] y) { y = "
                   "com.microsoft.MatMulNBits<K = 64, N = 8, " +
                   attributes + ">(" + operands + ") }");
  };
  EXPECT_TRUE(import(node("bits = 4, block_size = 32", "x, w, s", "16")));
  expectRefused(node("bits = 3, block_size = 32", "x, w, s", "12"),
                "bits is 3; supported: 2, 4 and 8");
  expectRefused(node("bits = 4, block_size = 24", "x, w, s", "12"),
                "block_size is 24");
  expectRefused(node("bits = 4", "x, w, s", "16"),
                "attribute 'block_size' is missing");
  expectRefused(node("bits = 4, block_size = 32", "x, w, s", "15"),
                "B does not hold N x K numbers of 4 bits");
  expectRefused(node("bits = 4, block_size = 32", "x, w, s, , i", "16"),
                "input 4 is not supported");
}

TEST_F(ContribTest, GroupQueryAttention) {
  auto node = [](const std::string &attributes, const std::string &total,
                 const std::string &more = "") {
    return contrib(
        "g (float[1, s, 64] q, float[1, 1, p, 16] pk, float[1, 1, p, 16] pv, "
        "int32[1] l, int32 t, int64[1, t] m, float[4] sink) => (float[1, s, "
        "64] y) { n = Shape(m) c = Constant<value_int = 1>() d = Gather(n, c) "
        "e = Cast<to = 6>(d) k = Constant<value = float[1, 1, 16] {0, 0, 0, 0, "
        "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}>() y, a, b = "
        "com.microsoft.GroupQueryAttention<num_heads = 4, kv_num_heads = 1" +
        attributes + ">(q, k, k, pk, pv, l, " + total + more + ") }");
  };
  EXPECT_TRUE(import(node("", "e")));
  expectRefused(node("", "t"), "total_sequence_length does not follow from "
                               "sizes of inputs");
  expectRefused(node(", do_rotary = 1", "e"),
                "do_rotary needs cos_cache and sin_cache");
  expectRefused(node("", "e", ", , , , , t"), "head_sink is not as long");
}

TEST_F(ContribTest, MultiHeadAttention) {
  expectRefused(contrib("g (float[1, s, 64] q) => (float[1, s, 64] y) { y = "
                        "com.microsoft.MultiHeadAttention<num_heads = 4>(q) }"),
                "its query, key and value have ranks that do not fit");
  expectRefused(contrib("g (float[1, s, 64] q) => (float[1, s, 64] y) { y = "
                        "com.microsoft.MultiHeadAttention<num_heads = 5>(q, q, "
                        "q) }"),
                "is no known multiple of its 5 heads");
}
