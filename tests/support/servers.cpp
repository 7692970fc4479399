#include "servers.hpp"

#include <adapters/http/transport.hpp>
#include <adapters/storage/backend.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>

namespace chronopack::test {

namespace {

/// What a package manager knows of an installed package; empty where it has none.
std::string installed_version(const std::string& package) {
    const std::string command = "dpkg-query -W -f '${Version}' " + package + " 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    char text[200] = {};
    return pipe && std::fgets(text, sizeof text, pipe.get()) != nullptr ? text : "";
}

/// The second word of "prometheus_2.42.0+ds-5_amd64.deb".
std::string unpacked_version(const std::string& folder) {
    std::ifstream packages(folder + "/packages");
    std::string name;
    std::getline(packages, name);
    return name.substr(std::min(name.size(), name.find('_') + 1));
}

/// The release of a package, which the environment's `variable` may name a folder of. Programs
/// are not asked: some are built without knowing their version.
server_release release_of(const std::string& package, const char* variable) {
    const char* const folder = std::getenv(variable);
    server_release found{folder ? folder + ("/usr/bin/" + package) : package};
    std::string version = folder ? unpacked_version(folder) : installed_version(package);
    if (std::sscanf(version.c_str(), "%d.%d", &found.major, &found.minor) != 2)
        throw std::runtime_error(found.program + " has no version: is its package there?");
    return found;
}

}  // namespace

const server_release& prometheus_release() {
    static const server_release it = release_of("prometheus", "CHRONOPACK_PROMETHEUS");
    return it;
}

const server_release& victoria_metrics_release() {
    static const server_release it = release_of("victoria-metrics", "CHRONOPACK_VICTORIAMETRICS");
    return it;
}

server_process::command prometheus_command(bool late, bool admin_api) {
    const auto arguments = [=](const server_process& s) {
        const std::string config = s.directory() / "prometheus.yml";
        const std::string text = std::string("global: {scrape_interval: 1h}\n") +
                                 (late ? "storage: {tsdb: {out_of_order_time_window: 30d}}\n" : "");
        write_file(config, std::as_bytes(std::span(text)));
        std::vector<std::string> words{"--config.file=" + config,
                                       "--storage.tsdb.path=" + s.directory() / "data",
                                       "--storage.tsdb.retention.time=100y",
                                       "--web.listen-address=" + s.authority(),
                                       "--web.enable-remote-write-receiver",
                                       "--enable-feature=exemplar-storage,native-histograms"};
        if (admin_api) words.emplace_back("--web.enable-admin-api");
        return words;
    };
    return {.program = prometheus_release().program, .arguments = arguments, .ready = "/-/ready"};
}

server_process::command victoria_metrics_command() {
    const auto arguments = [](const server_process& s) {
        return std::vector<std::string>{"-storageDataPath=" + s.directory() / "data",
                                        "-httpListenAddr=" + s.authority(), "-retentionPeriod=100y",
                                        "-search.latencyOffset=0s", "-search.disableCache=true"};
    };
    return {
        .program = victoria_metrics_release().program, .arguments = arguments, .ready = "/health"};
}

server_process::command clickhouse_command() {
    const auto arguments = [](const server_process& s) {
        return std::vector<std::string>{s.directory() / "data", std::to_string(s.port())};
    };
    return {.program = CHRONOPACK_CHDB_SERVER, .arguments = arguments, .ready = "/ping"};
}

server_process::command classic_clickhouse_command() {
    const auto arguments = [](const server_process& s) {
        const auto write = [&](const char* name, const std::string& text) {
            write_file(s.directory() / name, std::as_bytes(std::span(text)));
        };
        const std::string at = s.directory().path();
        write("config.xml",
              "<yandex><logger><level>warning</level><console>1</console></logger>"
              "<listen_host>127.0.0.1</listen_host><http_port>" +
                  std::to_string(s.port()) + "</http_port><path>" + at + "/data/</path><tmp_path>" +
                  at + "/tmp/</tmp_path><user_files_path>" + at +
                  "/files/</user_files_path><format_schema_path>" + at +
                  "/schemas/</format_schema_path><mark_cache_size>5368709120</mark_cache_size>"
                  "<users_config>users.xml</users_config><default_profile>default"
                  "</default_profile><default_database>default</default_database><timezone>UTC"
                  "</timezone></yandex>");
        const auto user = [](const std::string& name, const std::string& password,
                             const std::string& profile) {
            return "<" + name + "><password>" + password + "</password><networks><ip>::/0</ip>" +
                   "</networks><profile>" + profile + "</profile><quota>default</quota></" + name +
                   ">";
        };
        write("users.xml",
              "<yandex><profiles><default/><readonly><readonly>1</readonly></readonly></profiles>"
              "<users>" +
                  user("default", "", "default") + user("reader", "sesame", "readonly") +
                  "</users><quotas><default><interval><duration>3600</duration><queries>0"
                  "</queries><errors>0</errors><result_rows>0</result_rows><read_rows>0"
                  "</read_rows><execution_time>0</execution_time></interval></default></quotas>"
                  "</yandex>");
        return std::vector<std::string>{"--config-file=" + s.directory() / "config.xml"};
    };
    return {.program = "clickhouse-server", .arguments = arguments, .ready = "/ping"};
}

server_process::command influxd_command(std::string http, std::string data) {
    const auto arguments = [=](const server_process& s) {
        const std::string config = s.directory() / "influxdb.conf";
        const auto folder = [&](const char* name) {
            return " = \"" + s.directory() / name + "\"\n";
        };
        const std::string text =
            "reporting-disabled = true\nbind-address = \"127.0.0.1:0\"\n[meta]\ndir" +
            folder("meta") + "[data]\ndir" + folder("data") + "wal-dir" + folder("wal") + data +
            "\n[http]\nbind-address = \"" + s.authority() + "\"\n" + http +
            "\n[monitor]\nstore-enabled = false\n";
        write_file(config, std::as_bytes(std::span(text)));
        return std::vector<std::string>{"-config", config};
    };
    return {.program = "influxd", .arguments = arguments, .ready = "/ping"};
}

std::string metric_of(const server_process& server, const std::string& name,
                      const std::string& expected) {
    const auto line = http::transport::open({.url = server.url()});
    const auto until = storage::in(std::chrono::seconds(60));
    for (std::string value;; std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
        const auto got = (*line)->send({.target = "/metrics"}, until);
        if (!got || got->status != 200) throw std::runtime_error("no /metrics");
        const auto at = ("\n" + got->body).find("\n" + name + " ");
        if (at == std::string::npos) {
            value = "none";
        } else {
            const auto begin = at + name.size() + 1;
            value = got->body.substr(begin, got->body.find('\n', begin) - begin);
        }
        if (value == expected || storage::clock::now() > until) return value;
    }
}

}  // namespace chronopack::test
