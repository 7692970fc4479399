#include <adapters/victoriametrics/restart_watch.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace chronopack::victoriametrics {

using storage::failure;
using storage::reply;
using storage::verdict;
using namespace std::chrono_literals;

namespace {

constexpr auto pause_after_failure = 1s;

/// Returns what follows `name` and a space at the start of a line.
std::string_view value_of(std::string_view text, std::string_view name) {
    for (std::size_t at = 0; (at = text.find(name, at)) != text.npos; at += name.size()) {
        const std::size_t end = at + name.size();
        if ((at != 0 && text[at - 1] != '\n') || end == text.size() || text[end] != ' ') continue;
        return text.substr(end + 1, text.find('\n', end) - end - 1);
    }
    return {};
}

}  // namespace

/// The right to ask the server and to resend to it, which one call has at a time. It is not a
/// timed_mutex, because ThreadSanitizer in gcc 12 does not see its locks.
class restart_watch::turn {
public:
    /// Waits for the right until `until`, and not at all where that has passed.
    turn(restart_watch& of, storage::deadline until) : of_(of) {
        std::unique_lock held(of.mutex_);
        mine_ = of.changed_.wait_until(held, until, [&] { return !of.asking_; });
        if (mine_) of.asking_ = true;
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
        if (!mine_) return;
        {
            const std::lock_guard held(of_.mutex_);
            of_.asking_ = false;
        }
        of_.changed_.notify_all();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return mine_; }

private:
    restart_watch& of_;
    bool mine_ = false;
};

std::optional<std::int64_t> start_in_metrics(std::string_view text) {
    // Proxies and vminsert have a start time of their own, and no rows in a storage.
    const std::string_view rows = "vm_rows{type=\"storage/";
    if (!text.starts_with(rows) && text.find('\n' + std::string(rows)) == text.npos)
        return std::nullopt;
    const std::string_view value = value_of(text, "vm_app_start_timestamp");
    std::int64_t seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec != std::errc() || read.ptr != value.data() + value.size() || seconds <= 0)
        return std::nullopt;
    return seconds;
}

bool restart_watch::wants() const {
    const std::lock_guard held(mutex_);
    return options_.age > 0ms && !silent_;
}

std::int64_t restart_watch::start() const {
    const std::lock_guard held(mutex_);
    return start_;
}

void restart_watch::add(std::string request, std::size_t samples, std::int64_t start) {
    if (!wants()) return;
    hold({std::move(request), samples, start, server_.now()});
}

void restart_watch::hold(held_request one) {
    const std::lock_guard held(mutex_);
    held_bytes_ += one.bytes.size();
    counts_.held += one.samples;
    held_.push_back(std::move(one));
    while (held_bytes_ > options_.most_bytes) {
        const held_request& oldest = held_.front();
        held_bytes_ -= oldest.bytes.size();
        counts_.held -= oldest.samples;
        counts_.outgrown += oldest.samples;
        held_.pop_front();
    }
}

void restart_watch::suspect() {
    const std::lock_guard held(mutex_);
    due_ = {};
}

void restart_watch::catch_up(storage::deadline until) {
    if (options_.age <= 0ms) return;
    const turn mine(*this, storage::clock::now());
    if (!mine) return;
    const auto now = server_.now();
    {
        const std::lock_guard held(mutex_);
        if (now < due_) return;
    }
    (void)look(now + (until - now) / 4);
}

reply<std::monostate> restart_watch::look(storage::deadline until) {
    const auto asked = server_.now();
    const auto named = server_.started(until);
    {
        const std::lock_guard held(mutex_);
        if (!named) {
            due_ = server_.now() + pause_after_failure;
            return named.error();
        }
        due_ = asked + options_.age;
        silent_ = !named->has_value();
        start_ = named->value_or(0);
        std::erase_if(held_, [&](const held_request& one) {
            const bool safe = one.start == start_ && one.answered + options_.age <= asked;
            if (!safe && !silent_) return false;
            held_bytes_ -= one.bytes.size();
            counts_.held -= one.samples;
            return true;
        });
        counts_.watched = !silent_;
        if (silent_)
            return failure{verdict::unsupported, std::nullopt,
                           "the server does not say when it started"};
    }
    return send_again(until);
}

reply<std::monostate> restart_watch::send_again(storage::deadline until) {
    while (auto lost = take_lost()) {
        const auto sent = server_.send(lost->bytes, until);
        if (!sent && sent.error().what != verdict::refused) {
            hold(*std::move(lost));
            const std::lock_guard held(mutex_);
            due_ = server_.now() + pause_after_failure;
            return sent.error();
        }
        if (sent) {
            const std::size_t samples = lost->samples;
            lost->start = start();
            lost->answered = server_.now();
            hold(*std::move(lost));
            const std::lock_guard held(mutex_);
            counts_.resent += samples;
        } else {
            const std::lock_guard held(mutex_);
            counts_.not_taken += lost->samples;
        }
    }
    return std::monostate{};
}

std::optional<restart_watch::held_request> restart_watch::take_lost() {
    const std::lock_guard held(mutex_);
    const auto at = std::find_if(held_.begin(), held_.end(),
                                 [&](const held_request& one) { return one.start != start_; });
    if (at == held_.end()) return std::nullopt;
    std::optional<held_request> taken(std::move(*at));
    held_.erase(at);
    held_bytes_ -= taken->bytes.size();
    counts_.held -= taken->samples;
    return taken;
}

reply<std::monostate> restart_watch::settle(storage::deadline until) {
    const auto failed = [](verdict what, const char* why) {
        return failure{what, std::nullopt, why};
    };
    if (options_.age <= 0ms) return failed(verdict::unsupported, "there is no window");
    for (;;) {
        {
            const turn mine(*this, until);
            if (!mine) return failed(verdict::retry, "another call asks the server");
            if (const auto looked = look(until); !looked) return looked;
        }
        std::unique_lock held(mutex_);
        if (held_.empty()) return std::monostate{};
        const auto newest = std::max_element(
            held_.begin(), held_.end(),
            [](const held_request& a, const held_request& b) { return a.answered < b.answered; });
        const auto safe = newest->answered + options_.age;
        if (safe >= until)
            return failed(verdict::retry, "the server may have the last points in memory alone");
        if (changed_.wait_until(held, safe, [&] { return cancelled_; }))
            return failed(verdict::retry, "cancelled");
    }
}

void restart_watch::cancel() {
    {
        const std::lock_guard held(mutex_);
        cancelled_ = true;
    }
    changed_.notify_all();
}

window_counters restart_watch::counters() const {
    const std::lock_guard held(mutex_);
    window_counters now = counts_;
    now.held_bytes = held_bytes_;
    return now;
}

}  // namespace chronopack::victoriametrics
