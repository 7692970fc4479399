// The origin of a measurement: a resource (a process, a host) and a scope (a library in it).
//
//   resource  service.name="shop" service.namespace="eu" service.instance.id="7" host="a"
//   scope     name="http.server" version="2.1"
//
// Attributes are labels: text, sorted, each name once. Their names follow OpenTelemetry's semantic
// conventions.
#pragma once

#include <chronopack/series/labels.hpp>

#include <string>
#include <string_view>

namespace chronopack::model {

struct resource {
    labels attributes;

    [[nodiscard]] std::string_view service_name() const noexcept {
        return attributes["service.name"];
    }
    [[nodiscard]] std::string_view service_namespace() const noexcept {
        return attributes["service.namespace"];
    }
    [[nodiscard]] std::string_view service_instance() const noexcept {
        return attributes["service.instance.id"];
    }

    /// Returns the service as stores name it: "eu/shop", or "shop" without a namespace. It is empty
    /// where there is no service name.
    [[nodiscard]] std::string service() const {
        std::string name(service_name());
        if (name.empty() || service_namespace().empty()) return name;
        return std::string(service_namespace()) + '/' + name;
    }
};

struct scope {
    std::string name;  ///< empty: unknown
    std::string version;
    labels attributes;
};

}  // namespace chronopack::model
