#include <adapters/http/endpoint.hpp>

#include <curl/curl.h>

#include <memory>
#include <optional>

namespace chronopack::http {

namespace {

using url_handle = std::unique_ptr<CURLU, decltype([](CURLU* u) { curl_url_cleanup(u); })>;

std::optional<std::string> part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return std::nullopt;
    const std::unique_ptr<char, decltype([](char* t) { curl_free(t); })> owned(text);
    return std::string(text);
}

}  // namespace

result<endpoint> endpoint::parse(std::string_view url) {
    // curl would read a URL only up to the first NUL.
    if (url.find('\0') != url.npos) return errc::out_of_range;
    const url_handle parsed(curl_url());
    if (!parsed) throw std::bad_alloc();
    if (curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK)
        return errc::out_of_range;
    const auto scheme = part(parsed.get(), CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https") return errc::out_of_range;
    if (part(parsed.get(), CURLUPART_QUERY) || part(parsed.get(), CURLUPART_FRAGMENT))
        return errc::out_of_range;

    endpoint made;
    const auto user = part(parsed.get(), CURLUPART_USER, CURLU_URLDECODE);
    auto password = part(parsed.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
    if (user || password) {
        if (user && user->find(':') != user->npos) return errc::out_of_range;
        made.credentials_ = basic{user.value_or(""), secret(std::move(password).value_or(""))};
    }
    for (const CURLUPart what : {CURLUPART_PASSWORD, CURLUPART_USER, CURLUPART_OPTIONS})
        curl_url_set(parsed.get(), what, nullptr, 0);
    auto text = part(parsed.get(), CURLUPART_URL);
    if (!text) return errc::out_of_range;
    while (text->ends_with('/')) text->pop_back();
    made.text_ = *std::move(text);
    return made;
}

}  // namespace chronopack::http
