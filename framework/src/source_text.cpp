// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/source_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <system_error>
#include <tuple>

#include "await_finder.hpp"

namespace cofault::detail {
namespace {

std::string_view trimmed(std::string_view text, std::string_view extra = {}) {
  const auto kept = [&](char c) {
    return std::isspace(static_cast<unsigned char>(c)) == 0 &&
           extra.find(c) == std::string_view::npos;
  };
  while (!text.empty() && !kept(text.front())) text.remove_prefix(1);
  while (!text.empty() && !kept(text.back())) text.remove_suffix(1);
  return text;
}

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Finds try statements in a stream of tokens. A plain value, so that it can be put back at an
// #else.
class try_finder {
 public:
  void token(std::string_view text, unsigned line, std::vector<try_lines>& found) {
    if (text == "{") {
      open(line);
    } else if (text == "}") {
      close(line, found);
    } else if (text == "try") {
      pending_ = {block::body, line, 0, 0};
    } else if (text == "catch" && closed_) {
      pending_ = {block::handler, line, 0, *closed_};
    } else if (text == ":" && previous_ == "try") {
      initialisers_ = true;  // a constructor's function-try-block: braces may come before its own
    }
    if (text != "}") closed_.reset();
    previous_ = text;
  }

 private:
  struct block {
    enum kind_of { plain, body, handler } kind = plain;
    unsigned keyword = 0;
    unsigned open = 0;
    std::size_t statement = 0;  // of a handler: index among those found
  };

  void open(unsigned line) {
    const bool initialiser =
        initialisers_ && previous_ != ")" && previous_ != "}" && previous_ != ".";
    if (initialiser) {
      blocks_.push_back({});
      return;
    }
    pending_.open = line;
    blocks_.push_back(std::exchange(pending_, {}));
    initialisers_ = false;
  }

  void close(unsigned line, std::vector<try_lines>& found) {
    closed_.reset();
    if (blocks_.empty()) return;
    const block ended = blocks_.back();
    blocks_.pop_back();
    if (ended.kind == block::plain) return;
    if (ended.kind == block::body) {
      closed_ = found.size();
      found.push_back({ended.keyword, line, static_cast<unsigned>(blocks_.size()), {}});
    } else {
      closed_ = ended.statement;
      found[ended.statement].handlers.push_back({ended.keyword, ended.open, line});
    }
  }

  std::vector<block> blocks_;
  block pending_;                      // what the next brace opens
  std::optional<std::size_t> closed_;  // the statement that a `catch` right here would go on
  bool initialisers_ = false;
  std::string_view previous_;
};

// One pass over a file: splits it into tokens, keeps comments and try statements.
class scanner {
 public:
  explicit scanner(std::string_view text) : text_{text} {
    while (at_ < text_.size()) step();
  }

