// The headers that take compilers longest in the files of the report and the command, compiled
// once.

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
