// A few connections with the same options, for threads that need one for a while.
//
//   auto line = pool.take(until);
//   if (!line) return line.error();
//   (*line)->run(...);                 it goes back when `line` does
#pragma once

#include <adapters/timescaledb/connection.hpp>

#include <condition_variable>
#include <mutex>

namespace chronopack::timescaledb {

/// Any number of threads may call it at once.
class pool {
public:
    class lease {
    public:
        lease(pool& from, std::unique_ptr<connection> line)
            : from_(&from), line_(std::move(line)) {}
        lease(lease&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)), line_(std::move(other.line_)) {}
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (from_ != nullptr) from_->give_back(std::move(line_));
        }

        [[nodiscard]] connection* operator->() const noexcept { return line_.get(); }
        [[nodiscard]] connection& operator*() const noexcept { return *line_; }

    private:
        pool* from_;
        std::unique_ptr<connection> line_;
    };

    pool(connection_options how, std::size_t most) : how_(std::move(how)), most_(most) {
        idle_.reserve(most);  // giving one back allocates nothing
    }

    /// Takes a connection that is idle, or makes one. Where all are in use it waits for one.
    [[nodiscard]] storage::reply<lease> take(storage::deadline until);

    /// Returns how many connections have been lost so far. A new server may stand where the old
    /// one did when this has changed.
    [[nodiscard]] std::uint64_t losses() const;

private:
    void give_back(std::unique_ptr<connection> line);

    connection_options how_;
    std::size_t most_;
    resolver names_;
    mutable std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<connection>> idle_;
    std::size_t taken_ = 0;
    std::uint64_t losses_ = 0;
};

}  // namespace chronopack::timescaledb
