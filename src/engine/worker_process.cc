// SPDX-License-Identifier: Apache-2.0
#include "engine/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "base/error.h"
#include "base/log.h"
#include "engine/worker_error.h"

namespace boathouse::engine {
namespace {

// How long a new worker may take to be ready on a busy machine.
constexpr base::Micros kStartLimit = 20 * base::kSecond;
// An interrupt is said again this often: one that comes between two statements of a command is forgotten by DuckDB.
constexpr base::Micros kInterruptAgain = 100 * base::kMillisecond;

boost::json::array to_json(const std::vector<std::filesystem::path>& paths) {
  boost::json::array array;
  for (const auto& path : paths) array.emplace_back(path.string());
  return array;
}

// Ours does not block, so that every wait can have a limit; the worker's does.
std::pair<base::UniqueFd, base::UniqueFd> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw base::system_error(errno, "making a worker's socket");
  }
  std::pair<base::UniqueFd, base::UniqueFd> pair{base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) throw base::system_error(errno, "making a worker's socket");
  return pair;
}

int poll_timeout_ms(base::Micros until) {
  if (until == kNoDeadline) return -1;
  base::Micros left = until - base::steady_micros();
  if (left <= 0) return 0;
  return static_cast<int>(std::min<base::Micros>((left + 999) / 1000, 3'600'000));
}

}  // namespace

Cancellation::Cancellation() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw base::system_error(errno, "making an event");
}

void Cancellation::cancel() {
  std::uint64_t one = 1;
  // Can only fail when the event is set already, which is what is wanted.
  [[maybe_unused]] ssize_t wrote = ::write(event_.get(), &one, sizeof one);
}

bool Cancellation::cancelled() const {
  pollfd poll{event_.get(), POLLIN, 0};
  return ::poll(&poll, 1, 0) > 0;
}

std::string_view to_string(WorkerKind kind) {
  switch (kind) {
    case WorkerKind::query: return "query";
    case WorkerKind::ingest: return "ingest";
    case WorkerKind::background: break;
  }
  return "background";
}

WorkerProcess::WorkerProcess(Spawner& spawner, const PoolOptions& options, const Confinement& confinement,
                             base::Micros deadline)
    : options_(options), confinement_(confinement), spill_(options.spill_root, "worker-") {
  auto [ours, theirs] = socket_pair();
  socket_ = std::move(ours);
  reader_ = FrameReader(socket_.get());
  pid_ = spawner.spawn(std::move(theirs));
  try {
    const boost::json::object hello{
        {"kind", to_string(confinement.kind)},
        {"readable", to_json(confinement.readable)},
        {"writable", to_json(confinement.writable)},
        {"spill", spill_.path().string()},
        {"memory_limit", options.memory_limit_bytes},
        {"threads", confinement.kind == WorkerKind::background ? 1 : options.threads_per_worker},
        {"max_temp_bytes", options.max_temp_directory_bytes},
        {"confined", !options.allow_unconfined},
    };
    start(boost::json::serialize(hello), std::min(deadline, base::steady_micros() + kStartLimit));
  } catch (...) {
    end();
    throw;
  }
}

WorkerProcess::~WorkerProcess() { end(); }

void WorkerProcess::start(const std::string& hello, base::Micros deadline) {
  auto wait_for = [&](bool writing) { return wait(writing, deadline, nullptr) == Wake::ready; };
  Frame frame;
  Io io = write_frame(socket_.get(), FrameType::hello, hello, wait_for);
  if (io == Io::ok) io = reader_.read(frame, wait_for);
  if (io == Io::gave_up) throw base::Error(base::ErrorKind::timeout, "the engine did not start in time");
  if (io == Io::closed || frame.type != FrameType::ready) {
    std::string why = io == Io::closed ? describe_death(death()) : frame.payload;
    base::log_error("engine.worker_start_failed", {{"reason", why}});
    throw base::Error(base::ErrorKind::unavailable, "the engine cannot start a worker");
  }
}

WorkerProcess::Wake WorkerProcess::wait(bool writing, base::Micros deadline, const Cancellation* cancellation) const {
  pollfd polls[2] = {{socket_.get(), static_cast<short>(writing ? POLLOUT : POLLIN), 0},
                     {cancellation ? cancellation->fd() : -1, POLLIN, 0}};
  while (true) {
    int ready = ::poll(polls, 2, poll_timeout_ms(deadline));
    if (ready < 0 && errno != EINTR) return Wake::late;
    if (ready > 0 && polls[1].revents != 0) return Wake::cancelled;
    if (ready > 0) return Wake::ready;
    if (base::steady_micros() >= deadline) return Wake::late;
  }
}

