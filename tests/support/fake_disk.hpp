// A disk in memory for spools and datasets, whose calls can be made to fail or to stall and whose
// power can be cut.
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
#include <mutex>
#include <optional>

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
    std::map<std::string, bool> folders;  // whether their names are durable
    // Renames and removals in a folder that no sync of it followed: `from` was `moved`, which is now
    // at `to`, or nowhere where `to` is empty, in place of `replaced`.
    struct change {
        std::string from, to;
        file moved;
        std::optional<file> replaced;
    };
    std::vector<change> unsynced;
    std::string refuse_folder = {};    // no file can be opened in it
    bool removals_are_undone = false;  // by a loss of power, where no sync followed
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
    std::recursive_mutex mutex;  // held in each call of fake_files, but not while it stalls

    /// Cuts the power: any 512 bytes that no sync followed may be missing, and any rename may be
    /// undone.
    void lose_power() {
        for (; !unsynced.empty(); unsynced.pop_back()) {
            const change& last = unsynced.back();
            if (random.one_in(2)) {
                if (!last.to.empty()) files[last.to].entry_durable = true;
                continue;
            }
            files[last.from] = last.to.empty() ? last.moved : files[last.to];
            files[last.from].entry_durable = last.moved.entry_durable;
            if (last.to.empty()) continue;
            files.erase(last.to);
            if (last.replaced) files[last.to] = *last.replaced;
        }
        for (auto at = folders.begin(); at != folders.end();) {
            const std::string inside = at->first + "/";
            if (!at->second)
                std::erase_if(files, [&](const auto& f) { return f.first.starts_with(inside); });
            at = at->second ? std::next(at) : folders.erase(at);
        }
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

    result<std::vector<std::string>> list(const std::string& folder) override {
        const std::lock_guard held(disk_.mutex);
        if (!folder.empty() && !disk_.folders.contains(folder)) return errc::io_error;
        std::vector<std::string> names;
        for (const auto& [name, f] : disk_.files)
            if (folder_of(name) == folder)
                names.push_back(folder.empty() ? name : name.substr(folder.size() + 1));
        if (folder.empty())
            for (const auto& [name, durable] : disk_.folders) names.push_back(name);
        return names;
    }
    result<int> open_existing(const std::string& name) override {
        const std::lock_guard held(disk_.mutex);
        if (!disk_.files.contains(name)) return errc::not_found;
        return open(name);
    }
    result<int> open(const std::string& name) override {
        const std::lock_guard held(disk_.mutex);
        if (fails()) return errc::io_error;
        const std::string folder = folder_of(name);
        if (!folder.empty() && !disk_.folders.contains(folder)) return errc::io_error;
        if (!folder.empty() && folder == disk_.refuse_folder) return errc::io_error;
        (void)disk_.files[name];
        open_.push_back(name);
        ++disk_.calls_of_a_kind.opened;
        ++disk_.open;
        return static_cast<int>(open_.size()) - 1;
    }
    void close(int) noexcept override {
        const std::lock_guard held(disk_.mutex);
        --disk_.open;
    }
    result<std::size_t> write_at(int file, cbytes data, std::uint64_t offset) override {
        disk_.writes.pass();
        const std::lock_guard held(disk_.mutex);
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
        const std::lock_guard held(disk_.mutex);
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
    result<std::uint64_t> size(int file) override {
        const std::lock_guard held(disk_.mutex);
        return std::uint64_t{at(file).now.size()};
    }
    result<void> truncate(int file, std::uint64_t size) override {
        const std::lock_guard held(disk_.mutex);
        if (fails()) return errc::io_error;
        at(file).now.resize(size);
        return {};
    }
    result<void> sync(int file) override {
        disk_.syncs.pass();
        const std::lock_guard held(disk_.mutex);
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
        const std::lock_guard held(disk_.mutex);
        if (fails() || !disk_.files.contains(name)) return errc::io_error;
        if (disk_.removals_are_undone)
            disk_.unsynced.push_back({name, {}, disk_.files[name], std::nullopt});
        disk_.files.erase(name);
        return {};
    }
    result<void> rename(const std::string& from, const std::string& to) override {
        const std::lock_guard held(disk_.mutex);
        if (fails() || !disk_.files.contains(from)) return errc::io_error;
        fake_disk::change c{from, to, disk_.files[from], std::nullopt};
        if (disk_.files.contains(to)) c.replaced = disk_.files[to];
        disk_.files[to] = c.moved;
        disk_.files[to].entry_durable = false;
        disk_.files.erase(from);
        disk_.unsynced.push_back(std::move(c));
        return {};
    }
    result<void> make_folder(const std::string& name) override {
        const std::lock_guard held(disk_.mutex);
        if (fails()) return errc::io_error;
        disk_.folders.try_emplace(name, false);
        return {};
    }
    result<void> remove_folder(const std::string& name) override {
        const std::lock_guard held(disk_.mutex);
        if (fails()) return errc::io_error;
        for (const auto& [file, f] : disk_.files)
            if (folder_of(file) == name) return errc::io_error;
        if (disk_.folders.erase(name) == 0) return errc::io_error;
        return {};
    }
    result<void> sync_directory(const std::string& folder) override {
        const std::lock_guard held(disk_.mutex);
        if (fails()) return errc::io_error;
        for (auto& [name, f] : disk_.files)
            if (folder_of(name) == folder) f.entry_durable = true;
        std::erase_if(disk_.unsynced,
                      [&](const fake_disk::change& c) { return folder_of(c.from) == folder; });
        if (folder.empty())
            for (auto& [name, durable] : disk_.folders) durable = true;
        return {};
    }

private:
    static std::string folder_of(const std::string& name) {
        const auto slash = name.find('/');
        return slash == std::string::npos ? std::string() : name.substr(0, slash);
    }
    bool fails() {
        const std::size_t n = disk_.calls++;
        return n >= disk_.fail_from && n < disk_.fail_to;
    }
    fake_disk::file& at(int file) { return disk_.files[open_[static_cast<std::size_t>(file)]]; }

    fake_disk& disk_;
    std::vector<std::string> open_;
};

}  // namespace chronopack::test
