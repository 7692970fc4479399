// What takes compilers longest in the report's and the command's files, compiled once.

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
