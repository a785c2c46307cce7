// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the exploration of a program that swallows an exception says.
extern "C" __attribute__((visibility("default"))) const char* plugin_explore();
