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

using parts = std::vector<where_part>;

// Both lists, and behind them what is made of the last of each.
parts joined(const parts& a, const parts& b, where_part whole) {
  parts out = a;
  for (const where_part& p : b) {
    out.push_back(p);
    for (std::size_t& i : out.back().made_of) i += a.size();
  }
  whole.made_of = {a.size() - 1, out.size() - 1};
  out.push_back(std::move(whole));
  return out;
}

}  // namespace

selector::selector(std::string text, std::function<bool(const await_point&)> matches)
    : selector(where_part{std::move(text), std::move(matches)}) {}

selector operator&&(const selector& a, const selector& b) {
  selector out = a;
  out.parts_ = joined(
      a.parts_, b.parts_,
      {a.text() + " and " + b.text(), [a = a.parts_.back().matches, b = b.parts_.back().matches](
                                          const await_point& p) { return a(p) && b(p); }});
  return out;
}

selector operator||(const selector& a, const selector& b) {
  selector out = a;
  out.parts_ = joined(a.parts_, b.parts_,
                      {"(" + a.text() + " or " + b.text() + ")",
                       [a = a.parts_.back().matches, b = b.parts_.back().matches](
                           const await_point& p) { return a(p) || b(p); }});
  return out;
}

selector operator!(const selector& a) {
  selector out = a;
  for (where_part& p : out.parts_) p.excludes = !p.excludes;
  out.parts_.push_back({"not (" + a.text() + ")",
                        [a = a.parts_.back().matches](const await_point& p) { return !a(p); }});
  out.parts_.back().made_of = {a.parts_.size() - 1};
  return out;
}

selector at(std::string file, std::uint32_t line) {
  return selector(
      {"at " + file + ":" + std::to_string(line),
       [file, line](const await_point& p) { return p.line == line && ends_in(p.file, file, "/"); },
       where_part::kind::file, file, line});
}

selector in(std::string function) {
  return selector({"in " + function + "()",
                   [function](const await_point& p) { return ends_in(p.function, function, "::"); },
                   where_part::kind::function, function});
}

selector coroutine(std::uint32_t instance) {
  return selector({"of coroutine " + std::to_string(instance),
                   [instance](const await_point& p) { return p.instance == instance; },
                   where_part::kind::coroutine, "", instance});
}

selector visit(std::uint32_t n) {
  return selector({"on visit " + std::to_string(n),
                   [n](const await_point& p) { return p.visit == n; }, where_part::kind::visit, "",
                   n});
}

selector operation(std::string name) {
  return selector({"of operation " + name,
                   [name, method = name + "()"](const await_point& p) {
                     return p.operation == name || p.operation == method;
                   },
                   where_part::kind::operation, name});
}

}  // namespace cofault::inject
