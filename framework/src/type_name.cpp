// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/type_name.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <typeindex>

#include "cofault/detail/exception_hooks.hpp"

namespace cofault::detail {
namespace {

std::string readable(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  std::string out = status == 0 ? name.get() : mangled;
  for (const std::string_view wrapper : {"boost::wrapexcept<", "std::_Nested_exception<"})
    if (out.starts_with(wrapper) && out.ends_with('>'))
      out = out.substr(wrapper.size(), out.size() - wrapper.size() - 1);
  return out;
}

}  // namespace

const char* type_name(const std::type_info& type) {
  static auto* const names = new std::map<std::type_index, std::string>;  // outlives every user
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const auto [entry, fresh] = names->try_emplace(type);
  if (fresh) entry->second = readable(type.name());
  return entry->second.c_str();
}

std::string describe(const std::exception_ptr& error) {
  const unheard quiet;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return std::string(type_name(typeid(e))) + ": " + e.what();
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    return type == nullptr ? "an exception" : type_name(*type);
  }
}

}  // namespace cofault::detail
