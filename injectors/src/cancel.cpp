// SPDX-License-Identifier: BSL-1.0
#include "cofault/inject/cancel.hpp"

namespace cofault::inject {
namespace {

fault request(fault_kind kind, moment when, std::uint8_t value = 0) {
  return {kind, value, false, when};
}

constexpr moment at_await[] = {moment::running, moment::suspended, moment::due, moment::late,
                               moment::resumed};

bool has(const await_point& where, moment when) { return (where.moments & moment_bit(when)) != 0; }

}  // namespace

cancel::cancel(std::initializer_list<moment> when, cancel_strength how)
    : how_(how), moments_(0), always_(true) {
  for (const moment m : when) moments_ |= moment_bit(m);
}

void cancel::propose_requests(const await_point& where, std::vector<fault>& out) const {
  for (const moment when : at_await) {
    if (!wants(when) || !has(where, when)) continue;
    if (where.is_asio && !always_ && (where.early & moment_bit(when)) != 0) continue;
    out.push_back(request(fault_kind::cancel, when, std::uint8_t(how_)));
    if (where.in_child) out.push_back(request(fault_kind::cancel_child, when, std::uint8_t(how_)));
  }
}

void cancel::propose_for_root(bool is_asio, std::vector<fault>& out) const {
  if (wants(moment::start) && (always_ || !is_asio))
    out.push_back(request(fault_kind::cancel, moment::start, std::uint8_t(how_)));
  if (wants(moment::end))
    out.push_back(request(fault_kind::cancel, moment::end, std::uint8_t(how_)));
}

void stop::propose_requests(const await_point& where, std::vector<fault>& out) const {
  if (has(where, moment::running)) out.push_back(request(fault_kind::stop, moment::running));
}

void destroy::propose_requests(const await_point& where, std::vector<fault>& out) const {
  for (const moment when : {moment::suspended, moment::late})
    if (has(where, when)) out.push_back(request(fault_kind::destroy, when));
}

}  // namespace cofault::inject
