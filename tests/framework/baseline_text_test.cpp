// SPDX-License-Identifier: BSL-1.0
// The text of a baseline file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/baseline_work.hpp"
#include "cofault/baseline.hpp"
#include "cofault/detail/root.hpp"

namespace {

using namespace support;

TEST(BaselineText, OnlyTheSourceMayHoldTheSeparator) {
  const std::string line = "A.B | c d | f.cpp:g | x = a | b | c;";
  const auto read = baseline::parse(line, "f").findings();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].source, "x = a | b | c;");
  EXPECT_EQ(to_line(read[0]), line);
}

TEST(BaselineText, IsSortedAndHoldsEachLineOnce) {
  const std::string a = "A | p | c | s\n", b = "B | p | c | s\n";
  EXPECT_EQ(baseline::parse("# b\n" + b + a + b, "f").text(), a + "# b\n" + b);
}

TEST(BaselineText, WhatAFindingSaysFitsALine) {
  finding odd;
  odd.property = "# a |\tb\n\xFF";
  EXPECT_EQ(to_line(as_known(odd, "  ")), "? | / a / b ? | ? | ?");
}

TEST(BaselineText, LinesAreThoseOfTheFile) {
  const auto file = baseline::parse("# head\n\nA | p | c | s\n# c\n\nB | p | c | s\n", "f");
  EXPECT_EQ(file.line_of({"A", "p", "c", "s"}), 3u);
  EXPECT_EQ(file.line_of({"B", "p", "c", "s"}), 6u);
  EXPECT_EQ(file.line_of({"C", "p", "c", "s"}), 0u);
}

}  // namespace
