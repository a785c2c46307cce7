// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "counted.hpp"
#include "covered.hpp"
#include "mailbox.hpp"
#include "text_layout.hpp"

namespace cofault::detail {
namespace {

constexpr std::int64_t second = 1'000'000'000, short_search = second / 2;
constexpr std::string_view erase_line = "\r\x1b[K";

void write_to(int file, std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(file, text.data(), text.size());
}

std::size_t width_of(int file) {
  winsize size{};
  return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
}

std::string time_left(const options& how, std::int64_t nanoseconds) {
  if (how.max_time() == std::chrono::milliseconds::max()) return "";
  const std::int64_t left = how.max_time().count() / 1000 - nanoseconds / second;
  return ", " + std::to_string(std::max<std::int64_t>(left, 0)) + " s";
}

}  // namespace

std::string progress_line(const options& how, std::int64_t nanoseconds) {
  const mailbox& b = box();
  std::string out = "cofault: ";
  for (const coverage& c : covered()) out += in_words(c) + ", ";
  const double seconds = static_cast<double>(std::max<std::int64_t>(nanoseconds, 1)) / 1e9;
  out += grouped(static_cast<std::uint64_t>(b.trials / seconds)) + " a second; " +
         counted(b.found_count, "finding") +
         "; left: " + grouped(how.max_trials() - std::min(b.trials, how.max_trials())) + " trials";
  return out + time_left(how, nanoseconds);
}

progress::progress(const options& how, int file)
    : how_(how), file_(file), terminal_(::isatty(file) == 1) {}

progress::~progress() {
  if (shown_) write_to(file_, erase_line);
}

void progress::tick(std::int64_t nanoseconds) {
  if (!terminal_ || nanoseconds < short_search || box().stage != stage_of_sweep::sweep) return;
  std::string line(erase_line);
  line += cut(progress_line(how_, nanoseconds), width_of(file_));
  write_to(file_, line);
  shown_ = true;
}

}  // namespace cofault::detail
