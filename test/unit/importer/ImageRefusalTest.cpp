//===- ImageRefusalTest.cpp - what ops of vision models refuse ------------===//
#include "test/unit/importer/ImportFixture.h"

using namespace sinter;
using namespace sinter::test;

using ImageRefusalTest = ImportTest;

TEST_F(ImageRefusalTest, ConvTranspose) {
  auto model = [&](const std::string &attributes, const std::string &w) {
    return graph("g (float[1, 4, 5] x, float[" + w +
                 "] w) => (float[1, m, n] y) { y = ConvTranspose" + attributes +
                 "(x, w) }");
  };
  EXPECT_TRUE(import(model("<strides = [2]>", "4, 2, 3")));
  expectRefused(model("<group = 3>", "4, 2, 3"),
                "the channels of X and W do not fit 3 groups");
  expectRefused(model("", "5, 2, 3"), "the channels of X and W do not fit");
  expectRefused(model("", "4, 2, k"), "the sizes of W are not known");
  expectRefused(model("", "4, 2"), "supported: ranks 3 to 5, both the same");
  expectRefused(model("<kernel_shape = [2]>", "4, 2, 3"),
                "kernel_shape is not W's");
  expectRefused(model("<auto_pad = \"SAME\">", "4, 2, 3"),
                "auto_pad is 'SAME'; supported: NOTSET, VALID, SAME_UPPER");
  expectRefused(model("<strides = [0]>", "4, 2, 3"),
                "attribute 'strides' does not fit 1 numbers from 1");
  expectRefused(model("<strides = [2, 2]>", "4, 2, 3"),
                "attribute 'strides' does not fit");
  expectRefused(model("<output_shape = [9, 9]>", "4, 2, 3"),
                "output_shape does not fit 1 dimensions");
  expectRefused(model("<pads = [9, 0]>", "4, 2, 3"),
                "its output would have -2 elements along a dimension");
  expectRefused(model("<strides = [2147483647]>", "4, 2, 3"),
                "elements along a dimension");
}

TEST_F(ImageRefusalTest, GridSample) {
  auto model = [&](const std::string &attributes, const std::string &grid) {
    return graph("g (float[1, 2, 5, 5] x, float[" + grid +
                 "] g) => (float[1, 2, m, n] y) { y = GridSample" + attributes +
                 "(x, g) }");
  };
  EXPECT_TRUE(import(model("", "1, 3, 3, 2")));
  expectRefused(model("<mode = \"bilinear\">", "1, 3, 3, 2"),
                "mode is 'bilinear'; supported: linear, nearest, cubic; before "
                "opset 20 bilinear, bicubic");
  expectRefused(model("<padding_mode = \"wrap\">", "1, 3, 3, 2"),
                "padding_mode is 'wrap'; supported: zeros, border, reflection");
  expectRefused(model("", "1, 3, 3, 3"),
                "X and grid have sizes that do not fit");
  expectRefused(model("", "1, 3, 2"), "X and grid have sizes that do not fit");
  expectRefused(graph("g (int64[1, 2, 5, 5] x, float[1, 3, 3, 2] g) => "
                      "(int64[1, 2, m, n] y) { y = GridSample(x, g) }"),
                "elements are integers; supported: floats");
}

TEST_F(ImageRefusalTest, Blocks) {
  auto model = [&](const std::string &op, const std::string &attributes) {
    return graph("g (float[1, 8, 4, 6] x) => (float[1, c, h, w] y) { y = " +
                 op + attributes + "(x) }");
  };
  EXPECT_TRUE(import(model("DepthToSpace", "<blocksize = 2>")));
  expectRefused(model("DepthToSpace", ""), "blocksize");
  expectRefused(model("DepthToSpace", "<blocksize = 0>"),
                "blocks of 1 to 32768");
  expectRefused(model("DepthToSpace", "<blocksize = 3>"),
                "a size of 8 is no multiple of 9");
  expectRefused(model("DepthToSpace", "<blocksize = 2, mode = \"RDC\">"),
                "mode is 'RDC'; supported: DCR, CRD");
  expectRefused(model("SpaceToDepth", "<blocksize = 4>"),
                "a size of 6 is no multiple of 4");
}

TEST_F(ImageRefusalTest, PadBeyondReason) {
  auto model = [&](const std::string &pads) {
    return graph("g (float[n] x) => (float[m] y) <int64[2] p = {" + pads +
                 "}> { y = Pad<mode = \"reflect\">(x, p) }");
  };
  EXPECT_TRUE(import(model("3, 2")));
  expectRefused(model("-1, 2"),
                "mode 'reflect' along a dimension of size n by -1 and 2");
  expectRefused(model("99999999, 2"),
                "supported: sizes that are not empty, by counts that");
}
