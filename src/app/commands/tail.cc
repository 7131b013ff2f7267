// SPDX-License-Identifier: Apache-2.0
// Documents printed as they land.
#include <chrono>
#include <iostream>
#include <map>
#include <thread>

#include "app/commands/client_command.h"
#include "base/encoding.h"
#include "batch/json_text.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;
using base::Error;

constexpr std::int64_t kPageLimit = 1000;
// The pages of a table are asked for so often after its version has changed: documents that land just then come later.
constexpr int kLooksAtAChange = 10;
constexpr auto kPauseBetweenTries = std::chrono::seconds(2);

struct TailOutput {
  void add_option(CLI::App& command) {
    command.add_option("--output,--format", format, "text for people, json for scripts: one object a line")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
  }
  std::string format = "text";
};

struct TailCommand {
  Connection connection;
  TailOutput output;
  std::string table;  // empty: all
  std::int64_t last = 10;
  std::int64_t limit = 0;  // 0: no end
  double interval = 1;     // seconds
  bool follow = true;
};

// A document as the server tells it: JSON, in which no number may lose a digit.
struct Line {
  std::string id;
  std::string text;
};

struct Place {
  std::string after{};  // empty: nothing was read yet
  std::string version{};
  int looks = kLooksAtAChange;
};

// White space between the tokens of JSON, where alone a line can end.
std::string on_one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line;
}

std::map<std::string, std::string_view> members_of(std::string_view object) {
  std::map<std::string, std::string_view> members;
  batch::JsonMembers walk(object, 0);
  std::string_view name;
  std::string_view value;
  while (walk.next(name, value)) members[batch::json_text(name).value_or("")] = value;
  return members;
}

std::vector<Line> lines_of(std::string_view array) {
  std::vector<Line> lines;
  batch::JsonFault fault;
  for (std::size_t pos = 1; pos < array.size() && array[pos] == '{';) {
    const std::size_t begin = pos;
    if (!batch::skip_json_value(array, pos, fault)) break;
    std::string_view text = array.substr(begin, pos - begin);
    lines.push_back({.id = batch::json_text_member(text, "id").value_or(""), .text = on_one_line(text)});
    ++pos;
  }
  return lines;
}

class Tail {
 public:
  explicit Tail(TailCommand& command) : command_(command) {}

  void run() {
    look();
    while (command_.follow && !is_done()) {
      std::this_thread::sleep_for(std::chrono::duration<double>(command_.interval));
      look_again();
    }
  }

 private:
  bool is_done() const { return (command_.limit > 0 && printed_ >= command_.limit) || !std::cout; }

  // A server that is being restarted is waited for.
  void look_again() {
    try {
      look();
      told_ = false;
    } catch (const Error& error) {
      if (status_of(error) != kUnreachable) throw;
      if (!told_) std::cerr << "boathouse: " << error.message() << "; trying again\n";
      told_ = true;
      std::this_thread::sleep_for(kPauseBetweenTries);
    }
  }

  void look() {
    if (!command_.table.empty()) {
      look_at_table();
    } else {
      look_at_all();
    }
    first_ = false;
    std::cout.flush();
  }

  // A table that is to come is waited for, and then read from its first document.
  void look_at_table() {
    try {
      while (read(command_.table, places_[command_.table])) {
      }
    } catch (const Error& error) {
      if (error.kind() != base::ErrorKind::not_found || !command_.follow) throw;
      if (first_) std::cerr << "boathouse: there is no table \"" << command_.table << "\" yet; waiting for it\n";
      places_[command_.table].after = kBeforeAll;
    }
  }

  void look_at_all() {
    for (const json::value& table : tables()) {
      const auto [entry, fresh] = places_.try_emplace(std::string(table.at("name").as_string()));
      Place& place = entry->second;
      if (fresh && !first_) place.after = kBeforeAll;
      const json::value* version = table.as_object().if_contains("version");
      std::string now = version && version->is_string() ? std::string(version->get_string()) : "";
      if (now != place.version) place.looks = kLooksAtAChange;
      place.version = std::move(now);
      if (place.looks-- <= 0) continue;
      while (!is_done() && read(entry->first, place)) {
      }
    }
  }

  json::array tables() {
    json::array all;
    std::string page = "/table?limit=1000";
    while (true) {
      json::value data = command_.connection.call("GET", page).at("data");
      for (json::value& table : data.at("tables").as_array()) all.push_back(std::move(table));
      const json::value* next = data.as_object().if_contains("next_page_token");
      if (!next) return all;
      page = "/table?limit=1000&page_token=" + base::percent_encode(std::string(next->as_string()));
    }
  }

  // Prints a page, and tells whether there may be another.
  bool read(const std::string& table, Place& place) {
    const bool newest = place.after.empty();
    std::string path = fmt::format("/table/{}/objects?limit={}", base::percent_encode(table),
                                   newest ? std::min(command_.last, kPageLimit) : kPageLimit);
    if (!newest) path += "&after=" + place.after;
    net::ClientResponse answer = command_.connection.send({.method = "GET", .url = command_.connection.url_of(path)});
    auto data = members_of(members_of(answer.body)["data"]);
    std::vector<Line> lines = lines_of(data["documents"]);
    for (const Line& line : lines) {
      if (is_done()) return false;
      print(line);
    }
    place.after = batch::json_text(data["after"]).value_or("");
    return !newest && !lines.empty();
  }

  void print(const Line& line) {
    ++printed_;
    if (command_.output.format == "json") {
      std::cout << line.text << '\n';
      return;
    }
    auto document = members_of(line.text);
    auto text = [&](const char* name) { return batch::json_text(document[name]).value_or(""); };
    std::cout << text("received_at") << "  ";
    if (command_.table.empty()) std::cout << text("table") << "  ";
    std::cout << line.id << "  " << (text("stage") == "quarantined" ? "quarantined  " : "") << document["document"]
              << '\n';
  }

  static constexpr const char* kBeforeAll = "00000000-0000-0000-0000-000000000000";

  TailCommand& command_;
  std::map<std::string, Place> places_;
  std::int64_t printed_ = 0;
  bool first_ = true;
  bool told_ = false;
};

void run(TailCommand& command) { Tail(command).run(); }

}  // namespace

void add_tail(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<TailCommand>();
  CLI::App* sub = add_client_command(app, command, "tail", "Print documents as they land", "tail events", run);
  sub->add_option("table", command->table, "Of this table; of all unless given");
  sub->add_option("-n,--last", command->last, "Begin with a table's last so many documents")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, kPageLimit));
  sub->add_option("--limit", command->limit, "End after so many documents")
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
  sub->add_flag("--follow,!--no-follow", command->follow,
                "Go on with what lands later; --no-follow ends with what is there");
  sub->add_option("--interval", command->interval, "Seconds between two looks")
      ->capture_default_str()
      ->check(CLI::Range(0.05, 3600.0));
  sub->footer(
      "Each document comes once, as soon as it is acknowledged; those that wait in quarantine are marked.\n"
      "\n"
      "Examples:\n"
      "  boathouse tail                                     what lands in any table\n"
      "  boathouse tail events -n 0 --output json           one JSON object a line, from now on\n"
      "  boathouse tail events --no-follow -n 100           the last hundred");
}

}  // namespace boathouse::app
