// SPDX-License-Identifier: Apache-2.0
#include "engine/crash.h"

#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdint>
#include <exception>
#include <new>

#include "engine/worker_error.h"

namespace boathouse::engine {
namespace {

constexpr std::size_t kStackSize = 64ULL << 10;
// A frame may be as large as this below the stack pointer, or have pushed a little above it.
constexpr std::uintptr_t kBelow = 1ULL << 20;
constexpr std::uintptr_t kAbove = 64ULL << 10;

std::uintptr_t stack_pointer(const ucontext_t& context) {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return static_cast<std::uintptr_t>(context.uc_mcontext.sp);
#else
#error "the stack pointer of this machine is not known here"
#endif
}

void on_segmentation_fault(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const std::uintptr_t stack = stack_pointer(*static_cast<const ucontext_t*>(context));
  if (address + kBelow > stack && address < stack + kAbove) ::_exit(kExitStack);
  // Some other fault: let it end the process as it would have.
  ::signal(signal, SIG_DFL);
}

[[noreturn]] void on_terminate() {
  try {
    if (std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    ::_exit(kExitMemory);
  } catch (...) {
  }
  ::signal(SIGABRT, SIG_DFL);
  ::abort();
}

}  // namespace

void watch_for_crashes() {
  struct sigaction action {};
  action.sa_sigaction = on_segmentation_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, nullptr);
  std::set_terminate(on_terminate);
  // Writing past RLIMIT_FSIZE is to be an error of that write.
  ::signal(SIGXFSZ, SIG_IGN);
}

CrashStack::CrashStack() : memory_(std::make_unique<std::byte[]>(kStackSize)) {
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = kStackSize;
  ::sigaltstack(&stack, nullptr);
}

CrashStack::~CrashStack() {
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
}

}  // namespace boathouse::engine
