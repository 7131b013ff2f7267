// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "app/commands/connection.h"
#include "app/commands/output.h"
#include "app/commands/progress_bar.h"
#include "app/commands/reason_text.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using base::Error;
using base::ErrorKind;

struct UploadCommand {
  Connection connection;
  Output output;
  fs::path file;
  std::string table;
  std::string workspace = "main";
  std::string mode = "append";
  std::string key;
  std::string format;
  bool no_header = false;
  bool fail_on_reject = false;
};

const std::map<std::string, std::string> kMediaTypes = {{"csv", "text/csv"},
                                                        {"json", "application/json"},
                                                        {"ndjson", "application/x-ndjson"},
                                                        {"jsonl", "application/x-ndjson"},
                                                        {"parquet", "application/vnd.apache.parquet"}};

// What a file's name tells: `jobs.csv.gz` is CSV in gzip and goes to the table `jobs`.
struct FileKind {
  std::string stem;
  std::string format;
  std::string coding;
};

FileKind kind_of(const fs::path& file) {
  FileKind kind;
  fs::path name = file.filename();
  if (name.extension() == ".gz") kind.coding = "gzip";
  if (name.extension() == ".zst") kind.coding = "zstd";
  if (!kind.coding.empty()) name = name.stem();
  kind.format = base::fold_case(name.extension().string());
  if (!kind.format.empty()) kind.format.erase(0, 1);
  kind.stem = name.stem().string();
  return kind;
}

std::string query_of(const UploadCommand& command) {
  std::string query = "?mode=" + command.mode;
  if (!command.key.empty()) query += "&key=" + base::percent_encode(command.key);
  if (command.no_header) query += "&header=false";
  if (command.fail_on_reject) query += "&on_reject=fail";
  return query;
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

void print_rejected(const json::object& answer) {
  const json::array& rejected = answer.at("rejected").as_array();
  if (rejected.empty()) return;
  std::cout << "Rejected rows (all are in quarantine):\n";
  for (const json::value& row : rejected) {
    std::cout << fmt::format("  row {}\n", text_of(row.at("row")));
    for (const json::value& reason : row.at("reasons").as_array()) {
      std::cout << fmt::format("    {}\n", reason_text(reason));
    }
  }
  auto all = answer.at("rows_rejected").to_number<std::size_t>();
  if (all > rejected.size()) std::cout << fmt::format("  ... and {} more\n", all - rejected.size());
}

void print_outcome(const json::object& answer) {
  std::cout << fmt::format("{}: {} rows received, {} accepted, {} rejected, version {}, {:.1f} ms\n",
                           text_of(answer.at("table")), text_of(answer.at("rows_received")),
                           text_of(answer.at("rows_accepted")), text_of(answer.at("rows_rejected")),
                           text_of(answer.at("version")), answer.at("duration_ms").to_number<double>());
  print_rejected(answer);
}

// The answer's body; a bar on a terminal tells how much of the file is sent.
std::string send(UploadCommand& command, net::ClientRequest request) {
  ProgressBar bar("sending " + command.file.filename().string(), !command.output.is_json());
  request.body =
      net::UploadFile{command.file, [&](std::uint64_t sent, std::uint64_t length) {
                        bar.advance(static_cast<std::int64_t>(sent), static_cast<std::int64_t>(length), "bytes");
                      }};
  return command.connection.send(std::move(request)).body;
}

ExitStatus run(UploadCommand& command) {
  if (!fs::is_regular_file(command.file)) {
    throw Error(ErrorKind::not_found, fmt::format("there is no file {}", command.file.string()));
  }
  FileKind kind = kind_of(command.file);
  std::string format = command.format.empty() ? kind.format : command.format;
  auto media_type = kMediaTypes.find(format);
  if (media_type == kMediaTypes.end()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the name {} tells no format: give --format", command.file.filename().string()));
  }
  std::string table = command.table.empty() ? kind.stem : command.table;
  net::ClientRequest request{
      .method = "POST",
      .url = command.connection.url_of(table_path(command.workspace, table, "/rows" + query_of(command)))};
  request.headers.add("Content-Type", media_type->second);
  if (!kind.coding.empty()) request.headers.add("Content-Encoding", kind.coding);
  try {
    json::value answer = json::parse(send(command, std::move(request)));
    if (command.output.is_json()) {
      command.output.say(answer, "");
    } else {
      print_outcome(answer.as_object());
    }
    return answer.at("rows_rejected").to_number<std::int64_t>() > 0 ? kRowsRejected : kOk;
  } catch (const Error& error) {
    // With --fail-on-reject the refusal tells the rows, as an answer would.
    if (!command.output.is_json() && error.detail().contains("rejected")) print_rejected(error.detail());
    throw;
  }
}

}  // namespace

void add_upload(CLI::App& app, ExitStatus& status) {
  auto command = std::make_shared<UploadCommand>();
  CLI::App* sub = app.add_subcommand("upload", "Send a file into a table");
  sub->add_option("file", command->file, "CSV (with a header), JSON, NDJSON or Parquet, also as .gz or .zst")
      ->required();
  sub->add_option("table", command->table, "The file's name without its endings unless given");
  sub->add_option("--workspace", command->workspace, "The table's workspace")->capture_default_str();
  sub->add_option("--mode", command->mode, "What becomes of the rows that are there")
      ->check(CLI::IsMember({"append", "replace", "upsert"}))
      ->capture_default_str();
  sub->add_option("--key", command->key,
                  "Columns that tell rows apart for upsert, with commas; the contract's unless given");
  sub->add_option("--format", command->format, "When the file's name does not tell")
      ->check(CLI::IsMember({"csv", "json", "ndjson", "parquet"}));
  sub->add_flag("--no-header", command->no_header, "The CSV has no header: columns in the table's order");
  sub->add_flag("--fail-on-reject", command->fail_on_reject, "Write nothing when any row is rejected");
  command->connection.add_options(*sub);
  command->output.add_option(*sub);
  sub->footer(
      "Examples:\n"
      "  boathouse upload jobs.csv\n"
      "  boathouse upload export.csv.gz jobs --mode upsert --key id\n"
      "Ends with status 3 when rows were rejected; they are told, and wait in the table's quarantine.");
  sub->callback([command, &status] { status = run(*command); });
}

}  // namespace boathouse::app
