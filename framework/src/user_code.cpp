// SPDX-License-Identifier: BSL-1.0
#include "user_code.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>

#include "cofault/detail/frame.hpp"
#include "cofault/site.hpp"

namespace cofault::sites {
namespace {

struct code_paths {
  std::vector<std::string> user, peers;
  std::map<std::string, bool, std::less<>> known;  // what is_user() has said
};
code_paths& paths() {
  static code_paths p;
  return p;
}

bool is_relative(std::string_view path) { return !path.starts_with('/'); }

// Without detours, and without the way up to where the compiler was called: "src/pool.cpp" of
// "../src/./pool.cpp".
std::string plain(std::string_view path) {
  std::string out = std::filesystem::path(path).lexically_normal().string();
  while (out.starts_with("../")) out.erase(0, 3);
  return out;
}

bool ends_in(std::string_view whole, std::string_view part) {
  return whole.size() > part.size() && whole.ends_with(part) &&
         whole[whole.size() - part.size() - 1] == '/';
}

// Compilers record the name that they were called with, as __FILE__ does: it may be relative.
bool is_same_file(std::string_view file, std::string_view path) {
  return file == path || (is_relative(path) && ends_in(file, path)) ||
         (is_relative(file) && ends_in(path, file));
}

// Of a file with a relative name the directory must hold it: other projects have a "src", too.
bool is_in(std::string_view file, const std::string& directory) {
  if (file.starts_with(directory)) return true;
  if (!is_relative(file) || is_relative(directory)) return false;
  std::error_code ignored;
  for (std::size_t rest = 0;;) {
    const std::string_view shared = file.substr(0, rest);
    if ((shared.empty() || ends_in(directory, shared)) &&
        std::filesystem::is_regular_file(directory + std::string(file.substr(rest)), ignored))
      return true;
    const std::size_t slash = file.find('/', rest);
    if (slash == file.npos) return false;
    rest = slash + 1;
  }
}

bool look_up(std::string_view recorded) {
  const code_paths& p = paths();
  if (recorded.empty()) return false;
  const std::string file = plain(recorded);
  bool inside = false;
  for (const std::string& registered : p.user) {
    const std::string path = plain(registered);
    if (is_same_file(file, path)) return true;
    inside = inside || (path.ends_with('/') && is_in(file, path));
  }
  return inside && std::find(p.peers.begin(), p.peers.end(), recorded) == p.peers.end();
}

}  // namespace

const std::vector<std::string>& user_paths() { return paths().user; }

void add_user_code(std::string_view path) {
  auto& user = paths().user;
  if (std::find(user.begin(), user.end(), path) != user.end()) return;
  user.emplace_back(path);
  paths().known.clear();
  classify();
}

void add_peer(std::string_view file) {
  auto& peers = paths().peers;
  if (std::find(peers.begin(), peers.end(), file) != peers.end()) return;
  peers.emplace_back(file);
  paths().known.clear();
  classify();
}

bool is_user(std::string_view file) {
  auto& known = paths().known;
  if (const auto found = known.find(file); found != known.end()) return found->second;
  return known.emplace(file, look_up(file)).first->second;
}

}  // namespace cofault::sites

namespace cofault::detail {

user_code::user_code(const char* path) { sites::add_user_code(path); }

}  // namespace cofault::detail
