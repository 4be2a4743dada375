// Damaged and hostile safetensors files: each is refused with its reason, and nothing else happens.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/backend/cpu/memory.h"
#include "core/error.h"
#include "datasets/safetensors/safetensors.h"
#include "tests/datasets/tensor_example.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

std::string with_length(std::uint64_t length, const std::string& rest) {
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(length >> (8 * i) & 255);
  return bytes + rest;
}

std::string file_of(const std::string& json, std::size_t values) {
  return with_length(json.size(), json + std::string(values, '\1'));
}

/// The header of one tensor t, its fields as given.
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{\"t\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
}

std::string message(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "f");
  } catch (const FormatError& error) { return error.what(); }
  return "accepted";
}

struct Case {
  const char* name;
  std::string bytes, what;
};

const Case cases[] = {
    {"Empty", "", "is no safetensors file: it holds 0 bytes"},
    {"SevenBytes", "1234567", "it holds 7 bytes"},
    {"HeaderBeyondTheFile", with_length(100, "{}"), "is truncated: a header of 100 bytes is announced, 2 bytes follow"},
    {"HeaderOverOneHundredMegabytes", with_length(100'000'001, "{}"), "a header of 100000001 bytes, where 100 MB"},
    {"HeaderOf2To64", with_length(~std::uint64_t{0}, "{}"), "a header of 18446744073709551615 bytes"},
    {"NoHeader", with_length(0, ""), "does not begin with '{'"},
    {"BlankBefore", file_of(" {}", 0), "does not begin with '{'"},
    {"ByteOrderMark", file_of("\xEF\xBB\xBF{}", 0), "does not begin with '{'"},
    {"Array", file_of("[]", 0), "does not begin with '{'"},
    {"Unclosed", file_of("{\"t\":{", 0), "the header is no valid JSON at its byte"},
    {"AfterTheObject", file_of("{} {}", 0), "no valid JSON at its byte"},
    {"NulAfterTheObject", file_of(std::string("{}\0", 3), 0), "no valid JSON at its byte 3"},
    {"Comment", file_of("{/* */}", 0), "no valid JSON"},
    {"TrailingComma", file_of(one("\"F32\"", "[1,]", "[0,4]"), 4), "no valid JSON"},
    {"NotUtf8", file_of("{\"\xFF\":1}", 0), "no valid JSON"},
    {"LoneSurrogate", file_of("{\"\\uD800\":1}", 0), "no valid JSON"},
    {"DeepArrays", file_of("{\"t\":{\"shape\":" + std::string(100000, '['), 0), "tensor 't' has an array in its shape"},
    {"DeepObjects", file_of("{\"t\":{\"dtype\":{\"dtype\":{", 0), "tensor 't' has an object for its dtype"},
    {"TensorIsNumber", file_of("{\"t\":1}", 0), "'t' is the number 1 where dtype, shape and data_offsets belong"},
    {"TensorIsNull", file_of("{\"t\":null}", 0), "'t' is null where"},
    {"SameNameTwice",
     file_of(
         R"({"t":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},"t":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}})",
         1),
     "the header has the key 't' twice"},
    {"SameNameEscaped", file_of(R"({"t":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},"\u0074":{}})", 1),
     "the header has the key 't' twice"},
    {"SameFieldTwice", file_of(R"({"t":{"dtype":"F32","dtype":"F64","shape":[],"data_offsets":[0,4]}})", 4),
     "tensor 't' has 'dtype' twice"},
    {"NoDtype", file_of(R"({"t":{"shape":[1],"data_offsets":[0,4]}})", 4), "tensor 't' has no dtype"},
    {"NoShape", file_of(R"({"t":{"dtype":"F32","data_offsets":[0,4]}})", 4), "tensor 't' has no shape"},
    {"NoOffsets", file_of(R"({"t":{"dtype":"F32","shape":[1]}})", 4), "tensor 't' has no data_offsets"},
    {"UnknownField", file_of(R"({"t":{"dtype":"F32","shape":[],"data_offsets":[0,4],"strides":[]}})", 4),
     "tensor 't' has the unknown field 'strides'"},
    {"UnknownDtype", file_of(one("\"F8_E4M3\"", "[4]", "[0,4]"), 4), "tensor 't' has dtype 'F8_E4M3', for which"},
    {"UnsignedOf64Bits", file_of(one("\"U64\"", "[1]", "[0,8]"), 8), "has dtype 'U64', for which there is none here"},
    {"LowerCaseDtype", file_of(one("\"f32\"", "[1]", "[0,4]"), 4), "has dtype 'f32'"},
    {"DtypeIsNumber", file_of(one("32", "[1]", "[0,4]"), 4), "has the number 32 for its dtype"},
    {"ShapeIsNumber", file_of(one("\"F32\"", "1", "[0,4]"), 4), "has the number 1 for its shape"},
    {"NegativeExtent", file_of(one("\"F32\"", "[-1]", "[0,4]"), 4), "has the negative number -1 in its shape"},
    {"FractionalExtent", file_of(one("\"F32\"", "[1.0]", "[0,4]"), 4), "has the number 1.0, no integer below 2^64, in"},
    {"TextExtent", file_of(one("\"F32\"", "[\"1\"]", "[0,4]"), 4), "has a text in its shape"},
    {"HugeExtent", file_of(one("\"F32\"", "[18446744073709551615]", "[0,4]"), 4), "has the impossible extent"},
    {"LargerThan64Bits", file_of(one("\"F32\"", "[18446744073709551616]", "[0,4]"), 4), "no integer below 2^64"},
    {"ProductOverflows", file_of(one("\"F32\"", "[4294967296,4294967296,4]", "[0,0]"), 0), "more elements than memory"},
    {"ProductWrapsToZero", file_of(one("\"F64\"", "[72057594037927936,256]", "[0,0]"), 0), "more elements than memory"},
    {"OverflowBesideZero", file_of(one("\"F32\"", "[4294967296,4294967296,0]", "[0,0]"), 0),
     "more elements than memory"},
    {"ThirteenAxes", file_of(one("\"BOOL\"", "[1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,1]"), 1), "has more than 12 axes"},
    {"ThousandAxes",
     file_of(
         "{\"t\":{\"shape\":[1" +
             [] {
               std::string more;
               for (int i = 0; i < 1000; ++i) more += ",1";
               return more;
             }(),
         0),
     "has more than 12 axes"},
    {"OneOffset", file_of(one("\"F32\"", "[1]", "[0]"), 4), "has 1 data_offsets instead of two"},
    {"ThreeOffsets", file_of(one("\"F32\"", "[1]", "[0,4,8]"), 4), "has more than two data_offsets"},
    {"NegativeOffset", file_of(one("\"F32\"", "[1]", "[-4,0]"), 4), "has the negative number -4 in its data_offsets"},
    {"EndBeforeBegin", file_of(one("\"F32\"", "[1]", "[4,0]"), 4), "ends at byte 0, before it begins at 4"},
    {"TooFewBytes", file_of(one("\"F32\"", "[2]", "[0,4]"), 4),
     "tensor 't' of dtype F32 has 2 elements of 4 bytes, but 4 bytes in the file"},
    {"BeyondTheEnd", file_of(one("\"F32\"", "[2]", "[0,8]"), 7),
     "ends at byte 8 of the values, but the file holds 7; it may be truncated"},
    {"LargerThanAnyDisk", file_of(one("\"F64\"", "[72057594037927936]", "[0,576460752303423488]"), 8),
     "but the file holds 8"},
    {"TrailingBytes", file_of(one("\"F32\"", "[1]", "[0,4]"), 5), "has 1 bytes after the last tensor"},
    {"BytesWithoutTensors", file_of("{}", 8), "has 8 bytes after the last tensor"},
    {"GapBefore", file_of(one("\"F32\"", "[1]", "[4,8]"), 8), "tensor 't' begins at byte 4 and leaves a gap from 0"},
    {"Overlap",
     file_of(
         R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
         12),
     "tensor 'b' overlaps tensor 'a', which ends at byte 8"},
    {"SameBytes",
     file_of(
         R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
         4),
     "tensor 'b' overlaps tensor 'a'"},
    {"GapBetween",
     file_of(
         R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
         12),
     "tensor 'b' begins at byte 8 and leaves a gap from 4"},
    {"TruthValueOf2", file_of(one("\"BOOL\"", "[1]", "[0,1]"), 0) + "\2", "of dtype BOOL holds 2 at position 0"},
    {"MetadataAreNoTexts", file_of(R"({"__metadata__":{"epoch":3}})", 0), "the metadata 'epoch' are the number 3"},
    {"MetadataNest", file_of(R"({"__metadata__":{"a":{}}})", 0), "the metadata 'a' are an object where a text belongs"},
    {"MetadataTwice", file_of(R"({"__metadata__":{},"__metadata__":{}})", 0), "has the key '__metadata__' twice"},
    {"MetadataKeyTwice", file_of(R"({"__metadata__":{"a":"","a":""}})", 0), "the header has the key 'a' twice"},
    {"ComplexOfFloats",
     file_of(R"({"__metadata__":{"terrella.dtype.t":"C128"},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8),
     "tensor 't' is said to be C128, but does not hold pairs of F64"},
    {"ComplexOfThree",
     file_of(R"({"__metadata__":{"terrella.dtype.t":"C128"},"t":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}})",
             24),
     "does not hold pairs of F64"},
    {"ComplexOfNothing", file_of(R"({"__metadata__":{"terrella.dtype.gone":"C128"}})", 0),
     "tensor 'gone', which is not"},
    {"UnknownOwnDtype", file_of(R"({"__metadata__":{"terrella.dtype.t":"C256"}})", 0), "say 'C256'; C128 is known"},
    {"NameWithControls", file_of("{\"a\\u0000\\n\":1}", 0),
     "'a?"
     "?' is the number 1"},
    {"LongName", file_of("{\"" + std::string(79, 'x') + "\xC3\xA4\":1}", 0), std::string(79, 'x') + "...' is"},
};

std::ostream& operator<<(std::ostream& out, const Case& example) { return out << example.name; }

class CorruptSafetensors : public testing::TestWithParam<Case> {};

}  // namespace

