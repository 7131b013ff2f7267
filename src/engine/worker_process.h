// SPDX-License-Identifier: Apache-2.0
// One worker, seen from the server: its process, its socket, its spill folder. Used by one thread at a time; ending it is
// the destructor's work and takes no longer than the kernel needs to kill.
#pragma once

#include <sys/types.h>

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "base/file.h"
#include "base/time.h"
#include "engine/frame.h"
#include "engine/pool.h"
#include "engine/spawner.h"

namespace boathouse::engine {

// Wakes who waits for a worker when a lease is cancelled. Any thread.
class Cancellation {
 public:
  Cancellation();
  void cancel();
  bool cancelled() const;
  int fd() const { return event_.get(); }

 private:
  base::UniqueFd event_;
};

class WorkerProcess {
 public:
  // Starts one and waits until it is confined and ready. Throws unavailable, or timeout past the deadline.
  WorkerProcess(Spawner& spawner, const PoolOptions& options, const Confinement& confinement, base::Micros deadline);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  const Confinement& confinement() const { return confinement_; }

  // Runs one command. `on_part` takes the schema and data frames before the end; what it throws stops the command and
  // comes out. Past the deadline, or when cancelled, the worker is interrupted, then killed. Returns the end's fields.
  using OnPart = std::function<void(const Frame&)>;
  boost::json::object run(boost::json::object command, const OnPart& on_part, base::Micros deadline,
                          const Cancellation& cancellation);

  // Ends it now, whatever it does.
  void discard() { end(); }

  // False once it was killed, died or broke the protocol: it must not be used again.
  bool usable() const { return usable_; }
  // True when the worker died before it began the last command: a fresh one may run it.
  bool died_unbegun() const { return died_unbegun_; }
  // For an idle one: false when it died meanwhile.
  bool alive() const;
  // Its memory now, in bytes; 0 when it cannot be told.
  std::uint64_t own_bytes() const;

 private:
  enum class Wake { ready, cancelled, late };
  // Waits for the socket. Without `cancellation` only the deadline ends it.
  Wake wait(bool writing, base::Micros deadline, const Cancellation* cancellation) const;

  void start(const std::string& hello, base::Micros deadline);
  // Interrupts command `id` until it answers, kills the worker where it does not.
  void stop(std::uint64_t id);
  // Kills the process if it still runs, reaps it and returns its status as waitpid gives it.
  int end();
  // The status of a process whose socket closed.
  int death();

  const PoolOptions& options_;
  const Confinement confinement_;
  base::TemporaryFolder spill_;
  base::UniqueFd socket_;
  FrameReader reader_{-1};
  pid_t pid_ = 0;
  bool usable_ = true;
  bool died_unbegun_ = false;
  std::uint64_t last_id_ = 0;
};

}  // namespace boathouse::engine