  std::vector<try_lines> tries;
  std::map<unsigned, std::string> comments;
  std::map<unsigned, unsigned> awaits;  // where an await began that goes on here

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\n') {
      end_of_line();
    } else if (c == '\\' && peek(1) == '\n') {
      skip(2);
    } else if (c == '/' && (peek(1) == '/' || peek(1) == '*')) {
      comment(peek(1) == '/');
    } else if (c == '"' || c == '\'') {
      literal(c);
    } else if (in_word(c)) {
      word();
    } else {
      if (c == '#' && fresh_line_) {
        directive();
      } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
        emit(text_.substr(at_, 1));
      }
      skip(1);
    }
  }

  [[nodiscard]] char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip(std::size_t count) {
    for (; count > 0 && at_ < text_.size(); --count) line_ += text_[at_++] == '\n' ? 1 : 0;
  }

  void end_of_line() {
    skip(1);
    fresh_line_ = true;
    in_directive_ = false;
  }

  void emit(std::string_view token) {
    fresh_line_ = false;
    if (in_directive_) return;
    const bool left_out = std::ranges::any_of(branches_, &branch::left_out);
    if (left_out) return;
    finders_.tries.token(token, line_, tries);
    finders_.awaits.token(token, line_, awaits);
  }

  void comment(bool to_end_of_line) {
    skip(2);
    const std::string_view end = to_end_of_line ? "\n" : "*/";
    const unsigned first = line_;
    std::size_t stop = std::min(text_.find(end, at_), text_.size());
    while (to_end_of_line && stop < text_.size() && text_[stop - 1] == '\\') {
      stop = std::min(text_.find('\n', stop + 1), text_.size());  // goes on in the next line
    }
    note(text_.substr(at_, stop - at_), first);
    skip(stop - at_ + (to_end_of_line ? 0 : end.size()));
  }

  void note(std::string_view text, unsigned line) {
    for (; !text.empty(); ++line) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view part = trimmed(text.substr(0, end), "/*!<\\");
      if (std::string& all = comments[line]; !part.empty())
        all += (all.empty() ? "" : " ") + std::string{part};
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void literal(char quote) {
    emit("literal");
    skip(1);
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      skip(text_[at_] == '\\' ? 2 : 1);
    if (at_ < text_.size() && text_[at_] == quote) skip(1);
  }

  void raw_literal() {
    const std::size_t open = std::min(text_.find('(', at_), text_.size());
    const std::string end = ")" + std::string{text_.substr(at_ + 1, open - at_ - 1)} + "\"";
    emit("literal");
    const std::size_t stop = text_.find(end, open);
    skip(stop == std::string_view::npos ? text_.size() : stop + end.size() - at_);
  }

  // Words and numbers; in a number ' separates digits.
  void word() {
    const bool number = std::isdigit(static_cast<unsigned char>(text_[at_])) != 0;
    std::size_t length = 1;
    while (in_word(peek(length)) || (number && peek(length) == '\'' && in_word(peek(length + 1))))
      ++length;
    const std::string_view token = text_.substr(at_, length);
    emit(token);
    skip(length);
    const bool raw =
        token == "R" || token == "u8R" || token == "uR" || token == "UR" || token == "LR";
    if (raw && peek(0) == '"') raw_literal();
  }

  // Alternatives often open the same brace twice: each starts from where the #if was. Names the
  // directive only, what follows on its line is skipped by emit.
  void directive() {
    std::string_view rest = text_.substr(at_ + 1);
    rest = trimmed(rest.substr(0, rest.find('\n')));
    if (rest.starts_with("if")) {
      const std::string_view condition = trimmed(rest.substr(2));
      branches_.push_back({finders_, condition == "0" || condition.starts_with("0 ")});
    } else if (rest.starts_with("el") && !branches_.empty()) {
      finders_ = branches_.back().before;
      branches_.back().left_out = false;
    } else if (rest.starts_with("endif") && !branches_.empty()) {
      branches_.pop_back();
    }
    in_directive_ = true;
  }

  struct finders {
    try_finder tries;
    await_finder awaits;
  };
  struct branch {
    finders before;
    bool left_out = false;
  };

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  bool fresh_line_ = true;
  bool in_directive_ = false;
  finders finders_;
  std::vector<branch> branches_;
};

struct source_file {
  explicit source_file(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines.emplace_back(trimmed(std::string_view{text}.substr(at, end - at)));
      at = end + 1;
    }
    scanner scan{text};
    tries = std::move(scan.tries);
    comments = std::move(scan.comments);
    awaits = std::move(scan.awaits);
  }

  std::vector<std::string> lines;
  std::vector<try_lines> tries;
  std::map<unsigned, std::string> comments;
  std::map<unsigned, unsigned> awaits;
};

class source_files {
 public:
  std::mutex mutex;

  void set_root(std::string path) {
    root_ = std::move(path);
    files_.clear();
  }

  const source_file* find(std::string_view recorded) {
    if (const auto known = files_.find(recorded); known != files_.end())
      return value(known->second);
    std::optional<source_file> file;
    if (const auto path = locate(recorded)) file.emplace(*path);
    return value(files_.emplace(recorded, std::move(file)).first->second);
  }

 private:
  static const source_file* value(const std::optional<source_file>& file) {
    return file ? &*file : nullptr;
  }

  [[nodiscard]] std::filesystem::path root() const {
    if (!root_.empty()) return root_;
    const char* given = std::getenv("COFAULT_SOURCE_ROOT");
    return given == nullptr ? "" : given;
  }

  [[nodiscard]] std::optional<std::filesystem::path> locate(
      const std::filesystem::path& recorded) const {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(recorded, ignored)) return recorded;
    const std::filesystem::path base = root();
    if (base.empty()) return std::nullopt;
    const std::filesystem::path names = recorded.lexically_normal().relative_path();
    for (auto first = names.begin(); first != names.end(); ++first) {
      if (*first == "..") continue;  // would leave the root
      std::filesystem::path candidate = base;
      for (auto name = first; name != names.end(); ++name) candidate /= *name;
      if (std::filesystem::is_regular_file(candidate, ignored)) return candidate;
    }
    return std::nullopt;
  }

  std::string root_;
  std::map<std::string, std::optional<source_file>, std::less<>> files_;
};

