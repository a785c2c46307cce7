// SPDX-License-Identifier: BSL-1.0
#include "zoo.hpp"

#include <initializer_list>

namespace zoo {
namespace {

std::vector<specimen> together(std::initializer_list<std::vector<specimen> (*)()> parts) {
  std::vector<specimen> out;
  for (const auto part : parts)
    for (specimen& s : part()) out.push_back(std::move(s));
  return out;
}

}  // namespace

std::vector<specimen> one_fault() { return together({lost, held, stuck}); }
std::vector<specimen> several() { return together({orders, pairs, mixed}); }
std::vector<specimen> all() { return together({one_fault, several}); }

}  // namespace zoo
