// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/function_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <vector>

namespace cofault::detail {
namespace {

constexpr std::string_view lambda = "lambda";

// Longest first, so that the first match is the right one.
constexpr std::array<std::string_view, 40> symbols = {
    "<=>", "<<=", ">>=", "->*", "()", "[]", "->", "<<", ">>", "<=", ">=", "==",  "!=", "&&",
    "||",  "++",  "--",  "+=",  "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<",   ">",  "=",
    "!",   "~",   "+",   "-",   "*",  "/",  "%",  "^",  "&",  "|",  ",",  "\"\""};

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

// Reads a spelling from left to right. What comes before a space is a return type and forgotten;
// what stands in brackets is skipped, unless it names something (a lambda, an anonymous namespace).
class name_reader {
 public:
  explicit name_reader(std::string_view text) : text_{text} {}

  std::string read() {
    while (at_ < text_.size() && !done_) step();
    end_part();
    return joined();
  }

 private:
  void step() {
    const char c = text_[at_];
    if (starts("::")) {
      end_part();
      at_ += 2;
    } else if (c == '(') {
      parenthesis();
    } else if (c == '<') {
      angle();
    } else if (c == '{') {
      braces();
    } else if (c == '\'') {
      quoted_lambda();
    } else if (c == '[') {
      skip_brackets();  // [abi:cxx11]
    } else if (c == ' ') {
      space();
    } else {
      word();
    }
  }

  void word() {
    const std::string_view next = word_at(at_);
    if (next.empty()) {  // *, & and the like belong to a return type; a dot begins ".actor"
      if (text_[at_] == '~') part_ += '~';
      if (text_[at_] == '.' && !part_.empty()) done_ = true;
      if (text_[at_] == '*' || text_[at_] == '&') forget();
      ++at_;
    } else if (next == "operator" && part_.empty()) {
      at_ += next.size();
      part_ = "operator" + operator_symbol();
    } else if (next == "decltype" && part_.empty()) {
      at_ += next.size();
      skip_spaces();
      skip_brackets();
    } else {
      part_ += next.front() == '$' ? lambda : next;  // clang's symbol for a local lambda is $_0
      at_ += next.size();
    }
  }

  // Leaves the position behind the name, before template arguments and parameters.
  std::string operator_symbol() {
    const bool spaced = starts(" ");
    skip_spaces();
    for (const std::string_view symbol : symbols) {
      if (!starts(symbol)) continue;
      at_ += symbol.size();
      if (symbol == "\"\"") return "\"\"" + literal_suffix();
      operator_arguments();
      return std::string{symbol};
    }
    const std::string_view name = word_at(at_);
    if (spaced && (name == "new" || name == "delete" || name == "co_await")) {
      at_ += name.size();
      const bool array = starts("[]");
      at_ += array ? 2 : 0;
      return " " + std::string{name} + (array ? "[]" : "");
    }
    skip_conversion_type();
    return " conversion";
  }

  std::string literal_suffix() {
    skip_spaces();
    const std::string_view name = word_at(at_);
    at_ += name.size();
    return std::string{name};
  }

  // "operator< <int>(": the space that keeps the two apart does not end a return type.
  void operator_arguments() {
    if (starts(" <")) ++at_;
    if (starts("<")) skip_angles();
  }

  void skip_conversion_type() {
    while (at_ < text_.size() && text_[at_] != '(') {
      if (starts("<")) {
        skip_angles();
      } else {
        ++at_;
      }
    }
    if (starts("(anonymous") || starts("(lambda")) {
      skip_brackets();
      skip_conversion_type();
    }
  }

  void parenthesis() {
    if (part_.empty() && names_nothing("(anonymous namespace)")) return;
    if (part_.empty() && (starts("(anonymous") || starts("(lambda") || starts("(unnamed"))) {
      skip_brackets();
      part_ = lambda;
    } else if (part_.empty() && (starts("(*") || starts("(&") || points_to_member())) {
      forget();  // the declarator of a function that returns a pointer to one: the name is inside
      at_ = text_.find_first_of("*&", at_) + 1;
    } else {
      skip_brackets();
      after_parameters();
    }
  }

  [[nodiscard]] bool points_to_member() const {
    const std::size_t close = std::min(text_.find_first_of("()", at_ + 1), text_.size());
    return text_.substr(at_, close - at_).find("::*") != std::string_view::npos;
  }

