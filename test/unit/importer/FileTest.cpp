//===- FileTest.cpp - damaged files and external data ---------------------===//
#include "lib/Importer/WireFormat.h"
#include "test/unit/importer/ImportFixture.h"
#include <filesystem>

using namespace sinter;
using namespace sinter::test;

namespace {
class FileTest : public ImportTest {
protected:
  /// y = x + w, w of 128 floats in `w.bin` unless changed.
  onnx::ModelProto external() {
    auto model = graph("g (float[128] x) => (float[128] y) { y = Add(x, w) }");
    auto *w = model.mutable_graph()->add_initializer();
    w->set_name("w");
    w->set_data_type(onnx::TensorProto::FLOAT);
    w->add_dims(128);
    w->set_data_location(onnx::TensorProto::EXTERNAL);
    return model;
  }
  static void say(onnx::ModelProto &model, const std::string &key,
                  const std::string &value) {
    auto *entry =
        model.mutable_graph()->mutable_initializer(0)->add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  onnx::ModelProto external(const std::string &location,
                            const std::string &offset = "",
                            const std::string &length = "") {
    auto model = external();
    say(model, "location", location);
    if (!offset.empty())
      say(model, "offset", offset);
    if (!length.empty())
      say(model, "length", length);
    return model;
  }
};
} // namespace

TEST_F(FileTest, NoFile) {
  EXPECT_FALSE(importFile(folder + "/none.onnx"));
  EXPECT_FALSE(importFile(folder));
  EXPECT_FALSE(importBytes(""));
}

TEST_F(FileTest, TruncatedAtEveryLength) {
  auto model = graph(R"(g (float[N, 64] x) => (float[N, 8] y)
    <int64[2] shape = {-1, 8}, float[8] b = {1, 2, 3, 4, 5, 6, 7, 8}> {
    m = MatMul(x, w)
    y = Add(m, b)
  })");
  auto *w = model.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(64);
  w->add_dims(8);
  w->set_raw_data(std::string(64 * 8 * 4, '\1'));
  std::string bytes = model.SerializeAsString();
  ASSERT_TRUE(importBytes(bytes));
  for (size_t size = 0; size < bytes.size(); ++size) {
    // Inside the weight one length is like another.
    if (size > 200 && size + 200 < bytes.size() && size % 97)
      continue;
    EXPECT_FALSE(importBytes(bytes.substr(0, size))) << size;
  }
}

TEST_F(FileTest, EveryByteChanged) {
  auto model = graph(R"(g (float[N, 64] x) => (float[N, 64] y)
    <float[1] b = {1}> { m = Mul(x, w)  y = Add(m, b) })");
  auto *w = model.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(128);
  w->set_raw_data(std::string(128 * 4, '\1'));
  std::string bytes = model.SerializeAsString();
  for (size_t i = 0; i < bytes.size(); ++i)
    for (int change : {1, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = char(damaged[i] ^ change);
      importBytes(damaged); // a module or errors: no crash
    }
}

TEST_F(FileTest, BigTensorsStayInTheFile) {
  auto model = graph("g (float[128] x) => (float[128] y) { y = Add(x, w) }");
  auto *w = model.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(128);
  std::string data;
  for (int i = 0; i < 512; ++i)
    data += char(i * 7);
  w->set_raw_data(data);
  std::string bytes = model.SerializeAsString();
  ASSERT_TRUE(importBytes(bytes));
  std::string at = std::to_string(bytes.find(data));
  EXPECT_NE(text().find("sinter.param \"w\" in \"model.onnx\"[" + at +
                        ", 512] : tensor<128xf32>"),
            std::string::npos)
      << text();
  // float_data is laid out like raw_data in the file.
  w->clear_raw_data();
  for (int i = 0; i < 128; ++i)
    w->add_float_data(float(i) + 0.5f);
  bytes = model.SerializeAsString();
  ASSERT_TRUE(importBytes(bytes));
  std::string packed(512, '\0');
  memcpy(packed.data(), w->float_data().data(), 512);
  at = std::to_string(bytes.find(packed));
  EXPECT_NE(text().find("in \"model.onnx\"[" + at + ", 512]"),
            std::string::npos)
      << text();
}

TEST_F(FileTest, TensorsOfAnotherSize) {
  auto model = graph("g (float[128] x) => (float[128] y) { y = Add(x, w) }");
  auto *w = model.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(128);
  w->set_raw_data(std::string(508, 'x'));
  expectRefused(model, "tensor 'w': its data has 508 bytes, but its shape and "
                       "type need 512");
  w->set_raw_data(std::string(516, 'x'));
  expectRefused(model, "its data has 516 bytes");
  w->set_dims(0, int64_t(1) << 62);
  expectRefused(model, "the shape [4611686018427387904] is negative or too "
                       "large");
  w->set_dims(0, -128);
  expectRefused(model, "negative");
}

TEST_F(FileTest, ExternalData) {
  write("w.bin", std::string(1000, '\2'));
  ASSERT_TRUE(import(external("w.bin", "100", "512")));
  EXPECT_NE(text().find("sinter.param \"w\" in \"w.bin\"[100, 512]"),
            std::string::npos)
      << text();
  EXPECT_TRUE(import(external("w.bin", "488")));
  std::filesystem::create_directory(folder + "/sub");
  write("sub/w.bin", std::string(512, '\2'));
  EXPECT_TRUE(import(external("sub/w.bin")));
}

TEST_F(FileTest, ExternalDataOutOfTheFile) {
  write("w.bin", std::string(1000, '\2'));
  expectRefused(external("w.bin", "489"),
                "tensor 'w': its data, bytes 489 to 1001, lies beyond the end "
                "of 'w.bin' (1000 bytes)");
  expectRefused(external("w.bin", "0", "511"), "its data has 511 bytes");
  expectRefused(external("w.bin", "9223372036854775807"), "beyond the end");
  expectRefused(external("w.bin", "18446744073709551615"), "offset");
  expectRefused(external("w.bin", "-1"), "offset '-1', which is no size");
  expectRefused(external("w.bin", "zero"), "offset 'zero'");
  expectRefused(external("w.bin", "", "1e3"), "length '1e3'");
  auto model = external("w.bin", "0");
  say(model, "offset", "4");
  expectRefused(model, "says 'offset' twice");
  model = external("w.bin");
  say(model, "encryption", "rot13");
  expectRefused(model, "unknown key 'encryption'");
}

TEST_F(FileTest, ExternalDataOutOfTheFolder) {
  namespace fs = std::filesystem;
  std::string outside = folder + "-outside";
  fs::create_directories(outside);
  write("inside.bin", std::string(512, '\2'));
  fs::copy_file(folder + "/inside.bin", outside + "/w.bin",
                fs::copy_options::overwrite_existing);
  std::string name = fs::path(outside).filename().string();
  expectRefused(external(outside + "/w.bin"), "inside the model's folder");
  expectRefused(external("../" + name + "/w.bin"), "without '..'");
  expectRefused(external("sub/../../" + name + "/w.bin"), "without '..'");
  fs::create_symlink(outside + "/w.bin", folder + "/link.bin");
  expectRefused(external("link.bin"), "is a link that leaves");
  fs::create_directory_symlink(outside, folder + "/linked");
  expectRefused(external("linked/w.bin"), "is a link that leaves");
  fs::create_symlink("inside.bin", folder + "/good.bin");
  EXPECT_TRUE(import(external("good.bin")));
  fs::create_symlink("loop.bin", folder + "/loop.bin");
  expectRefused(external("loop.bin"), "cannot be found");
  expectRefused(external("none.bin"),
                "tensor 'w': its external data file 'none.bin' cannot be found "
                "beside the model");
  expectRefused(external(""), "must be a path");
  fs::create_directory(folder + "/sub");
  expectRefused(external("sub"), "is not a file");
  fs::remove_all(outside);
}

TEST_F(FileTest, ShapesInExternalData) {
  int64_t shape[] = {2, -1};
  write("s.bin", std::string(reinterpret_cast<char *>(shape), sizeof shape));
  auto model = graph("g (float[8] x) => (float[n, m] y) { y = Reshape(x, s) }");
  auto *s = model.mutable_graph()->add_initializer();
  s->set_name("s");
  s->set_data_type(onnx::TensorProto::INT64);
  s->add_dims(2);
  s->set_data_location(onnx::TensorProto::EXTERNAL);
  auto *entry = s->add_external_data();
  entry->set_key("location");
  entry->set_value("s.bin");
  ASSERT_TRUE(import(model));
  EXPECT_NE(text().find("-> (tensor<2x4xf32>"), std::string::npos) << text();
}

TEST_F(FileTest, WireFormat) {
  std::string error;
  // Ten continuation bytes, a group, a length past the end, field 0.
  EXPECT_FALSE(stripBigTensors(std::string(11, '\xff'), error));
  EXPECT_FALSE(stripBigTensors("\x0b", error));
  EXPECT_FALSE(stripBigTensors("\x3a\x7f", error));
  EXPECT_FALSE(stripBigTensors(std::string("\0\0", 2), error));
  EXPECT_EQ(stripBigTensors("", error), "");
  // Nothing big: the same message.
  std::string bytes = graph("g (float[4] x) => (float[4] y) { y = Abs(x) }")
                          .SerializeAsString();
  EXPECT_EQ(stripBigTensors(bytes, error), bytes);
}

TEST_F(FileTest, NestedTooDeep) {
  onnx::GraphProto inner;
  inner.set_name("g");
  for (int i = 0; i < 40; ++i) {
    onnx::GraphProto outer;
    outer.set_name("g");
    auto *node = outer.add_node();
    node->set_op_type("If");
    auto *attribute = node->add_attribute();
    attribute->set_name("then_branch");
    attribute->set_type(onnx::AttributeProto::GRAPH);
    *attribute->mutable_g() = inner;
    inner = outer;
  }
  auto model = graph("g (float[4] x) => (float[4] y) { y = Abs(x) }");
  *model.mutable_graph() = inner;
  EXPECT_FALSE(import(model));
}
