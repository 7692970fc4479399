#include <adapters/clickhouse/verdict.hpp>

#include <algorithm>
#include <charconv>

namespace chronopack::clickhouse {

using http::blame;
using storage::drop_reason;
using storage::verdict;

namespace {

constexpr int too_many_parts = 252;
constexpr std::chrono::milliseconds merges_take{5'000};

template <std::size_t N>
bool is_one(int code, const int (&of)[N]) noexcept {
    return std::find(std::begin(of), std::end(of), code) != std::end(of);
}

}  // namespace

int exception_code(std::string_view header, std::string_view body) noexcept {
    constexpr std::string_view words = "Code: ";
    std::string_view text = header;
    if (text.empty() && body.starts_with(words)) text = body.substr(words.size());
    int code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    return error == std::errc{} && code > 0 ? code : 0;
}

int exception_code(const http::response& got) noexcept {
    return exception_code(got["x-clickhouse-exception-code"], got.body);
}

http::judgement judge(const http::answer& what, int code,
                      std::chrono::system_clock::time_point now) {
    const auto means = [](verdict v, blame whose = blame::none,
                          drop_reason why = drop_reason::refused) {
        return http::judgement{v, whose, why, std::nullopt};
    };
    const auto again = [&](std::chrono::milliseconds at_least) {
        const auto asked = http::retry_after(what.retry_after, now);
        http::judgement out = means(verdict::retry);
        if (asked || at_least.count() > 0)
            out.retry_after = std::max(asked.value_or(at_least), at_least);
        return out;
    };
    if (code == 389) return {};
    if (what.status >= 200 && what.status < 300) return http::judge(what, now);

    if (is_one(code, {33, 6, 26, 27, 41, 72, 117, 131, 271, 354, 561}))
        return means(verdict::refused, blame::every_point, drop_reason::invalid);
    if (code == too_many_parts) {
        if (what.body.find("single INSERT block") == what.body.npos) return again(merges_take);
        return means(verdict::refused, blame::some_point, drop_reason::too_large);
    }
    if (is_one(code, {307, 396}))
        return means(verdict::refused, blame::some_point, drop_reason::too_large);
    if (is_one(code, {62, 73, 115, 48, 89})) return means(verdict::refused, blame::every_point);
    if (is_one(code, {60,  81,  8,   10,  16,  20,  44,  47,  53,  70,
                      349, 164, 192, 193, 194, 195, 497, 516, 201, 243}))
        return means(verdict::hold);
    if (is_one(code, {159, 202, 203, 209, 210, 216, 225, 236, 241, 242, 279, 285, 286, 319, 394,
                      439, 473, 999}))
        return again({});
    return http::judge(what, now);
}

http::judgement judge(const http::response& got) {
    return judge({got.status, got.body, got["retry-after"]}, exception_code(got),
                 std::chrono::system_clock::now());
}

}  // namespace chronopack::clickhouse
