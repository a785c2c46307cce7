// SPDX-License-Identifier: BSL-1.0
#include "declaration.hpp"

#include <string_view>

#include "cofault/detail/source_text.hpp"

namespace cofault::properties {

std::optional<declaration> declaration_at(const detail::place_in_source& place) {
  constexpr std::string_view mark = "cofault:", deliberate = "cofault: deliberate";
  auto comment = detail::comment_on(place.file, place.line);
  if (const auto began = detail::await_line(place.file, place.line); began && !comment)
    comment = detail::comment_on(place.file, *began);
  if (!comment) return std::nullopt;
  const std::size_t at = comment->find(mark);
  if (at == comment->npos) return std::nullopt;
  const std::string said = comment->substr(at);
  if (said.starts_with(deliberate)) return declaration{true, ""};
  return declaration{false, "\nits comment '" + said + "' is no declaration: write '" +
                                std::string(deliberate) + "'"};
}

}  // namespace cofault::properties
