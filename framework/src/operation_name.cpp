// SPDX-License-Identifier: BSL-1.0
#include "operation_name.hpp"

#include <array>

#include "cofault/detail/mocked_call.hpp"

namespace cofault::detail {
namespace {

// The class template that a nested name belongs to: "channel" of "…::channel<…>::"; "" if none.
std::string_view template_before(std::string_view text) {
  if (!text.ends_with(">::")) return "";
  text.remove_suffix(3);
  for (int depth = 1; depth > 0 && !text.empty(); text.remove_suffix(1))
    depth += text.back() == '>' ? 1 : text.back() == '<' ? -1 : 0;
  return text.substr(text.find_last_not_of("abcdefghijklmnopqrstuvwxyz_") + 1);
}

// Asio names the function object that starts an operation after it: "initiate_async_read". What
// only wraps an operation, or is made of others, has that name, and not its own.
bool is_wrapper(std::string_view name) {
  for (const std::string_view part : {"composed", "co_composed", "cancel_a", "memfn", "impl"})
    if (name.starts_with(part)) return true;
  return false;
}

constexpr std::string_view mark = "initiate_";

// Where the mark of an operation of Asio's is; npos: there is none.
std::size_t mark_in(std::string_view type) {
  std::size_t at = type.find(mark);
  while (at != type.npos && is_wrapper(type.substr(at + mark.size()))) at = type.find(mark, at + 1);
  return at;
}

// Our own runtime's synchronisation, by what is awaited.
std::string_view own_operation(std::string_view type) {
  static constexpr std::string_view runtime = "T = cofault::runtime::";
  static constexpr std::array<std::array<std::string_view, 3>, 4> operations = {{
      {"mutex::", "locking]", "mutex::lock"},
      {"event::", "waiting]", "event::wait"},
      {"channel<", ">::sending]", "channel::send"},
      {"channel<", ">::receiving]", "channel::receive"},
  }};
  const std::size_t at = type.find(runtime);
  if (at == type.npos) return "";
  type.remove_prefix(at + runtime.size());
  for (const auto& [of, awaited, name] : operations)
    if (type.starts_with(of) && type.ends_with(awaited)) return name;
  return "";
}

}  // namespace

std::string operation_name(std::string_view type) {
  if (const std::string_view own = own_operation(type); !own.empty()) return std::string(own);
  if (type.starts_with(method_mark)) return std::string(type.substr(sizeof method_mark - 1)) + "()";
  const std::size_t at = mark_in(type);
  if (at == type.npos) return type.find("this_coro::") != type.npos ? "this_coro" : "";
  const std::string_view name = type.substr(at + mark.size());
  std::string out(name.substr(0, name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789")));
  for (const std::string_view variant : {"_v1", "_v2", "_buffer_sequence", "_dynbuf", "_streambuf",
                                         "_delim_string", "_delim", "_expr", "_match"})
    if (out.ends_with(variant)) out.resize(out.size() - variant.size());
  if (out == "async_move_accept") out = "async_accept";
  if (out == "async_range_connect" || out == "async_iterator_connect") out = "async_connect";
  const std::string_view member_of = template_before(type.substr(0, at));
  if (member_of.ends_with("channel")) return "channel::" + out;
  // The only one that a socket has and a timer, too.
  if (out == "async_wait" && member_of.find("socket") != member_of.npos) return "socket::" + out;
  if (out == "async_wait" && member_of.ends_with("descriptor")) return "descriptor::" + out;
  return member_of.ends_with("parallel_group") ? "parallel_group::" + out : out;
}

}  // namespace cofault::detail
