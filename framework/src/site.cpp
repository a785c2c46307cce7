// SPDX-License-Identifier: BSL-1.0
#include "cofault/site.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/function_name.hpp"
#include "cofault/detail/source_text.hpp"
#include "known_place.hpp"
#include "plan_text.hpp"
#include "shared_memory.hpp"
#include "site_table.hpp"

namespace cofault::sites {

tables& table() {
  static tables& t = detail::make_shared_object<tables>();
  return t;
}

std::uint32_t tables::add(const site_info& s) {
  if (site_count + 1 >= max_sites)
    throw std::length_error("cofault: more await points than the site table can hold");
  items[++site_count] = s;
  return site_count;
}

std::string_view keep(std::string_view name) {
  tables& t = table();
  if (t.name_bytes + name.size() + 1 > max_names)
    throw std::length_error("cofault: more function names than the site table can hold");
  char* to = t.names + t.name_bytes;
  std::memcpy(to, name.data(), name.size());
  t.name_bytes += static_cast<std::uint32_t>(name.size() + 1);
  return {to, name.size()};
}

namespace {

std::string_view basename(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void spell(const function_info& f, std::int64_t offset, std::uint32_t rank,
           detail::text_sink& out) {
  out.add(basename(f.file));
  out.add(":");
  out.add(f.name);
  if (offset >= 0 || rank == start_rank) out.add("+");
  if (rank == start_rank) return out.add(start_mark);
  out.add_number(offset);
  if (rank <= 1) return;
  out.add("~");
  out.add_number(rank);
}

std::string text_of(const function_info& f, std::int64_t offset, std::uint32_t rank) {
  detail::string_sink out;
  spell(f, offset, rank, out);
  return std::move(out.text);
}

std::uint32_t same_function(std::string_view file, std::string_view name) {
  tables& t = table();
  for (std::uint32_t i = 1; i <= t.function_count; ++i)
    if (name == t.functions[i].name && file == t.functions[i].file) return i;
  return 0;
}

std::uint32_t add_function(std::string_view file, std::string_view name) {
  tables& t = table();
  if (t.function_count + 1 >= max_functions)
    throw std::length_error("cofault: more coroutine functions than the site table can hold");
  t.functions[t.function_count + 1] = {file, keep(name), 0, is_user(file)};
  return ++t.function_count;
}

}  // namespace

std::uint32_t function_at(const std::source_location& where) {
  tables& t = table();
  // The name alone: initial_suspend and the awaits of one function are on different lines.
  auto& slot = t.by_function.find({where.file_name(), where.function_name(), 0, 0});
  if (slot.value != 0) return slot.value;
  const std::string name = detail::normalised_function(where.function_name());
  std::uint32_t found = same_function(where.file_name(), name);
  if (found == 0) {
    found = add_function(where.file_name(), name);
    t.functions[found].declared = where.line();
  }
  slot = {{where.file_name(), where.function_name(), 0, 0}, found};
  return found;
}

// Compilers name different lines of an await that stands on several: its first one is the same
// for all. Asked for user code only, since plans and reports name no other.
static void settle_line(std::uint32_t index) {
  tables& t = table();
  site_info& s = t.items[index];
  const function_info& f = t.functions[s.function];
  if (!f.user || std::exchange(t.is_settled[index], true)) return;
  s.line = detail::await_line(f.file, s.line, s.column).value_or(s.line);
}

static std::uint32_t rank_of(std::uint32_t index) {
  tables& t = table();
  const site_info& s = t.items[index];
  std::uint32_t rank = 1;
  for (std::uint32_t i = 1; i <= t.site_count; ++i) {
    const site_info& other = t.items[i];
    if (other.function == s.function && other.line == s.line && other.rank != 0 &&
        other.rank != start_rank && i != index && t.site_counted[i] == t.current())
      ++rank;
  }
  return rank;
}

void count_anew(std::uint32_t index) {
  tables& t = table();
  settle_line(index);
  const std::uint32_t rank = rank_of(index);
  site_info& s = t.items[index];
  function_info& f = t.functions[s.function];
  if (t.function_counted[s.function] != t.current()) f.line = s.line;
  t.function_counted[s.function] = t.site_counted[index] = t.current();
  const std::int64_t offset = std::int64_t{s.line} - std::int64_t{f.line};
  if (s.key != 0 && s.rank == rank && t.offset[index] == offset) return;
  t.offset[index] = offset;
  s.rank = rank;
  s.key = key_of(text_of(f, offset, rank));
}

// Also by another instantiation of the same template. 0: there is none.
static std::uint32_t known_site(const std::source_location& where, std::uint32_t function) {
  const tables& t = table();
  for (std::uint32_t i = t.site_count; i > 0; --i) {
    const site_info& s = t.items[i];
    if (s.function == function && s.column == where.column() && t.told_line[i] == where.line() &&
        t.join[i] == 0)
      return i;
  }
  return 0;
}

static std::uint32_t add_site(const std::source_location& where, std::uint32_t function) {
  tables& t = table();
  const std::uint32_t added = t.add({0, function, where.line(), where.column(), 1, nullptr, ""});
  t.told_line[added] = where.line();
  return added;
}

static std::uint32_t look_up(const std::source_location& where) {
  tables& t = table();
  const raw_key key{where.file_name(), where.function_name(), where.line(), where.column()};
  auto& slot = t.by_place.find(key);
  if (slot.value != 0 && t.site_counted[slot.value] == t.current()) return slot.value;
  const std::uint32_t function = function_at(where);
  std::uint32_t site = known_site(where, function);
  if (site == 0) site = add_site(where, function);
  if (t.site_counted[site] != t.current()) count_anew(site);
  slot = {key, site};
  return site;
}

known_place known_place::look_up(const std::source_location& where, const void* at) {
  const std::uint32_t site = sites::look_up(where);
  const site_info& info = table().items[site];
  return {at, this_counting, site, &info, info.key};
}

known_function known_function::look_up(const std::source_location& where, const void* at) {
  const std::uint32_t index = function_at(where);
  return {at, this_counting, index, sites::function(index).user};
}

std::uint32_t start_of(std::uint32_t function) {
  tables& t = table();
  for (std::uint32_t i = 1; i <= t.site_count; ++i)
    if (t.items[i].rank == start_rank && t.items[i].function == function) return i;
  const function_info& f = t.functions[function];
  const std::uint64_t key = key_of(text_of(f, 0, start_rank));
  return t.add({key, function, f.declared, 0, start_rank, nullptr, ""});
}

void recount() {
  ++table().recounts;
  ++this_counting;
}

std::uint32_t code_at(std::string_view file, std::uint32_t line, std::string_view name) {
  tables& t = table();
  for (std::uint32_t i = 1; i <= t.site_count; ++i)
    if (t.items[i].rank == 0 && t.items[i].line == line &&
        file == t.functions[t.items[i].function].file)
      return i;
  std::uint32_t found = same_function(file, name);
  if (found == 0) found = add_function(keep(file), name);
  const std::uint64_t key = key_of(std::string(file) + ":" + std::to_string(line) + "#");
  return t.add({key, found, line, 0, 0, nullptr, ""});
}

const function_info& function(std::uint32_t index) { return table().functions[index]; }
const site_info& site(std::uint32_t index) { return table().items[index]; }
std::uint32_t count() { return table().site_count; }

std::uint32_t find(std::uint64_t key) {
  tables& t = table();
  std::uint32_t found = 0;
  for (std::uint32_t i = 1; i <= t.site_count; ++i) {
    if (t.items[i].key != key) continue;
    found = i;
    if (t.site_counted[i] == t.current()) break;
  }
  return found;
}

std::string text(std::uint32_t index) {
  const site_info& s = site(index);
  return text_of(function(s.function), table().offset[index], s.rank);
}

std::uint64_t key_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001B3u;
  return hash;
}

std::string place(std::uint32_t index) {
  if (index == 0) return "an unknown place";
  const site_info& s = site(index);
  return std::string(basename(function(s.function).file)) + ":" + std::to_string(s.line);
}

void classify() {
  tables& t = table();
  for (std::uint32_t i = 1; i <= t.function_count; ++i)
    t.functions[i].user = is_user(t.functions[i].file);
}

}  // namespace cofault::sites

void cofault::detail::spell_site(std::uint32_t index, text_sink& out) {
  const site_info& s = sites::site(index);
  sites::spell(sites::function(s.function), sites::table().offset[index], s.rank, out);
}
