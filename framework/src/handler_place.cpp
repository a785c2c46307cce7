// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/handler_place.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <ranges>
#include <string_view>
#include <vector>

#include "cofault/detail/function_name.hpp"
#include "cofault/detail/source_lines.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/site.hpp"
#include "word.hpp"

namespace cofault::detail {
namespace {

const void* pointer(std::uint64_t address) { return reinterpret_cast<const void*>(address); }

place_in_source unknown(const address_info& info) {
  place_in_source out;
  out.why = info.state == debug_info::present
                ? "the compiler kept no line for it: build with -O0 or -Og to name it"
                : "there is no debug information in " +
                      (info.module.empty() ? std::string("the program") : info.module) +
                      ": build with -g to name it";
  return out;
}

// g++ gives the entry of a handler the line of its catch. Where it moved the entry to a cold part
// there may be no line: the end of the handler then tells in which try statement it is.
place_in_source by_gcc(const address_info& begin, const address_info& end) {
  const source_place& place = begin.places.front();
  if (place.line != 0) return {place.file, place.line, "", place.function};
  if (end.places.empty() || end.places.front().line == 0) return unknown(begin);
  if (end.places.back().function != begin.places.back().function) return unknown(begin);
  const auto around = try_statement(end.places.front().file, end.places.front().line);
  if (!around || around->handlers.size() != 1) return unknown(begin);
  return {end.places.front().file, around->handlers.front().keyword, "",
          begin.places.front().function};
}

// clang gives the end of a handler the line of its closing brace, and its entry that of the brace
// in front of the catch.
place_in_source by_clang(const address_info& begin, const address_info& end) {
  if (!end.places.empty() && end.places.front().line != 0 &&
      end.places.back().function == begin.places.back().function) {
    const source_place& place = end.places.front();
    if (const auto line = catch_line(place.file, place.line))
      return {place.file, *line, "", place.function};
  }
  const source_place& place = begin.places.front();
  if (place.line == 0) return unknown(begin);
  if (const auto line = catch_line_before(place.file, place.line))
    return {place.file, *line, "", place.function};
  place_in_source out{place.file, 0, "", place.function};
  out.why = source_line(place.file, place.line)
                ? "no catch was found near " + place.file + ":" + std::to_string(place.line)
                : "the source " + place.file + " was not found: set COFAULT_SOURCE_ROOT to name it";
  return out;
}

// Whether a coroutine may begin on the line: no await does, or goes on, that takes a lambda.
bool may_be_head(const source_place& p) {
  const auto text = source_line(p.file, p.line);
  return !text || (text->ends_with('{') && text->find("co_await") == text->npos &&
                   !await_line(p.file, p.line));
}

// A line of the function that holds the call, above its closing brace; 0: the code has none.
std::uint32_t own_line(const void* code, const source_place& call) {
  for (const source_place& p : places_of(code)) {
    if (p.line == 0 || p.line >= call.line || p.function != call.function) continue;
    // The line of the coroutine's own head is given to much that belongs to no line.
    if (!may_be_head(p)) return p.line;
  }
  return 0;
}

// Of the code around a call, nearest first; 0: it is not near.
template <class Rows>
std::uint32_t nearest_line(const Rows& rows, std::uint64_t address, const source_place& call) {
  constexpr std::uint64_t most = 512;  // bytes of code
  for (const void* const row : rows) {
    const auto at = reinterpret_cast<std::uint64_t>(row);
    if (std::max(at, address) - std::min(at, address) >= most) return 0;
    if (const std::uint32_t line = own_line(row, call); line != 0) return line;
  }
  return 0;
}

// Whether the line has the name of the function, as a word.
bool line_names(const std::string& file, std::uint32_t line, std::string_view function) {
  const std::string_view name = function.substr(function.rfind(':') + 1);
  const auto text = line == 0 || name.empty() ? std::nullopt : source_line(file, line);
  if (!text) return false;
  for (std::size_t at = text->find(name); at != text->npos; at = text->find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || !in_word((*text)[at - 1])) && (end == text->size() || !in_word((*text)[end])))
      return true;
  }
  return false;
}

