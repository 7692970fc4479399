#include <adapters/http/verdict.hpp>

#include <algorithm>
#include <iterator>

namespace chronopack::http {

using storage::drop_reason;
using storage::verdict;

namespace {

bool by_index(const storage::dropped_point& a, const storage::dropped_point& b) noexcept {
    return a.index < b.index;
}

/// Returns those of `named` that stand in `sent`, each once, ascending.
std::vector<storage::dropped_point> those_sent(std::vector<storage::dropped_point> named,
                                               std::span<const std::size_t> sent) {
    std::erase_if(named, [&](const storage::dropped_point& one) {
        return !std::binary_search(sent.begin(), sent.end(), one.index);
    });
    std::stable_sort(named.begin(), named.end(), by_index);
    named.erase(std::unique(named.begin(), named.end(),
                            [](const auto& a, const auto& b) { return a.index == b.index; }),
                named.end());
    return named;
}

}  // namespace

judgement judge(const answer& what, std::chrono::system_clock::time_point now) {
    const unsigned status = what.status;
    if (status >= 200 && status < 300) return {};
    if (status >= 400 && what.body.find("partial write") != what.body.npos)
        return {verdict::refused, blame::rest_written, drop_reason::refused, std::nullopt};
    if (status == 408 || status == 425 || status == 429 || status >= 500)
        return {verdict::retry, blame::none, drop_reason::refused,
                retry_after(what.retry_after, now)};
    if ((status >= 300 && status < 400) || status == 401 || status == 403 || status == 407)
        return {verdict::hold, blame::none, drop_reason::refused, std::nullopt};
    if (status == 413)
        return {verdict::refused, blame::some_point, drop_reason::too_large, std::nullopt};
    if (status == 400)
        return {verdict::refused, blame::some_point, drop_reason::refused, std::nullopt};
    // No complete answer has such a status: it is another protocol, or the server is broken.
    if (status < 200) return {verdict::retry, blame::none, drop_reason::refused, std::nullopt};
    return {verdict::refused, blame::every_point, drop_reason::refused, std::nullopt};
}

storage::write_outcome outcome_of(const judgement& judged, std::span<const std::size_t> sent,
                                  std::vector<storage::dropped_point> dropped, std::string message,
                                  written_rest rest) {
    storage::write_outcome out;
    out.dropped = std::move(dropped);
    out.message = std::move(message);
    if (judged.what != verdict::refused) {
        out.what = judged.what;
        out.retry_after = judged.retry_after;
        if (judged.what == verdict::delivered) out.delivered = sent.size();
        return out;
    }

    // Each dropped point has the beginning of the message; the outcome has all of it.
    constexpr std::size_t kept = 256;
    const auto drop = [&](std::size_t index) {
        out.dropped.push_back({index, judged.why, out.message.substr(0, kept)});
    };
    const auto merge = [&](std::size_t before) {
        std::inplace_merge(out.dropped.begin(), out.dropped.begin() + std::ptrdiff_t(before),
                           out.dropped.end(), by_index);
    };
    const std::size_t before = out.dropped.size();
    const bool all = judged.whose == blame::every_point || sent.size() == 1;
    if (judged.whose == blame::rest_written) {
        auto named = those_sent(std::move(rest.named), sent);
        out.delivered = std::min(rest.written, sent.size() - named.size());
        const std::size_t unnamed = sent.size() - named.size() - out.delivered;
        std::move(named.begin(), named.end(), std::back_inserter(out.dropped));
        merge(before);
        for (std::size_t i = 0; i < unnamed; ++i) drop(storage::unnamed);
    } else if (all) {
        for (const std::size_t index : sent) drop(index);
        merge(before);
    } else {
        out.what = verdict::refused;
    }
    return out;
}

storage::write_outcome outcome_of(const storage::failure& why,
                                  std::vector<storage::dropped_point> dropped) {
    storage::write_outcome out;
    out.what = why.what == verdict::refused ? verdict::retry : why.what;
    out.retry_after = why.retry_after;
    out.dropped = std::move(dropped);
    out.message = why.message;
    return out;
}

}  // namespace chronopack::http
