// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string_view>
#include <vector>

namespace cofault::detail {

// Finds, in a stream of tokens, the lines on which an await expression goes on that began on an
// earlier one; those within a lambda's braces aside. A plain value, so that it can be put back at
// an #else.
class await_finder {
 public:
  void token(std::string_view text, unsigned line, std::map<unsigned, unsigned>& began) {
    while (!open_.empty() && ends(open_.back(), text)) open_.pop_back();
    if (text == "(" || text == "[" || text == "{") {
      ++brackets_;
      braces_ += text == "{" ? 1 : 0;
    } else if (is_closing(text)) {
      --brackets_;
      braces_ -= text == "}" ? 1 : 0;
    } else if (text == "co_await" && previous_ != "operator") {
      open_.push_back({line, brackets_, braces_});
    }
    if (!open_.empty() && open_.back().braces == braces_ && open_.back().line != line)
      began[line] = open_.back().line;
    previous_ = text;
  }

 private:
  struct expression {
    unsigned line;
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