  // Only if more of the name follows were those the parameters of an enclosing function.
  void after_parameters() {
    std::size_t behind = at_;
    while (behind < text_.size()) {
      const std::size_t from = text_.find_first_not_of(" &", behind);
      const std::string_view next = from == std::string_view::npos ? "" : word_at(from);
      if (next != "const" && next != "volatile" && next != "noexcept") break;
      behind = from + next.size();
    }
    behind = std::min(text_.find_first_not_of(" &", behind), text_.size());
    if (text_.substr(behind).starts_with("::")) {
      at_ = behind;
    } else if (!part_.empty() || !parts_.empty()) {
      done_ = true;
    }
  }

  void angle() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<lambda") && !names_a_template()) {
      if (!part_.empty()) forget();
      part_ = lambda;
    } else if (part_.empty() && rest.starts_with("<unnamed")) {
      part_ = lambda;
    }
    skip_angles();
  }

  // g++ writes "void<lambda()>::operator()" without a space for a lambda of the global namespace.
  [[nodiscard]] bool names_a_template() const { return !part_.empty() && part_ != "void"; }

  void braces() {
    if (names_nothing("{anonymous}")) return;
    skip_brackets();
    if (part_.empty()) part_ = lambda;
  }

  void quoted_lambda() {  // 'lambda0'(int), as another demangler writes it
    const std::size_t close = std::min(text_.find('\'', at_ + 1), text_.size() - 1);
    at_ = close + 1;
    part_ = lambda;
    if (starts("(")) skip_brackets();
  }

  bool names_nothing(std::string_view spelling) {
    if (!starts(spelling)) return false;
    at_ += spelling.size();
    if (starts("::")) at_ += 2;
    return true;
  }

  void space() {
    skip_spaces();
    const std::string_view next = word_at(at_);
    const bool of_lambda =
        part_ == lambda && (next == "mutable" || next == "const" || next == "static" ||
                            next == "noexcept" || next == "volatile");
    if (starts("[") || starts("(.") || at_ == text_.size() || of_lambda) {
      done_ = true;
    } else {
      forget();
    }
  }

  void forget() {
    parts_.clear();
    part_.clear();
  }

  void end_part() {
    const bool call = part_ == "operator()" || part_ == "_FUN" || part_ == "__invoke";
    const bool of_lambda = call && !parts_.empty() && parts_.back() == lambda;
    if (!part_.empty() && !of_lambda) parts_.push_back(part_);
    part_.clear();
  }

  [[nodiscard]] std::string joined() const {
    std::string result;
    for (const std::string& part : parts_) result += (result.empty() ? "" : "::") + part;
    return result;
  }

  [[nodiscard]] bool starts(std::string_view prefix) const {
    return text_.substr(at_).starts_with(prefix);
  }

  [[nodiscard]] std::string_view word_at(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && in_word(text_[end])) ++end;
    return text_.substr(from, end - from);
  }

  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  void skip_quoted() {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
  }

  // Inside (), [] and {} a < may be a comparison: only these three are counted.
  void skip_brackets() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\'' || c == '"') {
        bracket_quote();
        continue;
      }
      if (c == '(' || c == '[' || c == '{') ++depth;
      if ((c == ')' || c == ']' || c == '}') && --depth == 0) break;
      if (depth == 0) return;  // there was nothing to skip
      ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  // The quotes of operator"" name no text.
  void bracket_quote() {
    if (starts("\"\"")) {
      at_ += 2;
    } else {
      skip_quoted();
    }
  }

  void skip_angles() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '(' || c == '[' || c == '{') {
        skip_brackets();
      } else if (c == '\'' || c == '"') {
        bracket_quote();
      } else if (word_at(at_) == "operator" && !in_word(text_[at_ - 1])) {
        at_ += word_at(at_).size();
        operator_symbol();
      } else {
        at_ += starts("->") ? 2 : 1;
        if (c == '<') ++depth;
        if (c == '>' && --depth == 0) return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool done_ = false;
  std::vector<std::string> parts_;  // of the qualified name, so far
  std::string part_;                // the one being read
};

}  // namespace

std::string normalised_function(std::string_view spelling) { return name_reader{spelling}.read(); }

}  // namespace cofault::detail