source_files& all_files() {
  static auto* const kept = new source_files;  // never destroyed: reports may be written at exit
  return *kept;
}

// Asks a question of one file, under the lock.
template <class Question>
auto with_file(std::string_view file, const Question& question)
    -> decltype(question(source_file{""})) {
  source_files& files = all_files();
  const std::lock_guard lock{files.mutex};
  const source_file* const found = files.find(file);
  if (found == nullptr) return std::nullopt;
  return question(*found);
}

// Of those with this brace on line `from`, the handler that clang wrote next.
std::optional<unsigned> written_next(const try_lines& statement, unsigned from) {
  const auto& handlers = statement.handlers;
  if (handlers.empty()) return std::nullopt;
  std::optional<unsigned> found;
  if (statement.body_close == from) found = handlers.back().keyword;
  for (std::size_t i = 1; i < handlers.size(); ++i) {
    if (handlers[i].close != from) continue;
    if (found && *found != handlers[i - 1].keyword) return std::nullopt;
    found = handlers[i - 1].keyword;
  }
  return found;
}

}  // namespace

void set_source_root(std::string path) {
  source_files& files = all_files();
  const std::lock_guard lock{files.mutex};
  files.set_root(std::move(path));
}

std::optional<std::string> source_line(std::string_view file, unsigned line) {
  return with_file(file, [line](const source_file& source) -> std::optional<std::string> {
    if (line == 0 || line > source.lines.size()) return std::nullopt;
    return source.lines[line - 1];
  });
}

std::optional<unsigned> await_line(std::string_view file, unsigned line) {
  return with_file(file, [line](const source_file& source) -> std::optional<unsigned> {
    const auto began = source.awaits.find(line);
    if (began == source.awaits.end()) return std::nullopt;
    if (source.lines[line - 1].find("co_await") != std::string::npos) return std::nullopt;
    return began->second;
  });
}

std::optional<std::string> source_of_await(std::string_view file, unsigned line) {
  const std::optional<std::string> last = source_line(file, line);
  const std::optional<unsigned> began = await_line(file, line);
  return began ? source_line(file, *began).value_or("") + " … " + last.value_or("") : last;
}

std::optional<std::string> comment_on(std::string_view file, unsigned line) {
  return with_file(file, [line](const source_file& source) -> std::optional<std::string> {
    const auto found = source.comments.find(line);
    if (found == source.comments.end() || found->second.empty()) return std::nullopt;
    return found->second;
  });
}

std::optional<try_lines> try_statement(std::string_view file, unsigned line) {
  return with_file(file, [line](const source_file& source) {
    std::optional<try_lines> best;
    for (const try_lines& statement : source.tries) {
      const bool inside = statement.keyword <= line && line <= statement.last();
      if (inside && (!best || statement.depth >= best->depth)) best = statement;
    }
    return best;
  });
}

std::optional<std::pair<unsigned, unsigned>> try_range(std::string_view file, unsigned line) {
  const auto statement = try_statement(file, line);
  if (!statement) return std::nullopt;
  return std::pair{statement->keyword, statement->last()};
}

std::optional<unsigned> catch_line(std::string_view file, unsigned from) {
  return with_file(file, [from](const source_file& source) {
    std::optional<unsigned> best;
    std::tuple<unsigned, bool> best_rank;  // deeper first, then those that end here, then the last
    for (const try_lines& statement : source.tries) {
      for (const handler_lines& handler : statement.handlers) {
        if (from < handler.keyword || handler.close < from) continue;
        const std::tuple rank{statement.depth, handler.close == from};
        if (best && rank < best_rank) continue;
        best = handler.keyword;
        best_rank = rank;
      }
    }
    return best;
  });
}

std::optional<unsigned> catch_line_before(std::string_view file, unsigned from) {
  return with_file(file, [from](const source_file& source) -> std::optional<unsigned> {
    std::optional<unsigned> only;
    for (const try_lines& statement : source.tries) {
      if (from < statement.keyword || statement.last() < from) continue;
      const auto found = written_next(statement, from);
      if (only && found && *only != *found) return std::nullopt;
      if (found) only = found;
    }
    return only;
  });
}

}  // namespace cofault::detail