TEST_P(CorruptSafetensors, IsRefusedWithItsReason) {
  cpu::reset_peak();
  const std::size_t before = cpu::memory_statistics().peak;
  const std::string said = message(GetParam().bytes);
  EXPECT_NE(said.find(GetParam().what), std::string::npos) << said;
  EXPECT_TRUE(said.starts_with("f: ")) << said;
  EXPECT_LE(cpu::memory_statistics().peak - before, 64u);  // nothing was taken for values
}
INSTANTIATE_TEST_SUITE_P(Files, CorruptSafetensors, testing::ValuesIn(cases),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(CorruptSafetensors, EveryTruncationIsRefused) {
  const std::string whole = safetensors_bytes(tests::odd_tensors());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(message(whole.substr(0, size)), "accepted") << size << " of " << whole.size() << " bytes";
}

TEST(CorruptSafetensors, EveryFlippedBitIsRefusedOrGivesAFileThatIsValid) {
  const std::string whole = safetensors_bytes(tests::odd_tensors());
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    try {
      const TensorFile file = parse_safetensors(bytes, "flipped");
      ASSERT_EQ(tests::difference(parse_safetensors(safetensors_bytes(file), "again"), file), "") << "bit " << bit;
    } catch (const FormatError&) { ++refused; }
  }
  EXPECT_GT(refused, 1000u);
}

TEST(CorruptSafetensors, FilesOnDiskToo) {
  const std::string path = testing::TempDir() + "corrupt_" + std::to_string(::getpid()) + ".safetensors";
  const auto said = [&](const std::string& bytes) -> std::string {
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      load_tensors(path);
    } catch (const FormatError& error) { return std::string(error.what()).substr(path.size()); }
    return "accepted";
  };
  EXPECT_EQ(said(""), ": is no safetensors file: it holds 0 bytes");
  EXPECT_EQ(said(with_length(9, "{}")), ": is truncated: a header of 9 bytes is announced, 2 bytes follow");
  EXPECT_EQ(said(file_of(one("\"F32\"", "[1]", "[0,4]"), 5)), ": has 1 bytes after the last tensor");
  std::filesystem::remove(path);
  EXPECT_THROW(load_tensors(path), FormatError);
  EXPECT_THROW(load_tensors(testing::TempDir() + "folder.safetensors/"), FormatError);
}
