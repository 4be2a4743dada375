// Tensors in HDF5 files: what is written comes back, damage and forgery are refused.
#include "datasets/hdf5/tensors.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "core/error.h"
#include "datasets/hdf5/reader.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/writer.h"
#include "datasets/safetensors/safetensors.h"
#include "tests/datasets/hdf5/example.h"
#include "tests/datasets/tensor_example.h"

using namespace terrella;
using namespace terrella::datasets;
using tests::difference;
using tests::odd_tensors;

namespace {

std::string refusal(std::string_view bytes) {
  try {
    read_hdf5_tensors("x.h5", bytes);
  } catch (const FormatError& error) { return std::string(error.what()).substr(6); }
  return "accepted";
}

std::string complaint(const TensorFile& file) {
  try {
    hdf5_bytes(file);
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "accepted";
}

/// A file whose group "tensors" `edit` fills.
template <class Edit>
std::string forged(const Edit& edit, const char* kind = "tensors", int version = 1) {
  hdf5::Writer writer(kind, version);
  hdf5::WriteGroup group = writer.root().group("tensors");
  edit(group);
  return writer.finish();
}

TEST(Hdf5Tensors, EveryDtypeComesBackToTheBit) {
  const tests::TemporaryFolder folder("hdf5_tensors");
  for (const char* const name : {"odd.h5", "odd.hdf5"}) {
    const std::string path = folder / name;
    save_tensors(odd_tensors(), path);
    EXPECT_EQ(difference(load_tensors(path), odd_tensors()), "");
    EXPECT_EQ(load_metadata(path), odd_tensors().metadata);
  }
  EXPECT_EQ(hdf5_bytes(odd_tensors()), hdf5_bytes(odd_tensors()));
  EXPECT_EQ(difference(read_hdf5_tensors("x.h5", hdf5_bytes({})), {}), "");
}

TEST(Hdf5Tensors, NamesThatSortBetweenAreKeptApart) {
  TensorFile file;
  for (const char* const name : {"a-b", "a/b", "a/b c", "a/c/d", "a0", "complex128", "b/complex128", "B"})
    file.tensors.emplace(name, Tensor(std::complex<double>(1, double(file.tensors.size()))));
  EXPECT_EQ(difference(read_hdf5_tensors("x.h5", hdf5_bytes(file)), file), "");
}

TEST(Hdf5Tensors, LargeTensorsArePacked) {
  TensorFile file;
  file.tensors = {{"zeros", zeros({500, 2000})}, {"random", random_normal({300, 1000}, 1, DType::c64)}};
  const std::string bytes = hdf5_bytes(file);
  EXPECT_EQ(difference(read_hdf5_tensors("x.h5", bytes), file), "");
  EXPECT_LT(bytes.size(), 3'000'000u);  // 8 MB of zeros take next to nothing
}

TEST(Hdf5Tensors, WhatTheFormatCannotHoldIsRefused) {
  const auto named = [](const std::string& name) { return complaint({{{name, Tensor(1.0)}}, {}}); };
  EXPECT_EQ(named("a//b"), "hdf5: '' in the name 'a//b' cannot name an object; choose another name");
  for (const char* const name : {"", "/a", "a/", "a/./b", ".", "\xFF"})
    EXPECT_NE(named(name).find("cannot name an object"), std::string::npos) << name;
  EXPECT_NE(named(std::string("a\0b", 3)).find("cannot name an object"), std::string::npos);
  EXPECT_EQ(complaint({{{"a", Tensor(1.0)}, {"a-", Tensor(1.0)}, {"a/b", Tensor(1.0)}}, {}}),
            "hdf5: 'a' is the name of a tensor and, in 'a/b', of a group; rename one");
  std::string deep;
  for (int i = 0; i < 32; ++i) deep += "g/";
  EXPECT_EQ(named(deep + "x"), "accepted");
  EXPECT_NE(named(deep + "g/x").find("more than 32 groups deep"), std::string::npos);
  EXPECT_NE(complaint({{}, {{"", "x"}}}).find("empty key"), std::string::npos);
  EXPECT_NE(complaint({{}, {{"x", std::string("\0", 1)}}}).find("NUL byte"), std::string::npos);
}

TEST(Hdf5Tensors, OtherFilesAreNamedForWhatTheyAre) {
  EXPECT_EQ(refusal(""), "is empty");
  EXPECT_EQ(refusal("text"), "is not an HDF5 file written by Terrella");
  EXPECT_EQ(refusal(forged([](auto&) {}, "survey")), "holds a survey, not a tensors");
  EXPECT_NE(refusal(forged([](auto&) {}, "tensors", 2)).find("format version 2"), std::string::npos);
  hdf5::Writer empty("tensors", 1);
  EXPECT_EQ(refusal(empty.finish()), "/tensors: is missing");
}

TEST(Hdf5Tensors, SealedButWrongContentIsRefusedByName) {
  const std::vector<std::string> words = {"a"};
  EXPECT_EQ(
      refusal(forged([&](hdf5::WriteGroup& group) { group.write("words", std::span<const std::string>(words)); })),
      "/tensors/words: is of a type that Terrella does not write for tensors");
  const std::vector<std::uint8_t> bytes = {1};
  EXPECT_EQ(refusal(forged([&](hdf5::WriteGroup& group) {
              group.group("g").write("bytes", std::span<const std::uint8_t>(bytes));
            })),
            "/tensors/g/bytes: is of a type that Terrella does not write for tensors");
  const std::vector<hdf5::Truth> truths = {hdf5::Truth::yes, hdf5::Truth{7}};
  EXPECT_EQ(refusal(forged(
                [&](hdf5::WriteGroup& group) { group.write_array("t", std::span<const hdf5::Truth>(truths), {2}); })),
            "/tensors/t: holds truth values that are neither 0 nor 1");
  EXPECT_EQ(refusal(forged([](hdf5::WriteGroup& group) { group.set("epoch", std::int64_t{3}); })),
            "/tensors/@epoch: has another type than expected");
  const std::vector<double> one = {1};
  EXPECT_EQ(refusal(forged([&](hdf5::WriteGroup& group) {
              group.write_array("deep", std::span<const double>(one), std::vector<std::size_t>(13, 1));
            })),
            "/tensors/deep: has 13 axes; a tensor has at most 12");
  EXPECT_EQ(
      refusal(forged([](hdf5::WriteGroup& group) { group.dimension("claim", std::size_t{1} << 40); })).substr(0, 30),
      "/tensors/claim: is of a type t");
  const std::vector<std::complex<double>> z = {1.0};
  EXPECT_EQ(
      refusal(forged([&](hdf5::WriteGroup& group) { group.write("z", std::span<const std::complex<double>>(z)); })),
      "/tensors/complex128: is neither a group nor a dataset");
}

TEST(Hdf5Tensors, EveryTruncationIsRefused) {
  const std::string whole = hdf5_bytes(odd_tensors());
  for (std::size_t size = 0; size < whole.size(); size += size < 1024 ? 1 : 97)
    EXPECT_NE(refusal(std::string_view(whole).substr(0, size)), "accepted") << size;
}

TEST(Hdf5Tensors, DamageUnderARenewedSealNeverCrashes) {
  const std::string image = hdf5_bytes(odd_tensors()).substr(hdf5::seal_bytes);
  std::mt19937_64 random(3);
  int refused = 0;
  for (int trial = 0; trial < 200; ++trial) {
    std::string damaged = image;
    for (int i = 0; i < 8; ++i)
      damaged[random() % damaged.size()] = static_cast<char>(random() % 4 == 0 ? 255 : random());
    try {
      const TensorFile file = read_hdf5_tensors("x.h5", hdf5::sealed("tensors", damaged));
      EXPECT_EQ(difference(parse_safetensors(safetensors_bytes(file), "back"), file), "");
    } catch (const FormatError&) { ++refused; }
  }
  EXPECT_GT(refused, 20);
}

TEST(Hdf5Tensors, ThreadsReadAndWriteAtOnce) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer's allocator keeps, in a child, the locks that other threads held at the fork";
#endif
  // The child that reads first is made while other threads hold and take memory of tensors.
  const TensorFile file = odd_tensors();
  const std::string bytes = hdf5_bytes(file);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        if (t % 2)
          EXPECT_EQ(difference(read_hdf5_tensors("x.h5", bytes), file), "");
        else
          for (int k = 0; k < 50; ++k) (zeros({1 << 16}) + 1.0).eval();
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
