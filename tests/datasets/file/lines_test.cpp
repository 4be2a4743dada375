// Text files by lines and words: what is read, and the message with the line where it is wrong.
#include "datasets/file/lines.h"

#include <gtest/gtest.h>

using namespace terrella::datasets;

namespace {

template <class Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const terrella::FormatError& error) { return error.what(); }
  return "no error";
}

const Report report("a.dat");

}  // namespace

TEST(Lines, ComeWithTheirNumbersAndWithoutBlanks) {
  Lines lines("\n  one two \r\n\n three", report);
  Line line;
  ASSERT_TRUE(lines.peek(line));
  EXPECT_EQ(line.text, "one two");
  EXPECT_EQ(line.number, 2);
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(words_of(line.text), (std::vector<std::string_view>{"one", "two"}));
  EXPECT_EQ(lines.expect("a number").text, "three");
  EXPECT_EQ(lines.number(), 4);
  EXPECT_FALSE(lines.next(line));
  EXPECT_EQ(message_of([&] { lines.expect("the header"); }), "a.dat:4: the file ends where the header should stand");
}

TEST(Lines, NumbersCrossLinesAndAreCounted) {
  Lines lines("1 2.5\n3D1 4\n", report);
  EXPECT_EQ(lines.numbers(4, "widths"), (std::vector<double>{1, 2.5, 30, 4}));
  const auto of = [](std::string_view text, std::size_t count) {
    return message_of([&] { Lines(text, report).numbers(count, "widths"); });
  };
  EXPECT_EQ(of("1 2\n3", 2), "no error");
  EXPECT_EQ(of("1\n2 3", 2), "a.dat:2: widths: more than 2 numbers: '3'");
  EXPECT_EQ(of("1 2 \n", 3), "a.dat:1: widths: the file ends after 2 of 3 numbers");
  EXPECT_EQ(of("1\nx", 2), "a.dat:2: widths: 'x' is not a number");
  EXPECT_EQ(of("1\nNaN", 2), "a.dat:2: widths: 'NaN' is not a number");
  EXPECT_EQ(of("1 2", 1000000000), "a.dat: widths: 1000000000 numbers are announced, but only 3 bytes follow");
}

TEST(Lines, CountsHaveBounds) {
  EXPECT_EQ(count_of("+12", 3, "layers", 1, 100, report), 12);
  EXPECT_EQ(message_of([] { count_of("1.5", 3, "layers", 1, 100, report); }),
            "a.dat:3: layers: '1.5' is not a whole number");
  EXPECT_EQ(message_of([] { count_of("101", 3, "layers", 1, 100, report); }),
            "a.dat:3: layers: 101 is not within 1 .. 100");
  EXPECT_EQ(message_of([] { count_of("99999999999999999999", 3, "layers", 1, 100, report); }),
            "a.dat:3: layers: '99999999999999999999' is not a whole number");
}
