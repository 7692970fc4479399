#include "command.hpp"
#include "sample_text.hpp"

#include <numeric>

namespace chronopack::tool {

namespace {

struct request {
    archive_request archive;
    text_request text;
};

int decompress(const request& asked) {
    const destination to = asked.text.output.checked(content::text, {asked.archive.file});
    const archive_file archive(asked.archive);
    std::vector<std::size_t> all(archive.series().size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    print_samples(archive, all, {}, asked.text, to);
    return 0;
}

}  // namespace

void add_decompress(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    CLI::App* const command =
        add_command(app, "decompress",
                    "Writes an archive as CSV or JSON lines, every value exact to its last bit.",
                    "  chronopack decompress load.cpk -o load-again.csv\n"
                    "  chronopack decompress - --to-format jsonl <load.cpk");
    add_archive_options(*command, asked->archive);
    add_text_options(*command, asked->text);
    command->callback([asked, &todo] {
        todo = [asked] {
            return decompress(*asked);
        };
    });
}

}  // namespace chronopack::tool
