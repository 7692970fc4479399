#include <adapters/parquet/tags_json.hpp>

namespace chronopack::parquet {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex_digits[byte >> 4];
            out += hex_digits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_character(std::string& out, std::uint32_t point) {
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80 | (point >> shift & 0x3f));
    };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xc0 | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xe0 | point >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

class json_reader {
public:
    explicit json_reader(std::string_view text) : text_(text) {}

    result<labels> object() {
        std::vector<label> pairs;
        skip_space();
        if (text_.substr(0, 4) == "null") {
            text_.remove_prefix(4);
        } else {
            if (!take('{')) return errc::corrupt;
            for (bool first = true; !take('}'); first = false) {
                if (!first && !take(',')) return errc::corrupt;
                label l;
                if (!string(l.name) || !take(':') || !string(l.value)) return errc::corrupt;
                pairs.push_back(std::move(l));
            }
        }
        skip_space();
        if (!text_.empty()) return errc::corrupt;
        auto made = labels::from(std::move(pairs));
        if (!made) return errc::corrupt;
        return made;
    }

private:
    void skip_space() {
        while (!text_.empty() &&
               std::string_view(" \t\r\n").find(text_[0]) != std::string_view::npos)
            text_.remove_prefix(1);
    }
    bool take(char c) {
        skip_space();
        if (text_.empty() || text_[0] != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool string(std::string& to) {
        if (!take('"')) return false;
        while (!text_.empty()) {
            const char c = text_[0];
            text_.remove_prefix(1);
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\')
                to += c;
            else if (!escape(to))
                return false;
        }
        return false;
    }
    bool escape(std::string& to) {
        if (text_.empty()) return false;
        const char c = text_[0];
        text_.remove_prefix(1);
        constexpr std::string_view names = "\"\\/bfnrt", characters = "\"\\/\b\f\n\r\t";
        if (const auto at = names.find(c); at != std::string_view::npos) {
            to += characters[at];
            return true;
        }
        std::uint32_t high = 0, low = 0;
        if (c != 'u' || !unit(high)) return false;
        if (high >= 0xdc00 && high <= 0xdfff) return false;
        if (high >= 0xd800 && high <= 0xdbff) {
            if (text_.substr(0, 2) != "\\u") return false;
            text_.remove_prefix(2);
            if (!unit(low) || low < 0xdc00 || low > 0xdfff) return false;
            high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        }
        append_character(to, high);
        return true;
    }
    bool unit(std::uint32_t& to) {
        if (text_.size() < 4) return false;
        for (const char c : text_.substr(0, 4)) {
            const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
            const auto digit = hex_digits.find(lower);
            if (digit == std::string_view::npos) return false;
            to = to << 4 | static_cast<std::uint32_t>(digit);
        }
        text_.remove_prefix(4);
        return true;
    }

    std::string_view text_;
};

}  // namespace

std::string tags_to_json(const labels& tags) {
    std::string out = "{";
    for (const label& l : tags) {
        if (out.size() > 1) out += ',';
        append_string(out, l.name);
        out += ':';
        append_string(out, l.value);
    }
    out += '}';
    return out;
}

result<labels> tags_from_json(std::string_view json) {
    return json_reader(json).object();
}

}  // namespace chronopack::parquet
