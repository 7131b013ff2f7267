// SPDX-License-Identifier: Apache-2.0
// The system calls that a worker may still make.
#pragma once

namespace boathouse::engine {

// From now on this thread and those it makes can only make the calls on the list; every other one fails with EPERM. Not on
// it: exec, sockets, new processes, signals to others, ptrace, mounts, keys, bpf, io_uring. Needs no_new_privs. Throws
// base::Error{unavailable}.
void allow_only_needed_syscalls();

}  // namespace boathouse::engine