// g++ gives a call inside a co_await expression the line of the brace that closes the coroutine,
// but other code of the expression its own. That stands in front of the call if an argument is
// awaited, behind it if its result is.
std::uint32_t line_of_call(const source_place& call, std::uint64_t address, std::uint32_t made) {
  if (source_line(call.file, call.line) != "}") return call.line;
  const std::vector<const void*> rows = code_rows(pointer(address - 1));
  const auto behind = std::ranges::upper_bound(rows, pointer(address - 1));
  const std::uint32_t before = nearest_line(
      std::ranges::subrange(rows.begin(), behind) | std::views::reverse, address, call);
  const std::uint32_t after =
      nearest_line(std::ranges::subrange(behind, rows.end()), address, call);
  const std::string_view name = made == 0 ? "" : sites::function(made).name;
  const bool is_after =
      before == 0 || (line_names(call.file, after, name) && !line_names(call.file, before, name));
  if (is_after && after != 0) return after;
  return before != 0 ? before : call.line;
}

// The ramp of the coroutine itself is on the stack, too.
bool is_ramp(const source_place& place, std::uint32_t function) {
  return function != 0 && normalised_function(place.function) == sites::function(function).name;
}

// The call of the code that a run calls: of the addresses, innermost first, the first with a place
// that is `wanted`. Line 0: there is none, or not all of them are known.
template <class Addresses, class Wanted>
place_in_source first_call(const Addresses& stack, std::uint32_t made, Wanted wanted) {
  bool all_known = !stack.empty(), in_run = true;  // beyond it is who explores
  for (auto address = stack.begin(); in_run && address != stack.end(); ++address) {
    const auto places = places_of_call(pointer(*address));
    all_known = all_known && !places.empty() && places.front().line != 0;
    for (const source_place& p : places) {
      in_run = in_run && !p.function.starts_with("cofault::run(");
      if (in_run && p.line != 0 && wanted(p))
        return {p.file, line_of_call(p, *address, made), "", p.function, false};
    }
  }
  return {"", 0, "it was not started by user code", "", all_known};
}

}  // namespace

std::uint32_t place_in_source::site() const {
  return line == 0 ? 0 : sites::code_at(file, line, normalised_function(function));
}

place_in_source handler_in_source(const code_place& handler) {
  static std::map<std::pair<std::uint64_t, std::uint64_t>, place_in_source> known;
  const auto [entry, fresh] = known.try_emplace({handler.address, handler.end_address});
  if (!fresh) return entry->second;
  const address_info begin = describe_call(pointer(handler.address));
  const address_info end = describe_call(pointer(handler.end_address));
  if (begin.places.empty())
    entry->second = unknown(begin);
  else
    entry->second = begin.made_by_clang() ? by_clang(begin, end) : by_gcc(begin, end);
  return entry->second;
}

place_in_source place_in_source_of(const code_place& place) {
  const place_in_source made = first_call(place.stack, place.function, [&](const source_place& p) {
    return sites::is_user(p.file) && !is_ramp(p, place.function);
  });
  // Who makes a coroutine may start it further down.
  const place_in_source started =
      first_call(place.start, place.function, [&](const source_place& p) {
        return made.line != 0 && p.file == made.file && p.function == made.function;
      });
  if (started.line != 0) return started;
  if (made.line != 0) return made;
  if (place.site == 0 && made.is_elsewhere) return made;
  if (place.site == 0) return {"", 0, "it is not known where it was started", "", false};
  const site_info& s = sites::site(place.site);
  const function_info& f = sites::function(s.function);
  return {std::string(f.file), s.line, "", std::string(f.name)};
}

}  // namespace cofault::detail
