// SPDX-License-Identifier: BSL-1.0
#include "ratchet.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include "cofault/detail/root.hpp"
#include "counted.hpp"
#include "mailbox.hpp"
#include "verdicts.hpp"

namespace cofault::detail {
namespace {

constexpr const char* no_test = "-";
constexpr const char* header =
    "# Known findings of cofault, which do not fail the tests: a line each, sorted.\n"
    "# test | property | file:function of the culprit | text of its line\n\n";

// The explorations of the running test, so far.
std::string last_test;
unsigned number = 0;

std::string name_of_exploration(const options& how) {
  if (!how.baseline_test().empty()) return how.baseline_test();
  const std::string test = test_name();
  if (test.empty()) return no_test;
  if (std::exchange(last_test, test) != test) number = 0;
  return ++number == 1 ? test : test + "#" + std::to_string(number);
}

const char* variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

bool update_is_wanted() {
  const char* const value = variable("COFAULT_UPDATE_BASELINE");
  if (value == nullptr || value == std::string_view("0")) return false;
  if (value == std::string_view("1")) return true;
  throw bad_baseline("COFAULT_UPDATE_BASELINE is '" + std::string(value) +
                     "'; set it to 1 to update baselines, or to 0");
}

// What an exploration finds beside the properties that it was given.
std::vector<std::string> properties_of(const options& how) {
  std::vector<std::string> out = {survival, no_termination, every_fault_reached,
                                  every_cancellation_honoured};
  for (const auto& property : how.properties())
    out.emplace_back(property->name().substr(0, sizeof found::property - 1));
  return out;
}

// A death without any fault leaves nothing tested: no file can make that pass.
bool can_be_accepted(const exploration& what) { return what.trials > 0; }

template <class T>
bool contains(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string list_of(const std::vector<std::string>& places) {
  constexpr std::size_t most = 5;
  std::string out;
  for (std::size_t i = 0; i < places.size() && i < most; ++i)
    out += (i > 0 ? ", " : "") + places[i];
  return places.size() > most ? out + ", …" : out;
}

bool has_source(const known_finding& f) { return f.culprit == "?" || f.source != "?"; }

}  // namespace

void test_begins() { last_test.clear(); }

ratchet::ratchet(const options& how) {
  if (how.baseline_path().has_value())
    file_ = {*how.baseline_path(), "options().baseline()"};
  else if (const char* path = variable("COFAULT_BASELINE"); path != nullptr)
    file_ = {path, "COFAULT_BASELINE"};
  else
    return;
  if (file_.path.empty()) {
    error_ = "options().baseline() got an empty path; name a file";
    return;
  }
  test_ = name_of_exploration(how);
  properties_ = properties_of(how);
  try {
    updating_ = update_is_wanted();
    known_ = baseline::parse(read_baseline(file_, updating_), file_.path);
  } catch (const bad_baseline& bad) {
    error_ = bad.what();
  }
}

void ratchet::apply(exploration& out) {
  if (file_.path.empty()) return;
  std::vector<std::string> news;
  try {
    if (updating_) update(out, news);
  } catch (const bad_baseline& bad) {
    out.error = std::string("cofault: ") + bad.what();
    return;
  }
  move_known(out);
  for (std::string& note : ask(out)) news.push_back(std::move(note));
  // A test that passes shows no notes.
  for (const std::string& note : news)
    std::fprintf(stderr, "cofault: %s: %s\n", test_.c_str(), note.c_str());
  out.notes.insert(out.notes.end(), news.begin(), news.end());
}

void ratchet::update(const exploration& out, std::vector<std::string>& news) {
  const locked_baseline file(file_);
  known_ = baseline::parse(file.text().empty() ? header : file.text(), file_.path);
  std::size_t added = 0, removed = 0;
  if (can_be_accepted(out))
    for (const finding& f : out.findings) added += known_.add(as_known(f, test_)) ? 1 : 0;
  if (may_judge(out))
    for (const known_finding& entry : gone(out))
      if (is_judged(entry)) removed += known_.remove(entry) ? 1 : 0;
  const std::string text = known_.text();
  if (text != file.text()) file.replace(text);
  known_ = baseline::parse(text, file_.path);
  if (added + removed > 0)
    news.push_back("the baseline " + file_.path + " was updated: " + std::to_string(added) +
                   " added, " + std::to_string(removed) + " deleted");
}

void ratchet::move_known(exploration& out) const {
  const auto fresh = std::stable_partition(
      out.findings.begin(), out.findings.end(),
      [&](const finding& f) { return known_.line_of(as_known(f, test_)) == 0; });
  if (fresh == out.findings.end()) return;
  if (!can_be_accepted(out)) {
    out.notes.push_back("the baseline " + file_.path +
                        " cannot make a test pass in which no fault was tried");
    return;
  }
  std::vector<std::string> places;
  bool unread = false;
  for (auto f = fresh; f != out.findings.end(); ++f) {
    const known_finding entry = as_known(*f, test_);
    if (!contains(places, place(entry))) places.push_back(place(entry));
    unread = unread || !has_source(entry);
  }
  out.known.assign(std::make_move_iterator(fresh), std::make_move_iterator(out.findings.end()));
  out.findings.erase(fresh, out.findings.end());
  out.notes.push_back(counted(out.known.size(), "known finding") + " (baseline " + list_of(places) +
                      ")");
  if (unread)
    out.notes.push_back(
        "their source was not read, so the baseline holds a '?' for it: set "
        "COFAULT_SOURCE_ROOT");
}

// Of this exploration's entries, those that it did not find.
std::vector<known_finding> ratchet::gone(const exploration& out) const {
  std::vector<known_finding> found, left;
  for (const auto* list : {&out.findings, &out.known})
    for (const finding& f : *list) found.push_back(as_known(f, test_));
  for (const known_finding& entry : known_.findings())
    if (entry.test == as_known({}, test_).test && !contains(found, entry) && !contains(left, entry))
      left.push_back(entry);
  return left;
}

bool ratchet::may_judge(const exploration& out) const {
  if (!out.complete || test_ == no_test) return false;
  for (const auto* list : {&out.findings, &out.known})
    if (!std::all_of(list->begin(), list->end(),
                     [&](const finding& f) { return has_source(as_known(f, test_)); }))
      return false;
  return true;
}

bool ratchet::is_judged(const known_finding& entry) const {
  return contains(properties_, entry.property);
}

std::string ratchet::place(const known_finding& entry) const {
  return file_.path + ":" + std::to_string(known_.line_of(entry));
}

// What the reader of the file has to do; what is only to be known goes to the exploration's notes.
std::vector<std::string> ratchet::ask(exploration& out) const {
  std::vector<std::string> asked;
  std::size_t undecided = 0;
  const bool judging = may_judge(out);
  for (const known_finding& entry : gone(out)) {
    if (!is_judged(entry))
      asked.push_back("the baseline " + place(entry) + " names the property '" + entry.property +
                      "', which is not judged here; correct it or delete that line");
    else if (judging)
      asked.push_back("the baseline " + place(entry) +
                      " was not found again; delete that line: " + to_line(entry));
    else
      ++undecided;
  }
  if (undecided > 0 && test_ != no_test)
    out.notes.push_back(counted(undecided, "finding") + " of the baseline " + file_.path +
                        " did not occur, which is not judged: not everything was covered");
  return asked;
}

}  // namespace cofault::detail
