// SPDX-License-Identifier: BSL-1.0
#include "cofault/site.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/function_name.hpp"
#include "cofault/detail/source_text.hpp"
#include "known_place.hpp"
#include "operation_name.hpp"
#include "plan_text.hpp"
#include "shared_memory.hpp"

namespace cofault::sites {
namespace {

constexpr std::uint32_t start_rank = ~0u;
constexpr std::uint32_t max_functions = 1 << 14, max_sites = 1 << 16, max_names = 1 << 22;

// Where the compiler put a source_location's parts is fixed for the process and its children, so
// the parts' addresses identify it without a look at the text.
struct raw_key {
  const char* file;
  const char* function;
  std::uint32_t line, column;
  bool operator==(const raw_key&) const = default;
  std::size_t hash() const {
    std::size_t h = reinterpret_cast<std::size_t>(function) * 0x9E3779B97F4A7C15u;
    return (h ^ (h >> 29) ^ (line * 0x85EBCA6Bu) ^ (column * 0xC2B2AE35u)) + (h >> 47);
  }
};

template <std::uint32_t Buckets>
struct index {
  struct slot {
    raw_key key;
    std::uint32_t value;
  };
  slot slots[Buckets];

  slot& find(const raw_key& key) {
    std::size_t i = key.hash() % Buckets;
    while (slots[i].value != 0 && !(slots[i].key == key)) i = (i + 1) % Buckets;
    return slots[i];
  }
};

struct tables {
  function_info functions[max_functions];
  site_info items[max_sites];
  index<2 * max_functions> by_function;
  index<2 * max_sites> by_place;
  char names[max_names];
  std::uint32_t function_count, site_count, name_bytes;
  // Identities are counted anew by every exploration; each remembers which one it is from.
  std::uint32_t recounts;
  std::uint32_t function_counted[max_functions], site_counted[max_sites];
  std::int64_t offset[max_sites];      // in lines, from the first await of the function
  std::uint32_t told_line[max_sites];  // of an await: the compiler's
  bool is_settled[max_sites];          // whether the source was asked for its first line
  std::uint32_t join[max_sites];       // of an operation that is a side of one: its site

  std::uint32_t current() const { return recounts + 1; }
};

tables& table() {
  static tables& t = detail::make_shared_object<tables>();
  return t;
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

// Gives the site its identity in this exploration.
static void count_anew(std::uint32_t index) {
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
  if (t.site_count + 1 >= max_sites)
    throw std::length_error("cofault: more await points than the site table can hold");
  const std::uint32_t added = t.site_count + 1;
  t.items[added] = {0, function, where.line(), where.column(), 1, nullptr, ""};
  t.told_line[added] = where.line();
  t.site_count = added;
  return added;
}

static std::string_view operation_of(const char* initiation);

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

std::uint32_t side_of(std::uint32_t site, const char* initiation) {
  tables& t = table();
  const std::string_view operation = operation_of(initiation);
  std::uint32_t found = 0;
  for (std::uint32_t i = t.site_count; i > 0 && found == 0; --i)
    if (t.join[i] == site && t.items[i].operation == operation) found = i;
  if (found == 0) {
    if (t.site_count + 1 >= max_sites)
      throw std::length_error("cofault: more await points than the site table can hold");
    found = ++t.site_count;
    const site_info& s = t.items[site];
    t.items[found] = {0, s.function, s.line, s.column, 1, initiation, operation};
    t.join[found] = site;
    t.is_settled[found] = true;
  }
  if (t.site_counted[found] != t.current()) count_anew(found);
  return found;
}

bool names_operation(const char* initiation) { return !operation_of(initiation).empty(); }

std::uint32_t start_of(std::uint32_t function) {
  tables& t = table();
  for (std::uint32_t i = 1; i <= t.site_count; ++i)
    if (t.items[i].rank == start_rank && t.items[i].function == function) return i;
  if (t.site_count + 1 >= max_sites)
    throw std::length_error("cofault: more places than the site table can hold");
  const function_info& f = t.functions[function];
  t.items[t.site_count + 1] = {
      key_of(text_of(f, 0, start_rank)), function, f.declared, 0, start_rank, nullptr, ""};
  return ++t.site_count;
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
  if (t.site_count + 1 >= max_sites)
    throw std::length_error("cofault: more places than the site table can hold");
  const std::uint64_t key = key_of(std::string(file) + ":" + std::to_string(line) + "#");
  t.items[t.site_count + 1] = {key, found, line, 0, 0, nullptr, ""};
  return ++t.site_count;
}

// Runs in processes of their own, each of which asks anew, are not to fill the table.
static std::string_view keep_once(const std::string& name) {
  tables& t = table();
  const std::string_view all(t.names, t.name_bytes);
  const std::size_t at = all.find('\0' + name + '\0');
  return at == all.npos ? keep(name) : all.substr(at + 1, name.size());
}

// Kept once: at one place this and that may be awaited in turn.
static std::string_view operation_of(const char* initiation) {
  static thread_local std::unordered_map<const char*, std::string_view> known;
  const auto [at, fresh] = known.try_emplace(initiation);
  if (!fresh || initiation == nullptr) return at->second;
  const std::string name = detail::operation_name(initiation);
  if (!name.empty()) at->second = keep_once(name);
  return at->second;
}

void note_operation(std::uint32_t index, const char* initiation) {
  site_info& s = table().items[index];
  if (s.initiation == initiation) return;
  s.initiation = initiation;
  s.operation = operation_of(initiation);
}

const function_info& function(std::uint32_t index) { return table().functions[index]; }
const site_info& site(std::uint32_t index) { return table().items[index]; }
std::uint32_t count() { return table().site_count; }

bool resets_cancellation(std::uint32_t index) {
  const char* const type = site(index).initiation;
  return type != nullptr &&
         std::string_view(type).find("reset_cancellation_state") != std::string_view::npos;
}

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