boost::json::object WorkerProcess::run(boost::json::object command, const OnPart& on_part, base::Micros deadline,
                                       const Cancellation& cancellation) {
  const std::uint64_t id = ++last_id_;
  command["id"] = id;
  const std::string text = boost::json::serialize(command);

  // A data frame that is on its way must not outrun the deadline, nor may a worker that always has one more.
  Wake last = Wake::ready;
  auto wait_for = [&](bool writing) {
    last = wait(writing, deadline, &cancellation);
    return last == Wake::ready;
  };
  auto give_up = [&] {
    if (usable_) stop(id);
    if (last == Wake::cancelled) throw base::Error(base::ErrorKind::cancelled, "the statement was cancelled");
    throw base::Error(base::ErrorKind::timeout, "the statement did not end within its time limit");
  };
  auto check_clock = [&] {
    if (cancellation.cancelled()) last = Wake::cancelled;
    if (last == Wake::ready && base::steady_micros() >= deadline) last = Wake::late;
    if (last != Wake::ready) give_up();
  };

  check_clock();
  Io io = write_frame(socket_.get(), FrameType::command, text, wait_for);
  // Half a command is on the socket: nothing can follow it.
  if (io == Io::gave_up) end();
  Frame frame;
  bool begun = false;
  while (io == Io::ok) {
    io = reader_.read(frame, wait_for);
    if (io != Io::ok) break;
    switch (frame.type) {
      case FrameType::begun: begun = true; continue;
      case FrameType::schema:
      case FrameType::data:
      case FrameType::file:
        check_clock();
        try {
          on_part(frame);
        } catch (...) {
          stop(id);
          throw;
        }
        continue;
      case FrameType::end: return parse_json(frame.payload).as_object();
      case FrameType::error: {
        const WorkerError error = read_worker_error(frame.payload);
        if (error.fatal) usable_ = false;
        throw to_error(error, confinement_, spill_.path());
      }
      default: io = Io::closed;
    }
  }
  if (io == Io::gave_up) give_up();
  died_unbegun_ = !begun;
  throw death_error(death());
}

void WorkerProcess::stop(std::uint64_t id) {
  const std::string interrupt = boost::json::serialize(boost::json::object{{"id", id}});
  const base::Micros kill_at = base::steady_micros() + options_.kill_grace;
  Frame frame;
  while (base::steady_micros() < kill_at) {
    const base::Micros again = std::min(kill_at, base::steady_micros() + kInterruptAgain);
    auto wait_for = [&](bool writing) { return wait(writing, again, nullptr) == Wake::ready; };
    if (write_frame(socket_.get(), FrameType::interrupt, interrupt, wait_for) != Io::ok) break;
    Io io = Io::ok;
    // Data that was on its way is dropped; the end or the error says that the command is over.
    while ((io = reader_.read(frame, wait_for)) == Io::ok && base::steady_micros() < kill_at) {
      if (frame.type == FrameType::end) return;
      if (frame.type == FrameType::error) {
        if (read_worker_error(frame.payload).fatal) end();
        return;
      }
    }
    if (io == Io::closed) break;
  }
  end();
}

int WorkerProcess::end() {
  usable_ = false;
  if (pid_ <= 0) return 0;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  socket_.reset();
  return status;
}

int WorkerProcess::death() {
  // The socket closed just now: give the process the moment it needs to end by itself, so that its status tells why.
  usable_ = false;
  for (base::Micros until = base::steady_micros() + options_.kill_grace; base::steady_micros() < until;) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = 0;
      return status;
    }
    ::poll(nullptr, 0, 1);
  }
  return end();
}

bool WorkerProcess::alive() const {
  // An idle worker says nothing: anything to read is the end of its socket, or a breach of the protocol.
  pollfd poll{socket_.get(), POLLIN, 0};
  return usable_ && ::poll(&poll, 1, 0) == 0;
}

std::uint64_t WorkerProcess::own_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::uint64_t of_files = 0;
  statm >> total >> resident >> of_files;
  if (!statm || resident < of_files) return 0;
  return (resident - of_files) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace boathouse::engine
