#include <adapters/timescaledb/capability.hpp>

#include <cstdio>

namespace chronopack::timescaledb {

using storage::failure;
using storage::verdict;

std::string_view name_of(edition which) noexcept {
    constexpr std::string_view names[] = {"PostgreSQL without TimescaleDB",
                                          "TimescaleDB's Apache edition",
                                          "TimescaleDB's Community edition"};
    return names[static_cast<std::size_t>(which)];
}

storage::reply<capability> capability_of(connection& line, storage::deadline until) {
    const auto got = line.run(
        "SELECT e.extversion::text, n.nspname::text, "
        "coalesce(pg_catalog.current_setting('timescaledb.license', true), '') "
        "FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace "
        "WHERE e.extname = 'timescaledb'",
        {}, until);
    if (!got) return got.error();
    capability has;
    has.server = line.server_version();
    constexpr int oldest_server = 130000;
    if (has.server < oldest_server)
        return failure{verdict::unsupported, std::nullopt,
                       "PostgreSQL " + std::to_string(has.server / 10000) +
                           " is older than 13, the first that is supported"};
    if (got->rows() == 0) return has;
    const std::string version(got->text(0, 0));
    has.functions = identifier(got->text(0, 1));
    has.edition = got->text(0, 2) == "timescale" ? edition::community : edition::apache;
    if (std::sscanf(version.c_str(), "%d.%d", &has.major, &has.minor) != 2 || has.major < 2 ||
        (has.major == 2 && has.minor < 11))
        return failure{
            verdict::unsupported, std::nullopt,
            "TimescaleDB " + version + " is older than 2.11, the first that is supported"};
    return has;
}

failure lacks(const capability& has, std::string_view what, std::string_view instead) {
    return {verdict::unsupported, std::nullopt,
            std::string(name_of(has.edition)) + " has no " + std::string(what) + ": " +
                std::string(instead)};
}

}  // namespace chronopack::timescaledb
