#include <adapters/http/channel.hpp>
#include <adapters/http/transport.hpp>
#include <adapters/text/base64.hpp>

#include <algorithm>

namespace chronopack::http {

namespace {

// How many idle connections are kept. More calls at once open new ones.
constexpr std::size_t max_idle = 16;

storage::failure refused(std::string why) {
    return {storage::verdict::refused, std::nullopt, std::move(why)};
}

bool token_character(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
}

/// Returns whether the text stays on one line: nothing in it ends a header.
bool one_line(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

/// Returns the text as it stands between quotes in JSON and in Go.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

const char* name(method of) noexcept {
    constexpr const char* names[] = {"GET", "POST", "PUT", "PATCH"};
    return names[static_cast<std::size_t>(of)];
}

std::string_view path_of(std::string_view target) noexcept {
    return target.substr(0, target.find('?'));
}

/// Sets up libcurl's global state, once for the life of the process.
bool curl_is_ready() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return ready;
}

}  // namespace

std::string_view response::operator[](std::string_view name) const noexcept {
    for (const header& h : headers)
        if (same_name(h.name, name)) return h.value;
    return {};
}

storage::reply<std::unique_ptr<transport>> transport::open(transport_options options) {
    if (!curl_is_ready()) return refused("libcurl cannot be set up");
    auto where = endpoint::parse(options.url);
    if (!where) return refused("not an http or https URL without query and fragment");
    // Userinfo before the @ must not stay in memory.
    options.url.clear();
    if (!std::holds_alternative<std::monostate>(where->credentials())) {
        if (!std::holds_alternative<std::monostate>(options.auth))
            return refused("credentials in the URL and beside it");
        options.auth = where->credentials();
    }
    if (const auto* name = std::get_if<basic>(&options.auth);
        name != nullptr && (name->user.find(':') != name->user.npos || !one_line(name->user) ||
                            !one_line(name->password.reveal())))
        return refused("a user name or password that no header can hold");
    if (const auto* held = std::get_if<bearer>(&options.auth);
        held != nullptr && (held->token.empty() || !one_line(held->token.reveal())))
        return refused("a token that no header can hold");
    for (const header& h : options.headers)
        if (h.name.empty() || !std::all_of(h.name.begin(), h.name.end(), token_character) ||
            h.value.empty() || !one_line(h.value) || same_name(h.name, "authorization"))
            return refused("a header that cannot be sent");
    return std::unique_ptr<transport>(new transport(std::move(options), *std::move(where)));
}

transport::transport(transport_options options, endpoint where)
    : options_(std::move(options)), where_(std::move(where)) {
    const auto hide = [this](const std::string& text) {
        secrets_.push_back(text);
        secrets_.push_back(percent_encoded(text));
        secrets_.push_back(escaped(text));
    };
    if (const auto* name = std::get_if<basic>(&options_.auth)) {
        secrets_.push_back(text::base64(name->user + ":" + name->password.reveal()));
        hide(name->password.reveal());
    } else if (const auto* held = std::get_if<bearer>(&options_.auth)) {
        hide(held->token.reveal());
    }
}

transport::~transport() = default;

std::unique_ptr<transport::channel> transport::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto one = std::move(idle_.back());
            idle_.pop_back();
            return one;
        }
    }
    return std::make_unique<channel>();
}

void transport::give_back(std::unique_ptr<channel> one) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < max_idle) idle_.push_back(std::move(one));
}

storage::reply<response> transport::send(const request& what, storage::deadline until) {
    auto line = take();
    auto got = line->run(options_, where_, what, until, stop_.get_token());
    if (!got)
        return storage::failure{got.error().what, std::nullopt,
                                explain(what, std::string_view(got.error().message))};
    give_back(std::move(line));
    return got;
}

std::string transport::explain(const request& what, const response& got) const {
    return explain(what, std::to_string(got.status) + ": " + got.body);
}

std::string transport::explain(const request& what, std::string_view why) const {
    std::string text = name(what.method);
    text.append(" ").append(where_.text()).append(path_of(what.target)).append(": ").append(why);
    return shown(redact(std::move(text), secrets_));
}

}  // namespace chronopack::http
