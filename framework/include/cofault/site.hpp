// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

namespace cofault {

// A function whose coroutines were seen, and a co_await in it. Both live in memory shared with
// forked children and are never removed; index 0 means "none".
struct function_info {
  std::string_view file;       // as the compiler recorded it
  std::string_view name;       // normalised: the same for every compiler, "app::pool::session"
  std::uint32_t line;          // of the first await reached in it; 0 before that
  bool user;                   // faults are injected here; else it is library or test code
  std::uint32_t declared = 0;  // where a compiler says that its body begins
};

struct site_info {
  std::uint64_t key;  // hash of text(); what plans hold
  std::uint32_t function;
  std::uint32_t line;
  std::uint32_t column;
  std::uint32_t rank;  // which await on its line, in order of first visit, from 1; 0: no await but
                       // another place in the code, a handler
  const char* initiation;  // a compiler's rendering of the type that names the operation, or null
  std::string_view operation;  // "async_read", "channel::async_send", of a mocked method "query()";
                               // "" where that type does not tell
};

// The process-wide table of functions and await points.
namespace sites {

std::uint32_t function_at(const std::source_location& where);
// From here on lines and ranks are counted anew: what a site is called depends on the exploration
// that reached it, not on those before it in the same process.
void recount();
// Notes which operation is awaited there, from the type of its initiation (may be null).
void note_operation(std::uint32_t site, const char* initiation);
// Whether the type of an initiation (may be null) tells the name of an operation.
bool names_operation(const char* initiation);
// The place of an operation of that initiation that is a side of the join at the site: on the same
// line, a rank of its own.
std::uint32_t side_of(std::uint32_t site, const char* initiation);
// The start of a coroutine of the function, where it waits for its first step: no await point. Its
// text ends in "+start".
std::uint32_t start_of(std::uint32_t function);
inline constexpr std::string_view start_mark = "start";
// A place in the code that is no await point; the same line is the same place.
std::uint32_t code_at(std::string_view file, std::uint32_t line, std::string_view function);
const function_info& function(std::uint32_t index);
const site_info& site(std::uint32_t index);
// Index of the site with that key; 0: not seen in this process.
std::uint32_t find(std::uint64_t key);
std::uint32_t count();
// Whether the await there says anew what may be cancelled, and so forgets what was requested before
// (Asio's this_coro::reset_cancellation_state).
bool resets_cancellation(std::uint32_t index);

// The site's identity as text: "pool.cpp:app::session+4", a '~2' behind it for the second await on
// a line. The number counts lines from the first await of the function.
std::string text(std::uint32_t index);
std::uint64_t key_of(std::string_view text);

// "pool.cpp:31"
std::string place(std::uint32_t index);

// Registers what is user code (see COFAULT_USER_CODE). The longest match decides.
void add_user_code(std::string_view path);
// A file whose own coroutines are peers of the code under test and get no faults, unless it was
// registered as user code by its full name.
void add_peer(std::string_view file);
bool is_user(std::string_view file);
// Asks is_user() again for every function that was seen.
void classify();

}  // namespace sites
}  // namespace cofault
