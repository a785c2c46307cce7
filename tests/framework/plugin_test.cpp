// SPDX-License-Identifier: BSL-1.0
// The runner of tests that it opens by dlopen(). It has no cofault in it.
#include "plugin.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace {

using testing::AllOf;
using testing::ExitedWithCode;
using testing::HasSubstr;

// To standard error, in a process of its own: there is no room for two.
[[noreturn]] void explore_by(const char* library) {
  void* const opened = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void* const found = opened == nullptr ? nullptr : ::dlsym(opened, "plugin_explore");
  std::fputs(found == nullptr ? ::dlerror() : reinterpret_cast<decltype(&plugin_explore)>(found)(),
             stderr);
  std::exit(found == nullptr ? 1 : 0);
}

TEST(Plugin, SeesItsExceptions) {
  EXPECT_EXIT(explore_by(PLUGIN_SYMBOLIC), ExitedWithCode(0),
              AllOf(HasSubstr("every exception surfaces"), HasSubstr("// guilty")));
}

// The runner's C++ runtime comes first.
TEST(Plugin, DoesNotPassWhereItCannotSeeThem) {
  EXPECT_EXIT(explore_by(PLUGIN), ExitedWithCode(0), HasSubstr("are not seen"));
}

}  // namespace
