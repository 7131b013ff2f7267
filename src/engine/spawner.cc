// SPDX-License-Identifier: Apache-2.0
#include "engine/spawner.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <string>

#include "base/error.h"

namespace boathouse::engine {
namespace {

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class Attributes {
 public:
  // Own process group: a Ctrl-C meant for the server must not end statements that it still wants to finish.
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

Spawner::Spawner(std::filesystem::path executable) : executable_(std::move(executable)), thread_([this] { run(); }) {}

Spawner::~Spawner() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

pid_t Spawner::spawn(base::UniqueFd socket) {
  std::future<pid_t> answer;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !request_; });
    request_.emplace(Request{socket.get(), {}});
    answer = request_->answer.get_future();
  }
  changed_.notify_all();
  return answer.get();
}

void Spawner::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return request_ || stopping_; });
    if (!request_) return;
    Request request = std::move(*request_);
    request_.reset();
    lock.unlock();
    changed_.notify_all();
    try {
      request.answer.set_value(start(request.socket));
    } catch (...) {
      request.answer.set_exception(std::current_exception());
    }
    lock.lock();
  }
}

pid_t Spawner::start(int socket) const {
  FileActions actions;
  // The socket first, to a number that nothing else here uses; dup2 also clears its close-on-exec flag.
  ::posix_spawn_file_actions_adddup2(actions.get(), socket, 3);
  ::posix_spawn_file_actions_addopen(actions.get(), 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(actions.get(), 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addclosefrom_np(actions.get(), 4);
  Attributes attributes;

  std::string program = executable_.string();
  std::string parent = std::to_string(::getpid());
  char* const arguments[] = {program.data(), parent.data(), nullptr};
  char* const environment[] = {nullptr};
  pid_t pid = 0;
  int failed = ::posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(), arguments, environment);
  if (failed != 0) throw base::system_error(failed, "starting a worker of the engine");
  return pid;
}

}  // namespace boathouse::engine
