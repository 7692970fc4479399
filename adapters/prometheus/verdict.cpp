#include <adapters/prometheus/verdict.hpp>

#include <charconv>

namespace chronopack::prometheus {

namespace {

using storage::drop_reason;

std::optional<drop_reason> reason_in(std::string_view body) noexcept {
    constexpr struct {
        std::string_view words;
        drop_reason why;
    } known[] = {
        {"duplicate sample for timestamp", drop_reason::duplicate},
        {"out of order sample", drop_reason::out_of_order},
        {"too old sample", drop_reason::too_old},
        {"out of bounds", drop_reason::too_old},
        {"is not unique", drop_reason::invalid},
        {"invalid sample", drop_reason::invalid},
    };
    for (const auto& row : known)
        if (body.find(row.words) != body.npos) return row.why;
    return std::nullopt;
}

}  // namespace

http::judgement judge_1(const http::answer& what, std::chrono::system_clock::time_point now) {
    if (what.status == 400 || what.status == 500)
        if (const auto why = reason_in(what.body))
            return {storage::verdict::refused, http::blame::some_point, *why, std::nullopt};
    return http::judge(what, now);
}

std::optional<std::size_t> samples_written(std::string_view header) noexcept {
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), n);
    if (error != std::errc{} || end != header.data() + header.size()) return std::nullopt;
    return n;
}

std::optional<http::judgement> judge_2(const http::answer& what, std::string_view written,
                                       std::size_t sent,
                                       std::chrono::system_clock::time_point now) {
    const auto count = samples_written(written);
    if (what.status == 415) return std::nullopt;
    http::judgement judged = judge_1(what, now);
    if (judged.what == storage::verdict::delivered) {
        if (!count) return std::nullopt;
        if (*count >= sent) return judged;
        return http::judgement{storage::verdict::refused, http::blame::rest_written,
                               drop_reason::refused, std::nullopt};
    }
    if (judged.what == storage::verdict::refused && count && *count > 0)
        judged.whose = http::blame::rest_written;
    return judged;
}

}  // namespace chronopack::prometheus
