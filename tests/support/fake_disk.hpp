// A disk in memory for spools, whose calls can be made to fail or to stall and whose power
// can be cut.
//
//   fake_disk d;
//   d.fail_from = 17;                                    // the 18th call, and all later
//   auto s = storage::spool::open(std::make_unique<fake_files>(d), {});
//   d.writes.begin();                                    // from now on writes do not return
#pragma once

#include "random.hpp"
#include "stall.hpp"

#include <adapters/storage/file_layer.hpp>

#include <algorithm>
#include <map>

namespace chronopack::test {

/// The state of the files, and the call that fails.
struct fake_disk {
    struct file {
        std::vector<std::byte> now;
        std::vector<std::byte> durable;
        bool entry_durable = false;
        bool sync_failed = false;     // dirty bytes were lost, which no later sync reports
        std::size_t syncs_after = 0;  // a failed one
    };
    std::map<std::string, file> files;
    std::size_t calls = 0;
    struct tally {
        std::size_t opened = 0, written = 0, read = 0;
    };
    tally calls_of_a_kind;
    std::size_t open = 0;  // files, now
    std::size_t fail_from = SIZE_MAX;
    std::size_t fail_to = SIZE_MAX;
    std::size_t failing_reads = 0;  // so many from now on
    bool empty_writes = false;      // a write does nothing, and says so
    bool short_writes = false;      // instead of failing, a write does a part
    stall reads, writes, syncs;
    prng random{1};

    /// Cuts the power: any 512 bytes that no sync followed may be missing.
    void lose_power() {
        for (auto at = files.begin(); at != files.end();) {
            file& f = at->second;
            if (!f.entry_durable) {
                at = files.erase(at);
                continue;
            }
            auto left = f.durable;
            if (random.one_in(2)) {
                left.resize(random.one_in(2) ? f.now.size() : std::max(left.size(), f.now.size()));
                for (std::size_t b = 0; b < f.now.size(); b += 512)
                    if (random.one_in(2))
                        for (std::size_t i = b; i < std::min(b + 512, f.now.size()); ++i)
                            left[i] = f.now[i];
            }
            f.now = f.durable = left;
            ++at;
        }
    }
};

class fake_files final : public storage::file_layer {
public:
    explicit fake_files(fake_disk& d) : disk_(d) {}

    result<std::vector<std::string>> list() override {
        std::vector<std::string> names;
        for (const auto& [name, f] : disk_.files) names.push_back(name);
        return names;
    }
    result<int> open(const std::string& name) override {
        if (fails()) return errc::io_error;
        (void)disk_.files[name];
        open_.push_back(name);
        ++disk_.calls_of_a_kind.opened;
        ++disk_.open;
        return static_cast<int>(open_.size()) - 1;
    }
    void close(int) noexcept override { --disk_.open; }
    result<std::size_t> write_at(int file, cbytes data, std::uint64_t offset) override {
        disk_.writes.pass();
        ++disk_.calls_of_a_kind.written;
        if (disk_.empty_writes) return std::size_t{0};
        const bool bad = fails();
        if (bad && disk_.short_writes) data = data.first(data.size() / 2);
        auto& now = at(file).now;
        // A failing write may have written some.
        const std::size_t n = bad ? data.size() / 2 + (disk_.short_writes ? 1 : 0) : data.size();
        if (now.size() < offset + n) now.resize(offset + n);
        std::copy_n(data.begin(), std::min(n, data.size()),
                    now.begin() + static_cast<std::ptrdiff_t>(offset));
        if (bad && !disk_.short_writes) return errc::io_error;
        return std::min(n, data.size());
    }
    result<std::size_t> read_at(int file, bytes out, std::uint64_t offset) override {
        disk_.reads.pass();
        ++disk_.calls_of_a_kind.read;
        if (disk_.failing_reads > 0) {
            --disk_.failing_reads;
            return errc::io_error;
        }
        const auto& now = at(file).now;
        if (offset >= now.size()) return std::size_t{0};
        const std::size_t n = std::min<std::size_t>(out.size(), now.size() - offset);
        std::copy_n(now.begin() + static_cast<std::ptrdiff_t>(offset), n, out.begin());
        return n;
    }
    result<std::uint64_t> size(int file) override { return std::uint64_t{at(file).now.size()}; }
    result<void> truncate(int file, std::uint64_t size) override {
        if (fails()) return errc::io_error;
        at(file).now.resize(size);
        return {};
    }
    result<void> sync(int file) override {
        disk_.syncs.pass();
        fake_disk::file& f = at(file);
        if (f.sync_failed) ++f.syncs_after;
        if (fails()) {
            f.sync_failed = true;
            return errc::io_error;
        }
        if (!f.sync_failed) f.durable = f.now;
        return {};
    }
    result<void> remove(const std::string& name) override {
        if (fails()) return errc::io_error;
        disk_.files.erase(name);
        return {};
    }
    result<void> sync_directory() override {
        if (fails()) return errc::io_error;
        for (auto& [name, f] : disk_.files) f.entry_durable = true;
        return {};
    }

private:
    bool fails() {
        const std::size_t n = disk_.calls++;
        return n >= disk_.fail_from && n < disk_.fail_to;
    }
    fake_disk::file& at(int file) { return disk_.files[open_[static_cast<std::size_t>(file)]]; }

    fake_disk& disk_;
    std::vector<std::string> open_;
};

}  // namespace chronopack::test
