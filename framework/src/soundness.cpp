// SPDX-License-Identifier: BSL-1.0
#include "soundness.hpp"

#include <algorithm>

#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "mailbox.hpp"
#include "patience.hpp"

namespace cofault::detail {
namespace {

bool same(const event& a, const event& b) {
  return a.kind == b.kind && a.frame == b.frame && a.site == b.site && a.other == b.other &&
         a.value == b.value && a.time == b.time;
}

void refuse_decisions(const std::string& where, bool isolated) {
  std::string text = "cofault: the body is not deterministic: two runs without faults differ ";
  text.append(where).append(
      "; take random numbers, real time and addresses out of its decisions (a set of pointers "
      "is in the order of their addresses)");
  if (patience::knows_threads())
    text.append(
        "; other threads took part, and what two of them hand over has no order (give a pool one "
        "thread, or let the test do that work itself)");
  else if (!isolated)
    text.append(
        "; where only addresses decide, explore() without options().in_process() may do: it can "
        "give each run a process of its own, with the same addresses");
  box().fail(text);
}

}  // namespace

void refuse_unsound(const outcome& what) {
  mailbox& b = box();
  if (what.has(event_kind::foreign_thread))
    b.fail(
        "cofault: a coroutine of the run went on in a second thread, which the fake scheduler "
        "does not control; give the code under test the executor that the body receives");
  if (!what.has(event_kind::unknown_frame)) return;
  for (const event& e : what.trace())
    if (e.kind == event_kind::unknown_frame)
      return b.fail("cofault: " + sites::place(e.site) +
                    " awaits a coroutine that was compiled "
                    "without cofault_instrument; instrument every target that creates coroutines "
                    "of this type");
}

void refuse_different(const std::vector<event>& a, const std::vector<event>& b,
                      const options& how) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same);
  if (x == a.end() && y == b.end()) return;
  const std::vector<event>& longer = y == b.end() ? a : b;
  auto i = static_cast<std::size_t>(x - a.begin());
  if (i == longer.size()) --i;
  while (i > 0 && longer[i].site == 0) --i;
  box().differ = true;
  box().differ_site = longer[i].site;
  refuse_decisions("first at " + sites::place(longer[i].site), how.isolated());
}

void refuse_different(std::string_view what) { refuse_decisions("in " + std::string(what), true); }

void refuse_endless(const outcome& what, const options& how) {
  if (what.end == ending::bounded)
    box().fail("cofault: the run without faults was stopped by the bound of " +
               std::to_string(how.max_arrivals()) +
               " await points before its root completed; raise options().arrivals(), or stop what "
               "goes on for ever");
  else if (what.truncated)
    box().fail("cofault: the run without faults has more events than a trace can hold (" +
               std::to_string(what.count) + "); let it do less");
}

// Why the fault cannot be executed at a point of that kind; "" if it can.
std::string misfit(const fault& f, std::uint64_t flags, const options& how) {
  if (is_request(f.kind)) return "";
  const auto count = how.injectors().size();
  if (f.kind == fault_kind::throw_value && f.value >= count)
    return "there is no exception no. " + std::to_string(f.value + 1) +
           ": options().inject() has " + std::to_string(count) + " injectors";
  if (f.kind != fault_kind::throw_value && f.value > static_cast<std::uint8_t>(io_error::closed))
    return "there is no io_error of that number";
  if (f.kind == fault_kind::code && (flags & await_takes_code) == 0)
    return "the operation there does not report through an error code";
  if (f.kind != fault_kind::code && (flags & await_can_throw) == 0)
    return "no step of that co_await can throw";
  if (f.kind != fault_kind::throw_value) return "";
  const injector& by = *how.injectors()[f.value];
  if (const unthrown made = by.made(); made.object != nullptr) {
    made.drop();
    return "";
  }
  try {
    by.raise();
  } catch (...) {
    return "";
  }
  return "the injector no. " + std::to_string(f.value + 1) +
         " of options().inject() throws nothing";
}

void refuse_misfits(const std::vector<event>& trace, const plan& p, const options& how) {
  const family who(trace);
  for (const event& e : trace) {
    if (e.kind != event_kind::arrived) continue;
    const point here{sites::site(e.site).key, who.instance(e.frame),
                     static_cast<std::uint32_t>(e.value >> 32)};
    for (const deviation& d : p) {
      if (d.where != here) continue;
      if (const std::string why = misfit(d.what, e.value, how); !why.empty())
        box().fail("cofault: the plan '" + encode(p) + "' cannot be executed at " +
                   sites::place(e.site) + ": " + why);
    }
  }
}

bool everything_was_seen() {
  const mailbox& b = box();
  return b.stage == stage_of_sweep::done && b.failure_count == 0 &&
         std::none_of(b.items, b.items + b.found_count,
                      [](const found& f) { return f.at_trial == 0; });
}

std::string seen_places(std::uint32_t most) {
  const mailbox& b = box();
  std::string out;
  for (std::uint32_t i = 0; i < b.seen_count && i < most; ++i)
    out.append(i > 0 ? ", " : "")
        .append(sites::place(b.seen[i]))
        .append(" in ")
        .append(sites::function(sites::site(b.seen[i]).function).name)
        .append("()");
  return b.seen_count > most ? out + ", …" : out;
}

}  // namespace cofault::detail
