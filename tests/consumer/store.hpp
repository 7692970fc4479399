// A store of the user's own, in a file that may have flags of its own.
#pragma once

#include <adapters/storage/backend.hpp>

#include <memory>

std::unique_ptr<chronopack::storage::storage_backend> make_store();
