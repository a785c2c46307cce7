// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cofault/detail/frame.hpp"
#include "cofault/site.hpp"

namespace cofault::sites {
namespace {

struct code_paths {
  std::vector<std::string> user, peers;
};
code_paths& paths() {
  static code_paths p;
  return p;
}

// A file that was registered by a relative path, as __FILE__ may be one.
bool is_same_file(std::string_view file, std::string_view relative) {
  return !relative.starts_with('/') && file.size() > relative.size() && file.ends_with(relative) &&
         file[file.size() - relative.size() - 1] == '/';
}

}  // namespace

void add_user_code(std::string_view path) {
  auto& user = paths().user;
  if (std::find(user.begin(), user.end(), path) != user.end()) return;
  user.emplace_back(path);
  classify();
}

void add_peer(std::string_view file) {
  auto& peers = paths().peers;
  if (std::find(peers.begin(), peers.end(), file) != peers.end()) return;
  peers.emplace_back(file);
  classify();
}

bool is_user(std::string_view file) {
  const code_paths& p = paths();
  std::size_t best = 0;
  for (const std::string& path : p.user) {
    if (path == file || is_same_file(file, path)) return true;
    if (path.ends_with('/') && file.starts_with(path)) best = std::max(best, path.size());
  }
  if (best == 0) return false;
  return std::find(p.peers.begin(), p.peers.end(), file) == p.peers.end();
}

}  // namespace cofault::sites

namespace cofault::detail {

user_code::user_code(const char* path) { sites::add_user_code(path); }

}  // namespace cofault::detail
