// SPDX-License-Identifier: BSL-1.0
// Which operation is awaited at a place.
#include <string>
#include <string_view>
#include <unordered_map>

#include "cofault/site.hpp"
#include "operation_name.hpp"
#include "site_table.hpp"

namespace cofault::sites {
namespace {

// Runs in processes of their own, each of which asks anew, are not to fill the table.
std::string_view keep_once(const std::string& name) {
  tables& t = table();
  const std::string_view all(t.names, t.name_bytes);
  const std::size_t at = all.find('\0' + name + '\0');
  return at == all.npos ? keep(name) : all.substr(at + 1, name.size());
}

// Kept once: at one place this and that may be awaited in turn.
std::string_view operation_of(const char* initiation) {
  static thread_local std::unordered_map<const char*, std::string_view> known;
  const auto [at, fresh] = known.try_emplace(initiation);
  if (!fresh || initiation == nullptr) return at->second;
  const std::string name = detail::operation_name(initiation);
  if (!name.empty()) at->second = keep_once(name);
  return at->second;
}

}  // namespace

bool names_operation(const char* initiation) { return !operation_of(initiation).empty(); }

void note_operation(std::uint32_t index, const char* initiation) {
  site_info& s = table().items[index];
  if (s.initiation == initiation) return;
  s.initiation = initiation;
  s.operation = operation_of(initiation);
}

std::uint32_t side_of(std::uint32_t site, const char* initiation) {
  tables& t = table();
  const std::string_view operation = operation_of(initiation);
  std::uint32_t found = 0;
  for (std::uint32_t i = t.site_count; i > 0 && found == 0; --i)
    if (t.join[i] == site && t.items[i].operation == operation) found = i;
  if (found == 0) {
    const site_info& s = t.items[site];
    found = t.add({0, s.function, s.line, s.column, 1, initiation, operation});
    t.join[found] = site;
    t.is_settled[found] = true;
  }
  if (t.site_counted[found] != t.current()) count_anew(found);
  return found;
}

bool resets_cancellation(std::uint32_t index) {
  const char* const type = site(index).initiation;
  return type != nullptr &&
         std::string_view(type).find("reset_cancellation_state") != std::string_view::npos;
}

}  // namespace cofault::sites
