#include "json.hpp"

#include <nlohmann/json.hpp>

namespace chronopack::report {

std::string to_json(const std::vector<row>& rows) {
    using json = nlohmann::ordered_json;
    json all = json::array();
    for (const row& one : rows) {
        json object{{"series", one.series},
                    {"codec", one.codec},
                    {"kind", name(one.what)},
                    {"n", one.count},
                    {"bits_per_value", one.bits_per_value()},
                    {"ratio", one.ratio()},
                    {"encode_gbps", one.gbps(one.encode.best)},
                    {"encode_gbps_median", one.gbps(one.encode.median)},
                    {"decode_gbps", one.gbps(one.decode.best)},
                    {"decode_gbps_median", one.gbps(one.decode.median)},
                    {"memcpy_gbps", one.gbps(one.copy.best)},
                    {"memcpy_gbps_median", one.gbps(one.copy.median)},
                    {"lossless", one.lossless},
                    {"reference", one.reference},
                    {"made_up_timestamps", one.made_up}};
        if (!one.failure.empty()) object["failure"] = one.failure;
        all.push_back(std::move(object));
    }
    // Names come from files and may not be UTF-8.
    return all.dump(1, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace chronopack::report
