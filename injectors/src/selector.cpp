// SPDX-License-Identifier: BSL-1.0
#include "cofault/inject/selector.hpp"

namespace cofault::inject {
namespace {

// Whether `whole` ends in `part` at a boundary: all of it, or behind the separator.
bool ends_in(std::string_view whole, std::string_view part, std::string_view separator) {
  if (!whole.ends_with(part)) return false;
  const std::string_view before = whole.substr(0, whole.size() - part.size());
  return before.empty() || before.ends_with(separator);
}

}  // namespace

selector::selector(std::string text, std::function<bool(const await_point&)> matches)
    : text_(std::move(text)), matches_(std::move(matches)) {}

selector operator&&(const selector& a, const selector& b) {
  return {a.text_ + " and " + b.text_,
          [a, b](const await_point& p) { return a.matches(p) && b.matches(p); }};
}

selector operator||(const selector& a, const selector& b) {
  return {"(" + a.text_ + " or " + b.text_ + ")",
          [a, b](const await_point& p) { return a.matches(p) || b.matches(p); }};
}

selector operator!(const selector& a) {
  return {"not (" + a.text_ + ")", [a](const await_point& p) { return !a.matches(p); }};
}

selector at(std::string file, std::uint32_t line) {
  const std::string text = "at " + file + ":" + std::to_string(line);
  return {text, [file = std::move(file), line](const await_point& p) {
            return p.line == line && ends_in(p.file, file, "/");
          }};
}

selector in(std::string function) {
  const std::string text = "in " + function + "()";
  return {text, [function = std::move(function)](const await_point& p) {
            return ends_in(p.function, function, "::");
          }};
}

selector coroutine(std::uint32_t instance) {
  return {"of coroutine " + std::to_string(instance),
          [instance](const await_point& p) { return p.instance == instance; }};
}

selector visit(std::uint32_t n) {
  return {"on visit " + std::to_string(n), [n](const await_point& p) { return p.visit == n; }};
}

selector operation(std::string name) {
  const std::string text = "of operation " + name;
  return {text, [name, method = name + "()"](const await_point& p) {
            return p.operation == name || p.operation == method;
          }};
}

}  // namespace cofault::inject
