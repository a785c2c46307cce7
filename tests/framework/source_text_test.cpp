// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/source_text.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

namespace {

namespace fs = std::filesystem;
using namespace cofault::detail;

class SourceText : public testing::Test {
 protected:
  SourceText() { fs::create_directories(folder_); }
  ~SourceText() override {
    set_source_root("");
    fs::remove_all(folder_);
  }

  // Every text is a file of its own: what was read is kept for good.
  std::string file(const std::string& text) {
    return write(folder_ / ("text" + std::to_string(count_++) + ".cpp"), text);
  }

  static std::string write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream{path} << text;
    return path.string();
  }

  fs::path folder_ = fs::path{testing::TempDir()} / ("source_text_" + std::to_string(getpid()));

 private:
  int count_ = 0;
};

TEST_F(SourceText, LinesAreTrimmedAndCountFromOne) {
  const std::string path = file("first\n  second  \r\n\n\tfourth");
  EXPECT_EQ(source_line(path, 1), "first");
  EXPECT_EQ(source_line(path, 2), "second");
  EXPECT_EQ(source_line(path, 3), "");
  EXPECT_EQ(source_line(path, 4), "fourth");
}

TEST_F(SourceText, AnAwaitHasItsFirstLineAtEachOfItsColumns) {
  const std::string path = file(R"(
  both(co_await first(
         1), co_await second(co_await third(),
         2)); other();
#if SOME
  if (co_await fourth(
#else
  if (co_await fifth(
#endif
         3)) {
  }
)");
  EXPECT_EQ(await_line(path, 2, 7), std::nullopt);
  EXPECT_EQ(await_line(path, 2, 8), 2u);
  EXPECT_EQ(await_line(path, 3, 11), 2u) << "the parenthesis of first()";
  EXPECT_EQ(await_line(path, 3, 12), std::nullopt);
  EXPECT_EQ(await_line(path, 3, 14), 3u);
  EXPECT_EQ(await_line(path, 3, 45), 3u) << "third() ends here";
  EXPECT_EQ(await_line(path, 4, 11), 3u) << "the parenthesis of second()";
  EXPECT_EQ(await_line(path, 4, 12), std::nullopt);
  EXPECT_EQ(await_line(path, 4, 15), std::nullopt);
  EXPECT_EQ(await_line(path, 10, 11), 8u) << "of two alternatives the last";
  EXPECT_EQ(await_line(path + ".gone", 2, 8), std::nullopt);
}

TEST_F(SourceText, AnAwaitOfSeveralLinesBeginsAtItsKeyword) {
  const std::string path = file(R"(
  co_await one();
  const int sum = co_await both(
      first(),
      co_await second(
          {1, 2}), third
  );
  both(co_await first(
           1),
       third(
           2));
  co_await with(file, [](auto& f) -> task {
    try {
      co_await f.write();
    } catch (...) {
    }
  });
  auto operator co_await() {
    return 1;
  }
)");
  EXPECT_EQ(source_of_await(path, 2), "co_await one();");
  EXPECT_EQ(source_of_await(path, 3), "const int sum = co_await both(");
  EXPECT_EQ(source_of_await(path, 4), "const int sum = co_await both( … first(),");
  EXPECT_EQ(source_of_await(path, 5), "co_await second(");
  EXPECT_EQ(source_of_await(path, 7), "const int sum = co_await both( … );");
  EXPECT_EQ(source_of_await(path, 9), "both(co_await first( … 1),");
  EXPECT_EQ(source_of_await(path, 11), "2));");
  EXPECT_EQ(source_of_await(path, 14), "co_await f.write();");
  EXPECT_EQ(source_of_await(path, 15), "} catch (...) {");
  EXPECT_EQ(source_of_await(path, 17), "co_await with(file, [](auto& f) -> task { … });");
  EXPECT_EQ(source_of_await(path, 19), "return 1;");
  EXPECT_EQ(source_of_await(path, 99), std::nullopt);
}

TEST_F(SourceText, NeverGuesses) {
  const std::string path = file("only\n");
  EXPECT_EQ(source_line(path, 0), std::nullopt);
  EXPECT_EQ(source_line(path, 2), std::nullopt);
  EXPECT_EQ(source_line("", 1), std::nullopt);
  EXPECT_EQ(source_line(folder_.string(), 1), std::nullopt);
  EXPECT_EQ(source_line("/nowhere/at/all.cpp", 1), std::nullopt);
  EXPECT_EQ(catch_line("/nowhere/at/all.cpp", 1), std::nullopt);
  EXPECT_EQ(try_range("/nowhere/at/all.cpp", 1), std::nullopt);
  EXPECT_EQ(comment_on("/nowhere/at/all.cpp", 1), std::nullopt);
}

TEST_F(SourceText, IsReadOnce) {
  const std::string path = file("old\n");
  EXPECT_EQ(source_line(path, 1), "old");
  write(path, "new\n");
  EXPECT_EQ(source_line(path, 1), "old");
  set_source_root("");
  EXPECT_EQ(source_line(path, 1), "new");
}

TEST_F(SourceText, LongestTailBelowTheRootWins) {
  write(folder_ / "root/src/net/a.cpp", "long\n");
  write(folder_ / "root/a.cpp", "short\n");
  EXPECT_EQ(source_line("/build/src/net/a.cpp", 1), std::nullopt);
  set_source_root((folder_ / "root").string());
  EXPECT_EQ(source_line("/build/src/net/a.cpp", 1), "long");
  EXPECT_EQ(source_line("../other/../src/net/a.cpp", 1), "long");
  EXPECT_EQ(source_line("/mapped/a.cpp", 1), "short");
  EXPECT_EQ(source_line("/mapped/b.cpp", 1), std::nullopt);
}

TEST_F(SourceText, TheRecordedPathComesBeforeTheRoot) {
  const std::string path = file("recorded\n");
  write(folder_ / "root" / fs::path{path}.filename(), "root\n");
  set_source_root((folder_ / "root").string());
  EXPECT_EQ(source_line(path, 1), "recorded");
}

TEST_F(SourceText, RootMayComeFromTheEnvironment) {
  write(folder_ / "env/c.cpp", "environment\n");
  write(folder_ / "set/c.cpp", "set\n");
  setenv("COFAULT_SOURCE_ROOT", (folder_ / "env").c_str(), 1);
  EXPECT_EQ(source_line("/gone/c.cpp", 1), "environment");
  set_source_root((folder_ / "set").string());
  EXPECT_EQ(source_line("/gone/c.cpp", 1), "set");
  set_source_root("");
  EXPECT_EQ(source_line("/gone/c.cpp", 1), "environment");
  unsetenv("COFAULT_SOURCE_ROOT");
}

TEST_F(SourceText, CommentsOfALine) {
  const std::string path = file(
      "} catch (...) {  // cofault: deliberate\n"
      "} catch (...) { /* cofault: deliberate */ }\n"
      "auto s = \"// no\"; auto c = '\"'; // yes\n"
      "/* one\n"
      " * two */ int x; // three\n"
      "/// documented\n"
      "auto u = \"http://x\";\n"
      "//\n"
      "auto r = R\"(\n"
      "// text\n"
      ")\"; // after\n"
      "#endif  // GUARD\n"
      "// goes \\\n"
      "on\n");
  EXPECT_EQ(comment_on(path, 1), "cofault: deliberate");
  EXPECT_EQ(comment_on(path, 2), "cofault: deliberate");
  EXPECT_EQ(comment_on(path, 3), "yes");
  EXPECT_EQ(comment_on(path, 4), "one");
  EXPECT_EQ(comment_on(path, 5), "two three");
  EXPECT_EQ(comment_on(path, 6), "documented");
  EXPECT_EQ(comment_on(path, 7), std::nullopt);
  EXPECT_EQ(comment_on(path, 8), std::nullopt);
  EXPECT_EQ(comment_on(path, 10), std::nullopt);
  EXPECT_EQ(comment_on(path, 11), "after");
  EXPECT_EQ(comment_on(path, 12), "GUARD");
  EXPECT_EQ(comment_on(path, 13), "goes");
  EXPECT_EQ(comment_on(path, 14), "on");
}

constexpr const char* nested =
    "void f() {\n"                // 1
    "  try {\n"                   // 2
    "    work();\n"               // 3
    "  } catch (const A& a) {\n"  // 4
    "    work();\n"               // 5
    "  } catch (...) {\n"         // 6
    "    try {\n"                 // 7
    "      work();\n"             // 8
    "    }\n"                     // 9
    "    catch (B)\n"             // 10
    "    {\n"                     // 11
    "      if (x) { work(); }\n"  // 12
    "    }\n"                     // 13
    "    work();\n"               // 14
    "  }\n"                       // 15
    "  work();\n"                 // 16
    "}\n";                        // 17

TEST_F(SourceText, CatchOfALineInAHandler) {
  const std::string path = file(nested);
  EXPECT_EQ(catch_line(path, 3), std::nullopt);
  EXPECT_EQ(catch_line(path, 4), 4u);
  EXPECT_EQ(catch_line(path, 5), 4u);
  EXPECT_EQ(catch_line(path, 6), 4u) << "the brace on line 6 ends the handler of line 4";
  EXPECT_EQ(catch_line(path, 8), 6u);
  EXPECT_EQ(catch_line(path, 10), 10u);
  EXPECT_EQ(catch_line(path, 12), 10u);
  EXPECT_EQ(catch_line(path, 13), 10u);
  EXPECT_EQ(catch_line(path, 14), 6u);
  EXPECT_EQ(catch_line(path, 15), 6u);
  EXPECT_EQ(catch_line(path, 16), std::nullopt);
}

TEST_F(SourceText, RangeOfATryStatement) {
  const std::string path = file(nested);
  using range = std::pair<unsigned, unsigned>;
  EXPECT_EQ(try_range(path, 1), std::nullopt);
  EXPECT_EQ(try_range(path, 2), (range{2, 15}));
  EXPECT_EQ(try_range(path, 8), (range{7, 13}));
  EXPECT_EQ(try_range(path, 14), (range{2, 15}));
  EXPECT_EQ(try_range(path, 16), std::nullopt);
}

TEST_F(SourceText, TryStatementListsItsHandlers) {
  const auto statement = try_statement(file(nested), 11);
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->keyword, 7u);
  EXPECT_EQ(statement->body_close, 9u);
  ASSERT_EQ(statement->handlers.size(), 1u);
  EXPECT_EQ(statement->handlers[0].keyword, 10u);
  EXPECT_EQ(statement->handlers[0].open, 11u);
  EXPECT_EQ(statement->handlers[0].close, 13u);
}

// Clang writes the last handler first; each begins with the line of the brace that was written
// before.
TEST_F(SourceText, CatchOfTheBraceWrittenBeforeIt) {
  const std::string apart = file(
      "try {\n"        // 1
      "}\n"            // 2
      "catch (A) {\n"  // 3
      "}\n"            // 4
      "catch (B) {\n"  // 5
      "}\n"            // 6
      "catch (C) {\n"  // 7
      "}\n");          // 8
  EXPECT_EQ(catch_line_before(apart, 2), 7u);
  EXPECT_EQ(catch_line_before(apart, 8), 5u);
  EXPECT_EQ(catch_line_before(apart, 6), 3u);
  EXPECT_EQ(catch_line_before(apart, 4), std::nullopt);
  const std::string one_line =
      file("try { a(); } catch (A) {} catch (B) {}\ntry {\n} catch (A) {\n} catch (B) {}\n");
  EXPECT_EQ(catch_line_before(one_line, 1), 1u);
  EXPECT_EQ(catch_line_before(one_line, 3), 4u);
  EXPECT_EQ(catch_line_before(one_line, 4), 3u);
}

TEST_F(SourceText, SeveralHandlersOnALineGiveTheLast) {
  const std::string path = file(
      "try { a(); } catch (A) { b(); } catch (B) { c(); }\n"
      "try {\n"
      "} catch (A) { b();\n"
      "} catch (B) { c(); } catch (\n"
      "    C) { d(); }\n");
  EXPECT_EQ(catch_line(path, 1), 1u);
  EXPECT_EQ(catch_line(path, 4), 4u);
  EXPECT_EQ(catch_line(path, 5), 4u);
}

TEST_F(SourceText, BracesInTextAreNone) {
  const std::string path = file(
      "try {\n"                                              // 1
      "  auto a = \"} catch (\\\"...) {\"; auto b = '}';\n"  // 2
      "  auto c = R\"x(} )\" catch (...) { \n"               // 3
      "  try { )x\"; auto d = 1'000'000; // } catch {\n"     // 4
      "  /* } catch (...) {\n"                               // 5
      "  } */ auto e = u8R\"(})\"; auto f = '\\'';\n"        // 6
      "#define OPEN } catch (...) { \\\n"                    // 7
      "  } }\n"                                              // 8
      "} catch (...) {\n"                                    // 9
      "  f('{', L'\"', \"\\\\\");\n"                         // 10
      "}\n");                                                // 11
  EXPECT_EQ(try_range(path, 5), (std::pair{1u, 11u}));
  EXPECT_EQ(catch_line(path, 10), 9u);
  EXPECT_EQ(catch_line(path, 6), std::nullopt);
}

TEST_F(SourceText, AlternativesOfThePreprocessor) {
  const std::string path = file(
      "try {\n"                   // 1
      "#if A\n"                   // 2
      "  if (x) {\n"              // 3
      "#elif B\n"                 // 4
      "  if (y) {\n"              // 5
      "#else\n"                   // 6
      "  {\n"                     // 7
      "#endif\n"                  // 8
      "  }\n"                     // 9
      "#if 0\n"                   // 10
      "  } } don't }\n"           // 11
      "#endif\n"                  // 12
      "#ifdef C\n"                // 13
      "} catch (const A& a) {\n"  // 14
      "#else\n"                   // 15
      "} catch (const B& b) {\n"  // 16
      "#endif\n"                  // 17
      "  work();\n"               // 18
      "}\n");                     // 19
  EXPECT_EQ(catch_line(path, 18), 16u);
  EXPECT_EQ(catch_line(path, 19), 16u);
  EXPECT_EQ(catch_line(path, 9), std::nullopt);
}

TEST_F(SourceText, FunctionTryBlocks) {
  const std::string path = file(
      "X::X(int i) try : a{i}, b(c{1}), d{} {\n"  // 1
      "  work();\n"                               // 2
      "} catch (...) {\n"                         // 3
      "  work();\n"                               // 4
      "}\n"                                       // 5
      "int main() try {\n"                        // 6
      "  work();\n"                               // 7
      "} catch (...) {\n"                         // 8
      "}\n");                                     // 9
  EXPECT_EQ(try_range(path, 2), (std::pair{1u, 5u}));
  EXPECT_EQ(catch_line(path, 4), 3u);
  EXPECT_EQ(catch_line(path, 9), 8u);
}

TEST_F(SourceText, EndsOnBrokenFiles) {
  for (const char* text : {"", "}", "}}} catch", "try {", "try { } catch", "\"", "'", "R\"x(", "/*",
                           "#if", "\\", "#endif\n#else\n}", "try { } catch (...) {"}) {
    EXPECT_EQ(catch_line(file(text), 1), std::nullopt) << text;
  }
}

}  // namespace
