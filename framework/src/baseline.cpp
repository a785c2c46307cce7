// SPDX-License-Identifier: BSL-1.0
#include "cofault/baseline.hpp"

#include <algorithm>
#include <utility>

#include "cofault/detail/source_text.hpp"
#include "cofault/site.hpp"
#include "utf8.hpp"

namespace cofault {
namespace {

constexpr std::string_view separator = " | ";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_blank(char c) { return c == ' ' || is_control(c); }

std::string tidy(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = detail::utf8_character(text);
    if (size == 0) {
      out += '?';
    } else if (!is_blank(text[0])) {
      out += text.substr(0, size);
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    text.remove_prefix(std::max(size, std::size_t{1}));
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out.empty() ? "?" : out;
}

// A field that others follow, and that may be the first one of a line.
std::string field(std::string_view text) {
  std::string out = tidy(text);
  std::replace(out.begin(), out.end(), '|', '/');
  if (out.front() == '#') out.front() = '/';
  return out;
}

std::string source_of(std::uint32_t site) {
  if (site == 0) return "?";
  const site_info& s = sites::site(site);
  return tidy(detail::source_line(sites::function(s.function).file, s.line).value_or("?"));
}

std::string culprit_of(std::uint32_t site) {
  if (site == 0) return "?";
  const function_info& f = sites::function(sites::site(site).function);
  const std::string_view file = f.file;
  return field(std::string(file.substr(file.rfind('/') + 1)).append(":").append(f.name));
}

[[noreturn]] void refuse_line(std::size_t number, std::string_view name, const std::string& why) {
  throw bad_baseline("line " + std::to_string(number) + " of the baseline '" + std::string(name) +
                     "' " + why);
}

void check_text(std::string_view line, std::size_t number, std::string_view name) {
  while (!line.empty()) {
    const std::size_t size = detail::utf8_character(line);
    if (size == 0)
      refuse_line(number, name, "is not UTF-8; save the file as UTF-8, or delete the line");
    if (is_control(line[0]) && line[0] != '\t')
      refuse_line(number, name, "holds a control character, so it is damaged; delete the line");
    line.remove_prefix(size);
  }
}

// Only the text of the source may hold a separator itself.
known_finding parse_line(std::string_view line, std::size_t number, std::string_view name) {
  std::string_view fields[4];
  std::size_t count = 0;
  for (std::string_view rest = line; count < 4;) {
    const std::size_t end = count == 3 ? rest.npos : rest.find(separator);
    fields[count++] = rest.substr(0, end);
    if (end == rest.npos) break;
    rest.remove_prefix(end + separator.size());
  }
  const bool empty = std::any_of(fields, fields + count, [](std::string_view f) {
    return std::all_of(f.begin(), f.end(), is_blank);
  });
  if (count != 4 || empty)
    refuse_line(number, name,
                (empty ? "has an empty field" : "has " + std::to_string(count) + " fields") +
                    "; it must read 'test | property | file:function | source text': correct it or "
                    "delete it");
  return {field(fields[0]), field(fields[1]), field(fields[2]), tidy(fields[3])};
}

}  // namespace

known_finding as_known(const finding& what, std::string_view test) {
  return {field(test), field(what.property), culprit_of(what.site), source_of(what.site)};
}

std::string to_line(const known_finding& what) {
  std::string out = what.test;
  for (const std::string* next : {&what.property, &what.culprit, &what.source})
    out.append(separator).append(*next);
  return out;
}

baseline baseline::parse(std::string_view text, std::string_view name) {
  baseline out;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> comments;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
      out.line_end_ = "\r\n";
      line.remove_suffix(1);
    }
    check_text(line, number, name);
    const bool empty = std::all_of(line.begin(), line.end(), is_blank);
    if (!empty && line[0] != '#') {
      out.entries_.push_back({std::exchange(comments, {}), parse_line(line, number, name)});
      continue;
    }
    comments.emplace_back(line);
    if (empty && out.entries_.empty() && out.head_.empty()) out.head_.swap(comments);
  }
  out.tail_ = std::move(comments);
  return out;
}

std::vector<known_finding> baseline::findings() const {
  std::vector<known_finding> out;
  for (const entry& e : entries_) out.push_back(e.what);
  return out;
}

std::uint32_t baseline::line_of(const known_finding& what) const {
  std::size_t line = head_.size();
  for (const entry& e : entries_) {
    line += e.comments.size() + 1;
    if (e.what == what) return static_cast<std::uint32_t>(line);
  }
  return 0;
}

bool baseline::add(const known_finding& what) {
  if (line_of(what) != 0) return false;
  entries_.push_back({{}, what});
  return true;
}

bool baseline::remove(const known_finding& what) {
  bool found = false;
  for (std::size_t i = entries_.size(); i-- > 0;) {
    if (entries_[i].what != what) continue;
    found = true;
    std::vector<std::string>& next = i + 1 < entries_.size() ? entries_[i + 1].comments : tail_;
    next.insert(next.begin(), entries_[i].comments.begin(), entries_[i].comments.end());
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return found;
}

std::string baseline::text() const {
  std::vector<entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const entry& a, const entry& b) { return a.what < b.what; });
  std::string out;
  const auto print = [&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) out += line + line_end_;
  };
  print(head_);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    print(sorted[i].comments);
    if (i == 0 || sorted[i].what != sorted[i - 1].what) print({to_line(sorted[i].what)});
  }
  print(tail_);
  return out;
}

}  // namespace cofault
