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
  expectRefused(node(", sliding_window_cache = 1", "e"),
                "sliding_window_cache without a local_window_size");
  ASSERT_TRUE(
      import(node(", sliding_window_cache = 1, local_window_size = 4", "e")));
  EXPECT_NE(text().find("sinter.needs_step"), std::string::npos) << text();
}

TEST_F(ContribTest, Experts) {
  // 3 experts, 8 -> 6 -> 8.
  auto moe = [](const std::string &attributes, const std::string &fc1 = "12",
                const std::string &more = "") {
    return contrib("g (float[2, n, 8] x, float[t, 3] p, float[3, " + fc1 +
                   ", 8] a, float[3, 8, 6] b, float[3, 6, 8] c) => (float[2, "
                   "n, 8] y) { y = com.microsoft.MoE<" +
                   attributes + ">(x, p, a, , b" + more + ") }");
  };
  std::string swiglu = "activation_type = \"swiglu\", swiglu_fusion = 1";
  EXPECT_TRUE(import(moe(swiglu + ", k = 3")));
  EXPECT_TRUE(import(moe("activation_type = \"swiglu\"", "6", ", , c")));
  expectRefused(moe(swiglu + ", k = 4"), "k is 4 of 3 experts");
  expectRefused(moe(swiglu + ", k = 0"), "k is 0 of 3 experts");
  expectRefused(moe(swiglu + ", use_sparse_mixer = 1"),
                "use_sparse_mixer is 1; supported: 0");
  expectRefused(moe("activation_type = \"geglu\""),
                "activation_type is 'geglu'; supported: relu, gelu");
  expectRefused(moe("activation_type = \"swiglu\", swiglu_fusion = 3"),
                "swiglu_fusion is 3; supported: 0, 1 and 2");
  expectRefused(moe("activation_type = \"swiglu\"", "6"),
                "needs fc3_experts_weights");
  expectRefused(moe(swiglu, "12", ", , c"),
                "fc3_experts_weights do not go with swiglu_fusion");
  expectRefused(moe("activation_type = \"silu\""),
                "fc1_experts_weights do not fit 3 experts of 6 rows of 8");
}

TEST_F(ContribTest, QuantizedExperts) {
  auto qmoe = [](const std::string &attributes,
                 const std::string &bytes = "32") {
    return contrib("g (float[n, 64] x, float[n, 2] p, uint8[2, 64, " + bytes +
                   "] a, float[2, 64] s, uint8[2, 64, 32] b) => (float[n, 64] "
                   "y) { y = com.microsoft.QMoE<" +
                   attributes + ">(x, p, a, s, , b, s) }");
  };
  EXPECT_TRUE(import(qmoe("k = 1")));
  expectRefused(qmoe("expert_weight_bits = 3"), "bits is 3");
  expectRefused(qmoe("block_size = 24"), "block_size is 24");
  expectRefused(qmoe("quant_type = \"fp4\""),
                "quant_type is 'fp4'; supported: int");
  expectRefused(qmoe("weights_prepacked = 1"), "packed for one GPU");
  expectRefused(qmoe("k = 1", "31"), "fc1_experts_weights do not fit");
}

TEST_F(ContribTest, FusedActivation) {
  expectRefused(contrib("g (float[2, 4] x, float[4, 3] w) => (float[2, 3] y) { "
                        "y = com.microsoft.FusedGemm<activation = \"Elu\">(x, "
                        "w) }"),
                "activation is 'Elu'; supported: Relu, Sigmoid");
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
