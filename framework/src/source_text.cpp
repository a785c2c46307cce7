// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/source_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <system_error>
#include <tuple>

#include "source_scanner.hpp"

namespace cofault::detail {
namespace {

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
    expressions = std::move(scan.expressions);
  }

  std::vector<std::string> lines;
  std::vector<try_lines> tries;
  std::map<unsigned, std::string> comments;
  std::map<unsigned, unsigned> awaits;
  std::vector<await_expression> expressions;
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

std::optional<unsigned> await_line(std::string_view file, unsigned line, unsigned column) {
  return with_file(file, [at = text_position{line, column}](const source_file& source) {
    std::optional<text_position> innermost;
    for (const await_expression& e : source.expressions)
      if (e.begin <= at && at < e.end && (!innermost || *innermost < e.begin)) innermost = e.begin;
    return innermost ? std::optional(innermost->line) : std::nullopt;
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
