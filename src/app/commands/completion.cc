// SPDX-License-Identifier: Apache-2.0
#include "app/commands/completion.h"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <vector>

namespace boathouse::app {
namespace {

// What can come after "boathouse table tag" (`path`): subcommands, options, and the values of options that have a choice.
struct Place {
  std::string path;
  std::vector<std::pair<std::string, std::string>> commands;  // with their descriptions
  struct Flag {
    std::vector<std::string> names;
    std::string description;
    std::vector<std::string> choices;
    bool takes_value = false;
  };
  std::vector<Flag> flags;
  std::vector<std::string> choices;  // of what stands without a flag
};

// CLI11 tells an option's choices only in the name of its type: "TEXT:{append,replace}".
std::vector<std::string> choices_of(const CLI::Option& option) {
  std::string type = option.get_type_name();
  std::size_t open = type.find('{');
  std::size_t close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return {};
  return CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

void visit(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  Place place{.path = path, .commands = {}, .flags = {}, .choices = {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      for (std::string& choice : choices_of(*option)) place.choices.push_back(std::move(choice));
      continue;
    }
    Place::Flag flag{.names = {},
                     .description = option->get_description(),
                     .choices = choices_of(*option),
                     .takes_value = option->get_expected_min() > 0 && option->get_type_size() > 0};
    for (const std::string& name : option->get_snames()) flag.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) flag.names.push_back("--" + name);
    place.flags.push_back(std::move(flag));
  }
  std::vector<const CLI::App*> commands = app.get_subcommands({});
  for (const CLI::App* command : commands) place.commands.emplace_back(command->get_name(), command->get_description());
  places.push_back(std::move(place));
  for (const CLI::App* command : commands) visit(*command, path + " " + command->get_name(), places);
}

std::string join(const std::vector<std::string>& words, std::string_view separator = " ") {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : std::string(separator)) + word;
  return out;
}

std::vector<std::string> words_of(const Place& place) {
  std::vector<std::string> words;
  for (const auto& [name, description] : place.commands) words.push_back(name);
  words.insert(words.end(), place.choices.begin(), place.choices.end());
  for (const Place::Flag& flag : place.flags) words.insert(words.end(), flag.names.begin(), flag.names.end());
  return words;
}

// The `case` statements that bash and zsh share: from the words before the cursor to `words`, and to `file` where the
// value of an option is wanted that has no choices.
std::string shared_body(const std::vector<Place>& places) {
  std::string paths;
  std::string values;
  std::string words;
  for (const Place& place : places) {
    for (const auto& [name, description] : place.commands) {
      paths += fmt::format("{}\"{} {}\"", paths.empty() ? "" : "|", place.path, name);
    }
    for (const Place::Flag& flag : place.flags) {
      if (!flag.takes_value) continue;
      for (const std::string& name : flag.names) {
        values += fmt::format("    \"{} {}\") words=\"{}\"; value=1 ;;\n", place.path, name, join(flag.choices));
      }
    }
    words += fmt::format("      \"{}\") words=\"{}\" ;;\n", place.path, join(words_of(place)));
  }
  return fmt::format(
      "  for word in \"${{before[@]}}\"; do\n"
      "    case \"$place $word\" in\n"
      "      {}) place=\"$place $word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$place $previous\" in\n"
      "{}"
      "  esac\n"
      "  if [[ -z \"$value\" ]]; then\n"
      "    case \"$place\" in\n"
      "{}"
      "    esac\n"
      "  fi\n",
      paths, values, words);
}

std::string bash_script(const std::vector<Place>& places) {
  return "# bash completion of boathouse: source it, or put it where bash-completion looks\n"
         "_boathouse() {\n"
         "  local place=boathouse word words= value= current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
         "  local previous=\"${COMP_WORDS[COMP_CWORD-1]}\" before=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n" +
         shared_body(places) +
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _boathouse boathouse\n";
}

std::string zsh_script(const std::vector<Place>& places) {
  return "#compdef boathouse\n"
         "# zsh completion of boathouse: put it as _boathouse into a folder of $fpath, or source it after compinit\n"
         "_boathouse() {\n"
         "  local command_line=(\"${words[@]}\") place=boathouse word value= words=\n"
         "  local previous=\"${command_line[CURRENT-1]}\" before=(\"${command_line[@]:1:CURRENT-2}\")\n" +
         shared_body(places) +
         "  [[ -n \"$words\" ]] && compadd -- ${=words}\n"
         "  [[ \"${command_line[CURRENT]}\" == -* ]] || _files\n"
         "}\n"
         "compdef _boathouse boathouse\n";
}

std::string fish_text(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_flag(const Place::Flag& flag) {
  std::string out;
  for (const std::string& name : flag.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (flag.takes_value) out += flag.choices.empty() ? " -r" : " -xa " + fish_text(join(flag.choices));
  return out + " -d " + fish_text(flag.description);
}

std::string fish_script(const std::vector<Place>& places) {
  std::string paths;
  std::string lines;
  for (const Place& place : places) {
    std::string begin = fmt::format("complete -c boathouse -n 'test \"$(__boathouse_place)\" = \"{}\"'", place.path);
    for (const auto& [name, description] : place.commands) {
      paths += fmt::format(" '{} {}'", place.path, name);
      lines += fmt::format("{} -fa {} -d {}\n", begin, name, fish_text(description));
    }
    if (!place.choices.empty()) lines += fmt::format("{} -fa {}\n", begin, fish_text(join(place.choices)));
    for (const Place::Flag& flag : place.flags) lines += begin + fish_flag(flag) + "\n";
  }
  return "# fish completion of boathouse: put it into ~/.config/fish/completions/boathouse.fish\n"
         "function __boathouse_place\n"
         "  set -l place boathouse\n"
         "  for word in (commandline -opc)[2..]\n"
         "    switch \"$place $word\"\n"
         "      case" +
         paths +
         "\n"
         "        set place \"$place $word\"\n"
         "    end\n"
         "  end\n"
         "  echo $place\n"
         "end\n" +
         lines;
}

}  // namespace

std::string completion_script(const CLI::App& root, Shell shell) {
  std::vector<Place> places;
  visit(root, root.get_name(), places);
  switch (shell) {
    case Shell::bash: return bash_script(places);
    case Shell::zsh: return zsh_script(places);
    case Shell::fish: return fish_script(places);
  }
  return "";
}

void add_completion(CLI::App& app, ExitStatus&) {
  static const std::map<std::string, Shell> kShells = {
      {"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};
  auto shell = std::make_shared<std::string>();
  CLI::App* sub = app.add_subcommand("completion", "Print a script that teaches a shell to complete this command line");
  sub->add_option("shell", *shell, "Which one")->check(CLI::IsMember({"bash", "zsh", "fish"}))->required();
  sub->callback([shell, &app] { std::cout << completion_script(app, kShells.at(*shell)); });
  sub->footer(
      "Examples:\n"
      "  source <(boathouse completion bash)\n"
      "  boathouse completion zsh > ~/.zfunc/_boathouse\n"
      "  boathouse completion fish > ~/.config/fish/completions/boathouse.fish");
}

}  // namespace boathouse::app
