// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cofault/detail/source_text.hpp"

namespace cofault::detail {

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

}  // namespace cofault::detail
