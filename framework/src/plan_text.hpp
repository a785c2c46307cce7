// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "cofault/plan.hpp"

namespace cofault::detail {

// Where a text goes, piece by piece. Who spells something into it does not need the heap, and so
// can do it while the process dies.
class text_sink {
 public:
  virtual void add(std::string_view piece) = 0;
  void add_number(std::int64_t number) { add_digits(number, 10); }
  void add_hex(std::uint64_t number) { add_digits(number, 16); }

 protected:
  ~text_sink() = default;

 private:
  template <class Number>
  void add_digits(Number number, int base) {
    char digits[24];
    const char* const end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
    add({digits, static_cast<std::size_t>(end - digits)});
  }
};

class string_sink final : public text_sink {
 public:
  void add(std::string_view piece) override { text.append(piece); }

  std::string text;
};

// What encode() returns.
void spell(const fault& what, text_sink& out);
void spell(const plan& what, text_sink& out);

// What sites::text() returns.
void spell_site(std::uint32_t index, text_sink& out);

}  // namespace cofault::detail
