// SPDX-License-Identifier: BSL-1.0
// A folder of its own for each test, which is the working directory meanwhile.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace support {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

class in_scratch_folder : public testing::Test {
 protected:
  in_scratch_folder() {
    std::string name = testing::TempDir() + "cofault-baseline-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    std::filesystem::current_path(folder_);
  }
  ~in_scratch_folder() override {
    ::unsetenv("COFAULT_UPDATE_BASELINE");
    ::unsetenv("COFAULT_BASELINE");
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path folder_;

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

}  // namespace support
