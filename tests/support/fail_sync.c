// SPDX-License-Identifier: Apache-2.0
// Preloaded into a server by a test: fsync and fdatasync fail with EIO while the file named by FAIL_SYNC_WHILE exists.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int call(const char* name, int fd) {
  const char* marker = getenv("FAIL_SYNC_WHILE");
  if (marker && access(marker, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return call("fsync", fd); }
int fdatasync(int fd) { return call("fdatasync", fd); }
