// An error that stops a command: where, why, and whose fault it is.
//
//   throw failure(fault::data, {"load.csv", 7, 12}, "\"x\" is not a number");
//
//   load.csv:7:12: "x" is not a number                     exit status 1
#pragma once

#include <cstdint>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace chronopack::input {

/// A place in a text. Lines and columns count from 1, columns in bytes; 0 means not known.
struct place {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;

    /// Returns "file:line:column".
    [[nodiscard]] std::string text() const {
        std::string out = file;
        if (line != 0) out += ':' + std::to_string(line);
        if (column != 0) out += ':' + std::to_string(column);
        return out;
    }
};

/// The numbers are exit statuses.
enum class fault : std::uint8_t {
    data = 1,         ///< the input is not what it should be
    usage = 2,        ///< the request cannot be fulfilled
    environment = 3,  ///< the system refused: no such file, no space, no memory
};

/// A failure at a place. what() has names as they came: code that shows it makes it printable.
class failure : public std::runtime_error {
public:
    failure(fault whose, place where, std::string message)
        : std::runtime_error(where.file.empty() ? message : where.text() + ": " + message),
          fault_(whose),
          place_(std::move(where)),
          message_(std::move(message)) {}
    failure(fault whose, std::string message) : failure(whose, place{}, std::move(message)) {}

    [[nodiscard]] fault whose() const noexcept { return fault_; }
    [[nodiscard]] const place& where() const noexcept { return place_; }
    /// Returns the message without the place, with which what() begins.
    [[nodiscard]] const std::string& message() const noexcept { return message_; }

private:
    fault fault_;
    place place_;
    std::string message_;
};

/// The bytes of a file are damaged or cut, so that nothing after them can be read. It ends a run even
/// where bad records are skipped.
class broken_source : public failure {
public:
    broken_source(place where, std::string message)
        : failure(fault::data, std::move(where), std::move(message)) {}
};

/// A sample is older than the one before, where order is required.
class unordered : public failure {
public:
    unordered(place where, std::string message)
        : failure(fault::data, std::move(where), std::move(message)) {}
    explicit unordered(std::string message) : unordered(place{}, std::move(message)) {}
};

/// There are more series, or more labels, than are allowed. It ends a run even where bad records
/// are skipped, because all later records would be lost series by series.
class too_many : public failure {
public:
    too_many(place where, std::string message)
        : failure(fault::data, std::move(where), std::move(message)) {}
    explicit too_many(std::string message) : too_many(place{}, std::move(message)) {}
};

}  // namespace chronopack::input
