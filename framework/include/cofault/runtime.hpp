// SPDX-License-Identifier: BSL-1.0
#pragma once

// A small runtime with asyncio's semantics on the fake scheduler, see docs/runtime.md.
#include "cofault/runtime/channel.hpp"
#include "cofault/runtime/errors.hpp"
#include "cofault/runtime/event.hpp"
#include "cofault/runtime/explore.hpp"
#include "cofault/runtime/gather.hpp"
#include "cofault/runtime/handle.hpp"
#include "cofault/runtime/mutex.hpp"
#include "cofault/runtime/run.hpp"
#include "cofault/runtime/shield.hpp"
#include "cofault/runtime/sleep.hpp"
#include "cofault/runtime/spawn.hpp"
#include "cofault/runtime/task.hpp"
#include "cofault/runtime/task_group.hpp"
#include "cofault/runtime/timeout.hpp"
#include "cofault/runtime/wait.hpp"
