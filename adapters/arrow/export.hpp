// Gives columns to an Arrow library: as a schema, as an array, or as a stream of arrays.
//
//   ArrowArrayStream out;
//   arrow::export_stream(shape, [&]() -> arrow::next_rows { ... }, &out);
//   // The importer calls get_next() until it has no rows, and release() at the end.
//
// What is exported owns itself: the importer calls its release(), in any thread, once. Children may
// be moved out and released on their own.
#pragma once

#include <adapters/arrow/c_data.hpp>
#include <adapters/arrow/column.hpp>

#include <cerrno>
#include <exception>
#include <functional>
#include <new>
#include <string>

namespace chronopack::arrow {

namespace detail {

// What private_data of a schema or an array points to, and what its members point into.
template <class Struct>
struct exported {
    std::string format, name;
    std::vector<const void*> buffers;
    std::shared_ptr<const void> owner;
    std::vector<std::unique_ptr<Struct>> children;
    std::vector<Struct*> child_pointers;
    std::unique_ptr<Struct> dictionary;

    exported() = default;
    exported(const exported&) = delete;
    exported& operator=(const exported&) = delete;
    ~exported() {
        for (const auto& child : children) let_go(child.get());
        let_go(dictionary.get());
    }

    static void let_go(Struct* one) {
        if (one != nullptr && one->release != nullptr) one->release(one);
    }
    static void release(Struct* self) {
        delete static_cast<exported*>(self->private_data);
        self->private_data = nullptr;
        self->release = nullptr;
    }
};

inline void fill(const column& of, ArrowSchema& to, exported<ArrowSchema>& kept) {
    kept.format = of.format;
    kept.name = of.name;
    to.format = kept.format.c_str();
    to.name = kept.name.c_str();
    to.flags = of.nullable ? ARROW_FLAG_NULLABLE : 0;
}

inline void fill(const column& of, ArrowArray& to, exported<ArrowArray>& kept) {
    kept.buffers = of.buffers;
    kept.owner = of.owner;
    to.length = of.length;
    to.null_count = of.nulls;
    to.n_buffers = static_cast<std::int64_t>(kept.buffers.size());
    to.buffers = kept.buffers.data();
}

template <class Struct>
void export_column(const column& of, Struct* out) {
    auto kept = std::make_unique<exported<Struct>>();
    Struct made{};
    fill(of, made, *kept);
    for (const column& child : of.children) {
        auto one = std::make_unique<Struct>(Struct{});
        export_column(child, one.get());
        kept->child_pointers.push_back(one.get());
        kept->children.push_back(std::move(one));
    }
    if (of.texts) {
        kept->dictionary = std::make_unique<Struct>(Struct{});
        export_column(*of.texts, kept->dictionary.get());
    }
    made.n_children = static_cast<std::int64_t>(kept->children.size());
    made.children = kept->children.empty() ? nullptr : kept->child_pointers.data();
    made.dictionary = kept->dictionary.get();
    made.release = &exported<Struct>::release;
    made.private_data = kept.release();
    *out = made;
}

}  // namespace detail

/// Exports the type of a column. `out` must not hold anything.
inline void export_schema(const column& of, ArrowSchema* out) {
    detail::export_column(of, out);
}

/// Exports a column, and shares the ownership of its buffers. `out` must not hold anything.
inline void export_array(const column& of, ArrowArray* out) {
    detail::export_column(of, out);
}

/// The next rows of a stream, no rows at its end, or why there are none.
struct next_rows {
    std::optional<column> rows = {};
    std::string error = {};
};

namespace detail {

struct exported_stream {
    column shape;
    std::function<next_rows()> next;
    std::string error;

    template <class Work>
    static int guarded(ArrowArrayStream* self, Work work) {
        auto& kept = *static_cast<exported_stream*>(self->private_data);
        try {
            kept.error.clear();
            return work(kept);
        } catch (const std::bad_alloc&) {
            return ENOMEM;
        } catch (const std::exception& e) {
            kept.error = e.what();
            return EIO;
        }
    }
    static int get_schema(ArrowArrayStream* self, ArrowSchema* out) {
        return guarded(self, [&](exported_stream& kept) {
            export_schema(kept.shape, out);
            return 0;
        });
    }
    static int get_next(ArrowArrayStream* self, ArrowArray* out) {
        return guarded(self, [&](exported_stream& kept) {
            next_rows more = kept.next();
            kept.error = std::move(more.error);
            if (!kept.error.empty()) return EIO;
            *out = ArrowArray{};  // released: the end
            if (more.rows) export_array(*more.rows, out);
            return 0;
        });
    }
    static const char* get_last_error(ArrowArrayStream* self) {
        const auto& kept = *static_cast<exported_stream*>(self->private_data);
        return kept.error.empty() ? nullptr : kept.error.c_str();
    }
    static void release(ArrowArrayStream* self) {
        delete static_cast<exported_stream*>(self->private_data);
        self->private_data = nullptr;
        self->release = nullptr;
    }
};

}  // namespace detail

/// Exports rows that come one after the other, all of the type of `shape`, a record. `next` is
/// called in the importer's thread, and must own what it uses. `out` must not hold anything.
inline void export_stream(column shape, std::function<next_rows()> next, ArrowArrayStream* out) {
    auto kept = std::make_unique<detail::exported_stream>();
    kept->shape = std::move(shape);
    kept->next = std::move(next);
    *out = {&detail::exported_stream::get_schema, &detail::exported_stream::get_next,
            &detail::exported_stream::get_last_error, &detail::exported_stream::release,
            kept.release()};
}

}  // namespace chronopack::arrow
