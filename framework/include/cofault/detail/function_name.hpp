// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace cofault::detail {

/// The qualified name of a function, the same whichever compiler or demangler spelt it:
/// "ns::run::lambda" for `void ns::run()::<lambda(int)>::operator()(…Frame*)`, `auto
/// ns::run()::(anonymous class)::operator()(int) const` and
/// `ns::run()::{lambda(int)#1}::operator()(int) const [clone .actor]`. Left out are the return
/// type, parameters, template arguments, qualifiers, anonymous namespaces and numbers of lambdas.
/// A conversion function is "operator conversion": g++ gives its coroutines the target `void`.
/// Takes std::source_location::function_name() and demangled symbols; anything else gives some
/// text.
std::string normalised_function(std::string_view spelling);

}  // namespace cofault::detail
