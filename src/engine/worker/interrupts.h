// SPDX-License-Identifier: Apache-2.0
// What can be interrupted now. The reading thread begins commands and interrupts them; the threads that run statements
// register their connections. Any thread.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <mutex>
#include <set>

namespace boathouse::engine {

class Interrupts {
 public:
  void begin(std::uint64_t command);
  // Interrupts what runs if it is this command.
  void interrupt(std::uint64_t command);
  // Interrupts what runs for a failure of its own.
  void interrupt_all();
  // Throws DuckError of type "Interrupt" once the command was interrupted.
  void check();

  // A connection's statements can be interrupted while this lives.
  class Registration {
   public:
    Registration(Interrupts& interrupts, duckdb_connection connection);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    Interrupts& interrupts_;
    duckdb_connection connection_;
  };

 private:
  std::mutex mutex_;
  // Guarded by mutex_:
  std::uint64_t current_ = 0;
  bool interrupted_ = false;
  std::set<duckdb_connection> connections_;
};

}  // namespace boathouse::engine
