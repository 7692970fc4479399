#include <adapters/http/retry_after.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <string>

namespace chronopack::http {

std::optional<std::chrono::milliseconds> retry_after(std::string_view value,
                                                     std::chrono::system_clock::time_point now) {
    using std::chrono::seconds;
    constexpr auto longest = std::chrono::duration_cast<seconds>(max_retry_after);
    constexpr std::string_view blank = " \t";
    constexpr std::size_t longest_date = 64;  // of the three forms of a date, with room to spare

    value.remove_prefix(std::min(value.find_first_not_of(blank), value.size()));
    value = value.substr(0, value.find_last_not_of(blank) + 1);
    if (value.empty()) return std::nullopt;

    if (value.find_first_not_of("0123456789") == value.npos) {
        seconds asked{0};
        for (const char c : value) asked = std::min(asked * 10 + seconds(c - '0'), longest);
        return asked;
    }
    // A date begins with the name of a day; curl would accept many other forms.
    const bool named = (value[0] >= 'A' && value[0] <= 'Z') && value.size() <= longest_date &&
                       value.find(':') != value.npos && value.find('\0') == value.npos;
    if (!named) return std::nullopt;
    const std::time_t at = curl_getdate(std::string(value).c_str(), nullptr);
    if (at < 0) return std::nullopt;
    const seconds left = seconds(at) - std::chrono::floor<seconds>(now.time_since_epoch());
    return std::clamp(left, seconds{0}, longest);
}

}  // namespace chronopack::http
