// SPDX-License-Identifier: BSL-1.0
#include <cstdio>

#include "answer.hpp"

int main() { std::printf("the answer is %d\n", consumer::answer()); }
