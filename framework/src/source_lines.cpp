// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/source_lines.hpp"

#include <elfutils/libdwfl.h>
#include <link.h>
#include <unistd.h>
#include <unwind.h>

#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <span>
#include <unordered_map>

#include "debug_module.hpp"

namespace cofault::detail {
namespace {

// libdwfl asks a debuginfod server where the user configured one: a test must not wait for a
// network.
int find_local_debuginfo(Dwfl_Module* module, void** data, const char* name, Dwarf_Addr base,
                         const char* file, const char* link, GElf_Word crc, char** found) {
  const auto find = std::getenv("DEBUGINFOD_URLS") == nullptr ? &dwfl_standard_find_debuginfo
                                                              : &dwfl_build_id_find_debuginfo;
  return find(module, data, name, base, file, link, crc, found);
}

// How many objects were ever loaded and unloaded: tells for little whether a rescan is due.
struct load_counts {
  unsigned long long added = 0;
  unsigned long long removed = 0;
  bool operator==(const load_counts&) const = default;

  static load_counts now() {
    load_counts counts;
    const auto read = [](dl_phdr_info* info, std::size_t, void* out) {
      *static_cast<load_counts*>(out) = {info->dlpi_adds, info->dlpi_subs};
      return 1;  // the counts are the same for every object
    };
    dl_iterate_phdr(read, &counts);
    return counts;
  }
};

class session {
 public:
  address_info look_up(const void* address) {
    const std::lock_guard lock{mutex_};
    refresh();
    const auto [entry, fresh] = known_.try_emplace(address);
    if (fresh) entry->second = resolve(reinterpret_cast<Dwarf_Addr>(address));
    return entry->second;
  }

  std::vector<const void*> rows(const void* address) {
    const std::lock_guard lock{mutex_};
    refresh();
    const auto here = reinterpret_cast<Dwarf_Addr>(address);
    std::vector<const void*> out;
    debug_module* const module = module_of(here);
    debug_unit* const unit = module == nullptr ? nullptr : module->unit_at(here);
    if (unit == nullptr) return out;
    for (const Dwarf_Addr row : unit->rows(here - module->bias()))
      out.push_back(reinterpret_cast<const void*>(row + module->bias()));
    return out;
  }

 private:
  void refresh() {
    const load_counts counts = load_counts::now();
    if (counts == counts_) return;
    counts_ = counts;
    known_.clear();  // an address may mean something else now
    modules_.clear();
    if (dwfl_ == nullptr) dwfl_ = dwfl_begin(&callbacks_);
    if (dwfl_ == nullptr) return;
    dwfl_report_begin(dwfl_);
    dwfl_linux_proc_report(dwfl_, getpid());
    dwfl_report_end(dwfl_, nullptr, nullptr);
  }

  address_info resolve(Dwarf_Addr address) {
    address_info info;
    debug_module* const module = module_of(address);
    if (module == nullptr) return info;
    info.state = debug_info::no_debug_info;
    info.module = module->path();
    if (debug_unit* const unit = module->unit_at(address)) {
      info.state = debug_info::present;
      info.producer = unit->producer();
      info.places = unit->places(address - module->bias());
    }
    return info;
  }

  debug_module* module_of(Dwarf_Addr address) {
    Dwfl_Module* found = dwfl_ == nullptr ? nullptr : dwfl_addrmodule(dwfl_, address);
    if (found == nullptr) return nullptr;
    debug_module& module = modules_.try_emplace(found, found).first->second;
    // dwfl_addrmodule also answers for the gaps.
    return module.holds(address) ? &module : nullptr;
  }

  std::mutex mutex_;
  load_counts counts_;
  std::unordered_map<const void*, address_info> known_;
  std::unordered_map<Dwfl_Module*, debug_module> modules_;
  char* debuginfo_path_ = nullptr;
  const Dwfl_Callbacks callbacks_{dwfl_linux_proc_find_elf, find_local_debuginfo, nullptr,
                                  &debuginfo_path_};
  Dwfl* dwfl_ = nullptr;
};

session& the_session() {
  static auto* const kept = new session;  // never destroyed: destructors of statics may ask, too
  return *kept;
}

struct stack_walk {
  std::span<const void*> out;
  std::size_t skip;
  std::size_t taken = 0;

  static _Unwind_Reason_Code step(_Unwind_Context* context, void* self) {
    auto& walk = *static_cast<stack_walk*>(self);
    if (walk.skip > 0) {
      --walk.skip;
      return _URC_NO_REASON;
    }
    if (walk.taken == walk.out.size()) return _URC_END_OF_STACK;
    walk.out[walk.taken++] = reinterpret_cast<const void*>(_Unwind_GetIP(context));
    return _URC_NO_REASON;
  }
};

}  // namespace

address_info describe(const void* address) { return the_session().look_up(address); }

address_info describe_call(const void* return_address) {
  return describe(static_cast<const char*>(return_address) - 1);
}

std::vector<source_place> places_of(const void* address) { return describe(address).places; }

std::vector<source_place> places_of_call(const void* return_address) {
  return describe_call(return_address).places;
}

std::vector<const void*> code_rows(const void* address) { return the_session().rows(address); }

[[gnu::noinline]] std::vector<const void*> stack_here(unsigned skip, unsigned max) {
  std::vector<const void*> addresses(max);
  stack_walk walk{addresses, std::size_t{skip} + 1};  // one more: stack_here itself
  _Unwind_Backtrace(&stack_walk::step, &walk);
  addresses.resize(walk.taken);
  return addresses;
}

}  // namespace cofault::detail
