package dev.querent.app.command;

import dev.querent.experiment.RunDirectory;
import dev.querent.report.ComparisonReport;
import dev.querent.report.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent report RUN...}: a run's report of what it has found so far, or several runs side by side. */
@Command(
        name = "report",
        description = "Writes a run's report anew, or a page that sets several runs side by side.",
        mixinStandardHelpOptions = true)
public final class ReportCommand implements Runnable {

    /** Columns that a page has room for. */
    private static final int MOST_RUNS = 12;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "The runs' folders or names.")
    private List<Path> given = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description = "Folder of the comparison of several runs; made if need be.")
    private Optional<Path> to = Optional.empty();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public void run() {
        List<Path> folders =
                given.stream().map(runs::existing).map(RunDirectory::root).toList();
        Path written = folders.size() == 1 ? one(folders.get(0)) : several(folders);
        spec.commandLine().getOut().println("report: " + written);
    }

    private Path one(Path folder) {
        if (to.isPresent()) {
            throw new UsageException("--to: one run's report lies in its own folder, " + folder.resolve("report")
                    + "; leave --to out, or name more runs to compare");
        }
        return RunReport.write(folder);
    }

    private Path several(List<Path> folders) {
        Path folder = to.orElseThrow(() -> new UsageException(
                folders.size() + " runs are compared on a page of their own: name its folder with --to DIR"));
        if (folders.size() > MOST_RUNS) {
            throw new UsageException("a page compares at most " + MOST_RUNS + " runs, found " + folders.size());
        }
        List<Path> places = folders.stream().map(ReportCommand::real).toList();
        for (int i = 0; i < places.size(); i++) {
            if (places.indexOf(places.get(i)) < i) {
                throw new UsageException("the run " + folders.get(i) + " is named twice");
            }
        }
        if (!isFree(folder)) {
            throw new UsageException(
                    "--to: " + folder + " is there already and holds no comparison; name a new folder");
        }
        ComparisonReport.write(folders, folder);
        return ComparisonReport.markdown(folder);
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
    }

    /** Whether it is new, empty, or an earlier comparison. */
    private static boolean isFree(Path folder) {
        if (!Files.isDirectory(folder)) {
            return !Files.exists(folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty() || Files.isRegularFile(ComparisonReport.markdown(folder));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
