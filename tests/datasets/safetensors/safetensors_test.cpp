// Safetensors: what is written comes back, and the bytes are those that the format asks for.
#include "datasets/safetensors/safetensors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/debug.h"
#include "core/error.h"
#include "tests/datasets/tensor_example.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

std::string file_of(const std::string& json, const std::string& values) {
  std::string length;
  for (std::size_t i = 0; i < 8; ++i) length += static_cast<char>(json.size() >> (8 * i) & 255);
  return length + json + values;
}

std::uint64_t header_bytes(const std::string& file) {
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | static_cast<unsigned char>(file[i]);
  return length;
}

}  // namespace

TEST(Safetensors, EveryDtypeComesBackToTheBit) {
  const TensorFile file = tests::odd_tensors();
  const std::string bytes = safetensors_bytes(file);
  EXPECT_EQ(tests::difference(parse_safetensors(bytes, "memory"), file), "");
  EXPECT_EQ(safetensors_bytes(parse_safetensors(bytes, "memory")), bytes);
  const std::string path = testing::TempDir() + "odd_" + std::to_string(::getpid()) + ".safetensors";
  save_tensors(file, path);
  EXPECT_EQ(tests::difference(load_tensors(path), file), "");
  EXPECT_EQ(load_metadata(path), file.metadata);
  EXPECT_EQ(std::filesystem::file_size(path), bytes.size());
  std::filesystem::remove(path);
}

TEST(Safetensors, HeaderIsAsTheFormatSays) {
  const TensorFile file = tests::odd_tensors();
  const std::string bytes = safetensors_bytes(file);
  const std::uint64_t length = header_bytes(bytes);
  EXPECT_EQ(length % 8, 0u);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header.at("f32").at("dtype"), "F32");
  EXPECT_EQ(header.at("bool").at("dtype"), "BOOL");
  EXPECT_EQ(header.at("c64").at("dtype"), "C64");
  EXPECT_EQ(header.at("scalar").at("shape"), nlohmann::json::array());
  EXPECT_EQ(header.at("c128").at("dtype"), "F64");
  EXPECT_EQ(header.at("c128").at("shape"), (std::vector<int>{2, 1, 2}));
  EXPECT_EQ(header.at("__metadata__").at("terrella.dtype.c128"), "C128");
  EXPECT_EQ(header.at("__metadata__").at("units"), "ohm m");
  std::uint64_t bytes_of_all = 0;
  for (const auto& [name, x] : file.tensors) {
    const auto begin = header.at(name).at("data_offsets").at(0).get<std::uint64_t>();
    EXPECT_EQ(begin % (x.dtype() == DType::c128 ? 8 : size_of(x.dtype())), 0u) << name << " is not aligned";
    bytes_of_all += header.at(name).at("data_offsets").at(1).get<std::uint64_t>() - begin;
  }
  EXPECT_EQ(bytes.size(), 8 + length + bytes_of_all);
  EXPECT_EQ(safetensors_bytes({}), file_of("{}      ", ""));
}

TEST(Safetensors, NarrowNumbersOfOthersAreReadWithoutLoss) {
  // Halves: 1, -2, largest, smallest normal, largest and smallest subnormal, infinity, -0; by IEEE 754-2008.
  const std::string halves("\x00\x3C\x00\xC0\xFF\x7B\x00\x04\xFF\x03\x01\x00\x00\x7C\x00\x80", 16);
  const Tensor half =
      parse_safetensors(file_of(R"({"h":{"dtype":"F16","shape":[8],"data_offsets":[0,16]}})", halves), "h")
          .tensors["h"];
  const std::vector<float> expected = {1.0F,
                                       -2.0F,
                                       65504.0F,
                                       std::ldexp(1.0F, -14),
                                       std::ldexp(1023.0F, -24),
                                       std::ldexp(1.0F, -24),
                                       std::numeric_limits<float>::infinity(),
                                       -0.0F};
  EXPECT_EQ(half.to_vector<float>(), expected);
  EXPECT_TRUE(std::signbit(half.to_vector<float>()[7]));

  const std::string brains("\x80\x3F\x49\xC0\x80\x7F", 6);  // 1, -3.140625, infinity
  const Tensor brain =
      parse_safetensors(file_of(R"({"b":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}})", brains), "b")
          .tensors["b"];
  EXPECT_EQ(brain.to_vector<float>(), (std::vector<float>{1.0F, -3.140625F, std::numeric_limits<float>::infinity()}));

  const std::string integers("\xFF\x80\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10);
  const auto file = parse_safetensors(file_of(R"({"i8":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},
      "u8":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}, "i16":{"dtype":"I16","shape":[1],"data_offsets":[2,4]},
      "u16":{"dtype":"U16","shape":[1],"data_offsets":[4,6]}, "u32":{"dtype":"U32","shape":[1],"data_offsets":[6,10]}})",
                                              integers),
                                      "integers");
  const auto value = [&](const char* name) { return file.tensors.at(name).item<std::int64_t>(); };
  EXPECT_EQ(value("i8"), -1);
  EXPECT_EQ(value("u8"), 128);
  EXPECT_EQ(value("i16"), -1);
  EXPECT_EQ(value("u16"), 65535);
  EXPECT_EQ(value("u32"), 4294967295);
  EXPECT_EQ(file.tensors.at("u32").dtype(), DType::i64);
}

TEST(Safetensors, WhatTheFormatCannotHoldIsRefused) {
  const auto message = [](const TensorFile& file) -> std::string {
    try {
      safetensors_bytes(file);
    } catch (const std::invalid_argument& error) { return error.what(); }
    return "accepted";
  };
  EXPECT_EQ(message({{{"__metadata__", Tensor(1.0)}}, {}}),
            "safetensors: no tensor can be named __metadata__; choose another name");
  EXPECT_NE(message({{}, {{"terrella.dtype.x", "C128"}}}).find("is not free"), std::string::npos);
  EXPECT_NE(message({{{"\xFF", Tensor(1.0)}}, {}}).find("not valid UTF-8"), std::string::npos);
}

TEST(Safetensors, ExtensionsChooseTheFormatThatIsWritten) {
  for (const char* const path : {"weights.npz", "weights", "folder.h5/weights"}) {
    try {
      save_tensors({}, path);
      ADD_FAILURE() << path;
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find("use .safetensors, or .h5 (.hdf5)"), std::string::npos) << error.what();
    }
    EXPECT_THROW(load_tensors(path), FormatError);  // reading goes by content; there is no such file
  }
}
