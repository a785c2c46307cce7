// SPDX-License-Identifier: BSL-1.0
#include "nearest_site.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "cofault/site.hpp"

namespace cofault::detail {
namespace {

// How many letters must be put in, left out, changed, or swapped with the next one to make one of
// the other.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> second_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({last[j] + (a[i] != b[j]), last[j + 1] + 1, row[j] + 1});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
        row[j + 1] = std::min(row[j + 1], second_last[j - 1] + 1);
    }
    second_last.swap(last);
    last.swap(row);
  }
  return last.back();
}

// "pool.cpp:app::session+4" of "pool.cpp:app::session+4/1.2=throw:eof".
std::string_view place_in(std::string_view deviation) {
  const std::string_view place = deviation.substr(0, deviation.rfind('='));
  const std::size_t slash = place.rfind('/');
  const bool is_visit =
      slash != place.npos && place.find_first_not_of("0123456789.", slash + 1) == place.npos;
  return is_visit ? place.substr(0, slash) : place;
}

bool is_await_in_user_code(std::uint32_t site) {
  const site_info& s = sites::site(site);
  return s.rank != 0 && sites::function(s.function).user;
}

// Of all that were seen.
std::vector<std::string> texts_of_awaits() {
  std::vector<std::string> out;
  for (std::uint32_t i = 1; i <= sites::count(); ++i)
    if (is_await_in_user_code(i)) out.push_back(sites::text(i));
  return out;
}

}  // namespace

std::string nearest_of(std::string_view wanted, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = wanted.size() / 4 + 1;  // more is another name, not a slip
  for (const std::string& name : names) {
    const std::size_t distance = edits(wanted, name);
    if (distance < least) best = name;
    least = std::min(least, distance);
  }
  return least > 0 ? best : "";
}

std::string did_you_mean(std::string_view plan) {
  const std::vector<std::string> names = texts_of_awaits();
  while (!plan.empty()) {
    const std::size_t end = std::min(plan.find(';'), plan.size());
    const std::string found = nearest_of(place_in(plan.substr(0, end)), names);
    if (!found.empty()) return "did you mean '" + found + "'?";
    plan.remove_prefix(std::min(end + 1, plan.size()));
  }
  return "";
}

}  // namespace cofault::detail
