// SPDX-License-Identifier: BSL-1.0
#include "text_layout.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace cofault::detail {
namespace {

bool begins_character(char c) { return (c & 0xC0) != 0x80; }  // in UTF-8

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string cut(std::string text, std::size_t most) {
  if (columns(text) <= most) return text;
  while (columns(text) >= most || !begins_character(text.back())) text.pop_back();
  text.pop_back();
  return text + "…";
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width, std::size_t most) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    std::string part = line.substr(0, indent);
    std::istringstream words(line.substr(0, 400));
    bool empty = true;
    for (std::string word; words >> word; empty = false) {
      if (!empty && columns(part) + 1 + columns(word) > width) {
        out.push_back(std::exchange(part, word));
        continue;
      }
      part += (empty ? "" : " ") + word;
    }
    if (!empty) out.push_back(part);
  }
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace cofault::detail
