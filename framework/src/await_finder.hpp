// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <map>
#include <string_view>
#include <vector>

namespace cofault::detail {

struct text_position {
  unsigned line = 0, column = 0;  // in bytes, from 1
  friend auto operator<=>(const text_position&, const text_position&) = default;
};

// From its keyword up to what stands behind it.
struct await_expression {
  text_position begin, end;
};

// Finds, in a stream of tokens, await expressions, and the lines on which one goes on that began on
// an earlier one; those within a lambda's braces aside. A plain value, so that it can be put back
// at an #else.
class await_finder {
 public:
  void token(std::string_view text, text_position at, std::map<unsigned, unsigned>& began,
             std::vector<await_expression>& found) {
    for (; !open_.empty() && ends(open_.back(), text); open_.pop_back())
      found.push_back({open_.back().at, at});
    if (text == "(" || text == "[" || text == "{") {
      ++brackets_;
      braces_ += text == "{" ? 1 : 0;
    } else if (is_closing(text)) {
      --brackets_;
      braces_ -= text == "}" ? 1 : 0;
    } else if (text == "co_await" && previous_ != "operator") {
      open_.push_back({at, brackets_, braces_});
    }
    if (!open_.empty() && open_.back().braces == braces_ && open_.back().at.line != at.line)
      began[at.line] = open_.back().at.line;
    previous_ = text;
  }

 private:
  struct expression {
    text_position at;
    int brackets, braces;  // that are open around it
  };

  static bool is_closing(std::string_view text) {
    return text == ")" || text == "]" || text == "}";
  }

  bool ends(const expression& e, std::string_view text) const {
    return e.brackets == brackets_ && (text == ";" || text == "," || is_closing(text));
  }

  std::vector<expression> open_;
  int brackets_ = 0, braces_ = 0;
  std::string_view previous_;
};

}  // namespace cofault::detail
