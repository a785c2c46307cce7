// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "await_finder.hpp"
#include "cofault/detail/source_text.hpp"
#include "try_finder.hpp"
#include "word.hpp"

namespace cofault::detail {

// Without the white space around it, and these letters.
inline std::string_view trimmed(std::string_view text, std::string_view extra = {}) {
  const auto kept = [&](char c) {
    return std::isspace(static_cast<unsigned char>(c)) == 0 &&
           extra.find(c) == std::string_view::npos;
  };
  while (!text.empty() && !kept(text.front())) text.remove_prefix(1);
  while (!text.empty() && !kept(text.back())) text.remove_suffix(1);
  return text;
}

// One pass over a file: splits it into tokens, keeps comments, try statements and long awaits.
class scanner {
 public:
  explicit scanner(std::string_view text) : text_{text} {
    while (at_ < text_.size()) step();
  }

  std::vector<try_lines> tries;
  std::map<unsigned, std::string> comments;
  std::map<unsigned, unsigned> awaits;  // where an await began that goes on here
  std::vector<await_expression> expressions;

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\n') {
      end_of_line();
    } else if (c == '\\' && peek(1) == '\n') {
      skip(2);
    } else if (c == '/' && (peek(1) == '/' || peek(1) == '*')) {
      comment(peek(1) == '/');
    } else if (c == '"' || c == '\'') {
      literal(c);
    } else if (in_word(c)) {
      word();
    } else {
      if (c == '#' && fresh_line_) {
        directive();
      } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
        emit(text_.substr(at_, 1));
      }
      skip(1);
    }
  }

  [[nodiscard]] char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip(std::size_t count) {
    for (; count > 0 && at_ < text_.size(); --count) {
      if (text_[at_++] != '\n') continue;
      ++line_;
      line_begin_ = at_;
    }
  }

  void end_of_line() {
    skip(1);
    fresh_line_ = true;
    in_directive_ = false;
  }

  void emit(std::string_view token) {
    fresh_line_ = false;
    if (in_directive_) return;
    const bool left_out = std::ranges::any_of(branches_, &branch::left_out);
    if (left_out) return;
    finders_.tries.token(token, line_, tries);
    const auto column = static_cast<unsigned>(at_ - line_begin_ + 1);
    finders_.awaits.token(token, {line_, column}, awaits, expressions);
  }

  void comment(bool to_end_of_line) {
    skip(2);
    const std::string_view end = to_end_of_line ? "\n" : "*/";
    const unsigned first = line_;
    std::size_t stop = std::min(text_.find(end, at_), text_.size());
    while (to_end_of_line && stop < text_.size() && text_[stop - 1] == '\\') {
      stop = std::min(text_.find('\n', stop + 1), text_.size());  // goes on in the next line
    }
    note(text_.substr(at_, stop - at_), first);
    skip(stop - at_ + (to_end_of_line ? 0 : end.size()));
  }

  void note(std::string_view text, unsigned line) {
    for (; !text.empty(); ++line) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view part = trimmed(text.substr(0, end), "/*!<\\");
      if (std::string& all = comments[line]; !part.empty())
        all += (all.empty() ? "" : " ") + std::string{part};
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void literal(char quote) {
    emit("literal");
    skip(1);
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      skip(text_[at_] == '\\' ? 2 : 1);
    if (at_ < text_.size() && text_[at_] == quote) skip(1);
  }

  void raw_literal() {
    const std::size_t open = std::min(text_.find('(', at_), text_.size());
    const std::string end = ")" + std::string{text_.substr(at_ + 1, open - at_ - 1)} + "\"";
    emit("literal");
    const std::size_t stop = text_.find(end, open);
    skip(stop == std::string_view::npos ? text_.size() : stop + end.size() - at_);
  }

  // Words and numbers; in a number ' separates digits.
  void word() {
    const bool number = std::isdigit(static_cast<unsigned char>(text_[at_])) != 0;
    std::size_t length = 1;
    while (in_word(peek(length)) || (number && peek(length) == '\'' && in_word(peek(length + 1))))
      ++length;
    const std::string_view token = text_.substr(at_, length);
    emit(token);
    skip(length);
    const bool raw =
        token == "R" || token == "u8R" || token == "uR" || token == "UR" || token == "LR";
    if (raw && peek(0) == '"') raw_literal();
  }

  // Alternatives often open the same brace twice: each starts from where the #if was. Names the
  // directive only, what follows on its line is skipped by emit.
  void directive() {
    std::string_view rest = text_.substr(at_ + 1);
    rest = trimmed(rest.substr(0, rest.find('\n')));
    if (rest.starts_with("if")) {
      const std::string_view condition = trimmed(rest.substr(2));
      branches_.push_back({finders_, condition == "0" || condition.starts_with("0 ")});
    } else if (rest.starts_with("el") && !branches_.empty()) {
      finders_ = branches_.back().before;
      branches_.back().left_out = false;
    } else if (rest.starts_with("endif") && !branches_.empty()) {
      branches_.pop_back();
    }
    in_directive_ = true;
  }

  struct finders {
    try_finder tries;
    await_finder awaits;
  };
  struct branch {
    finders before;
    bool left_out = false;
  };

  std::string_view text_;
  std::size_t at_ = 0, line_begin_ = 0;
  unsigned line_ = 1;
  bool fresh_line_ = true;
  bool in_directive_ = false;
  finders finders_;
  std::vector<branch> branches_;
};

}  // namespace cofault::detail
