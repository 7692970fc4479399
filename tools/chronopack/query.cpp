#include "command.hpp"
#include "sample_text.hpp"
#include "selected.hpp"

namespace chronopack::tool {

namespace {

struct request {
    archive_request archive;
    std::vector<std::string> selectors;
    std::string from, to;
    text_request text;
};

int query(const request& asked) {
    const store_part wanted{selectors_of(asked.selectors), {asked.from, asked.to}};
    const destination to = asked.text.output.checked(content::text, {asked.archive.file});
    const archive_file archive(asked.archive, wanted);
    print_samples(archive, selected(archive, wanted.selectors), wanted.bounds, asked.text, to);
    return 0;
}

}  // namespace

void add_query(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    CLI::App* const command = add_command(
        app, "query",
        "Prints the samples of chosen series and times as CSV or JSON lines. Reads only the\n"
        "blocks that hold them.",
        "  chronopack query load.cpk load --from 2024-01-01 --to 2024-01-01T12:00:00Z\n"
        "  chronopack query load.cpk '{__name__=~\"l.*|requests\"}' --to-format jsonl");
    add_archive_options(*command, asked->archive);
    command->add_option("SELECTOR", asked->selectors,
                        "a name, labels in braces, or both: cpu, cpu{host=\"a\"},\n"
                        "{host=~\"web.*\"}; default: all series");
    command
        ->add_option("--from", asked->from,
                     "the first time: a date, or a count of the series' unit")
        ->type_name("TIME");
    command->add_option("--to", asked->to, "the last time, included")->type_name("TIME");
    add_text_options(*command, asked->text);
    command->callback([asked, &todo] {
        todo = [asked] {
            return query(*asked);
        };
    });
}

}  // namespace chronopack::tool
