// Which certificates are believed: against `openssl s_server`, with authorities and
// certificates made for the occasion.
#include "support/server_process.hpp"

#include <adapters/http/transport.hpp>
#include <adapters/storage/backend.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>

#include <curl/curl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

void run(const std::string& command) {
    if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) FAIL(command);
}

/// An authority, and keys with certificates: good.pem, expired.pem, elsewhere.pem by it,
/// alone.pem by itself.
class certificates {
public:
    certificates() {
        make("authority", "/CN=test authority",
             "-x509 -days 2 -addext basicConstraints=critical,CA:TRUE");
        make("alone", "/CN=127.0.0.1", "-x509 -days 2 -addext subjectAltName=IP:127.0.0.1");
        signed_by_authority("good", "IP:127.0.0.1", "-days 2");
        signed_by_authority("elsewhere", "DNS:elsewhere.example", "-days 2");
        // Days below zero: over before they began.
        signed_by_authority("expired", "IP:127.0.0.1", "-days -1");
    }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return directory_ / name.c_str();
    }

private:
    void make(const std::string& name, const std::string& subject, const std::string& how) {
        run("openssl req -newkey rsa:2048 -nodes -subj '" + subject + "' -keyout " +
            *this / (name + ".key") + " -out " + *this / (name + ".pem") + " " + how);
    }
    void signed_by_authority(const std::string& name, const std::string& of,
                             const std::string& days) {
        make(name, "/CN=test", "");  // a request, in place of the certificate
        const std::string extension = "subjectAltName=" + of + "\n";
        write_file(*this / (name + ".ext"), std::as_bytes(std::span(extension)));
        run("openssl x509 -req -in " + *this / (name + ".pem") + " -CA " + *this / "authority.pem" +
            " -CAkey " + *this / "authority.key" + " -CAcreateserial -extfile " +
            *this / (name + ".ext") + " " + days + " -out " + *this / (name + ".signed"));
        run("mv " + *this / (name + ".signed") + " " + *this / (name + ".pem"));
    }

    scratch_directory directory_;
};

server_process::command serving(const certificates& all, const std::string& name) {
    const auto arguments = [=, &all](const server_process& s) {
        return std::vector<std::string>{"s_server",
                                        "-www",
                                        "-quiet",
                                        "-accept",
                                        s.authority(),
                                        "-cert",
                                        all / (name + ".pem"),
                                        "-key",
                                        all / (name + ".key")};
    };
    return {"openssl", arguments, "/", true};
}

storage::reply<http::response> ask(const server_process& server, http::transport_options with) {
    with.url = "https://" + server.authority();
    with.auth = http::bearer{http::secret("canary")};
    const auto line = http::transport::open(std::move(with));
    REQUIRE(line);
    return (*line)->send({.target = "/"}, in(10s));
}

}  // namespace

TEST_CASE("a certificate of a known authority for the host is believed", "[http]") {
    const certificates all;
    const server_process server(serving(all, "good"));
    const auto got = ask(server, {.ca_file = all / "authority.pem"});
    if (!got) FAIL(got.error().message);
    CHECK(got->status == 200);
}

TEST_CASE("no other certificate is, and an operator must act", "[http]") {
    const certificates all;
    for (const char* name : {"good", "alone", "elsewhere", "expired"}) {
        CAPTURE(name);
        const server_process server(serving(all, name));
        // The good one's authority is not one of the system's.
        const bool good = name == std::string_view("good");
        const auto got = ask(server, {.ca_file = good ? "" : all / "authority.pem"});
        REQUIRE_FALSE(got);
        CHECK(got.error().what == verdict::hold);
        CHECK(ask(server, {.verify = false}));
    }
}

TEST_CASE("without a file of authorities the system's are believed", "[http]") {
    const certificates all;
    const server_process server(serving(all, "good"));
    const char* const of_the_system = curl_version_info(CURLVERSION_NOW)->cainfo;
    REQUIRE(of_the_system != nullptr);
    // To a child with mounts of its own the system's authorities are those of this test.
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string ours = all / "authority.pem";
        const bool mounted =
            (::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
            ::mount(ours.c_str(), of_the_system, nullptr, MS_BIND, nullptr) == 0;
        if (!mounted) ::_exit(2);
        const auto line = http::transport::open({.url = "https://" + server.authority()});
        ::_exit(line && (*line)->send({.target = "/"}, in(10s)) ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    INFO("2: this user may make no mounts of a process's own, which this test needs");
    CHECK(WEXITSTATUS(status) == 0);
    CHECK_FALSE(ask(server, {}));
}

TEST_CASE("authorities that cannot be read are no authorities", "[http]") {
    const certificates all;
    const server_process server(serving(all, "good"));
    const auto got = ask(server, {.ca_file = all / "no such file"});
    REQUIRE_FALSE(got);
    CHECK(got.error().what == verdict::hold);
}
