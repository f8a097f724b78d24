package dev.querent.app.command;

import dev.querent.app.prometheus.MetricsEndpoint;
import dev.querent.app.prometheus.RunMetrics;
import dev.querent.app.study.StudyExecution;
import dev.querent.app.study.StudyFolder;
import dev.querent.app.study.StudyReport;
import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.Study;
import dev.querent.experiment.StudyLoader;
import dev.querent.pipeline.LateExit;
import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code querent study FILE}: runs all variants of a study with all seeds; the same command again carries it on. */
@Command(
        name = "study",
        description =
                "Runs the variants of a study with its seeds, each step once where several runs need the same. The same"
                        + " command again does what is missing: after a kill, or of variants and seeds that were added.",
        mixinStandardHelpOptions = true,
        subcommands = StudyStatusCommand.class)
public final class StudyCommand implements Callable<Integer> {

    private static final int MOST_PARALLEL = 64;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "The study file.")
    private @Nullable Path file;

    @Option(names = "--parallel", paramLabel = "N", description = "Runs at a time, instead of what the file says.")
    private @Nullable Integer parallel;

    @Option(names = "--json", description = "Write one JSON object at the end, and progress to standard error.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    @Override
    public Integer call() {
        if (file == null) {
            throw new UsageException("expected a study file: querent study FILE, or querent study status FILE");
        }
        PrintWriter err = spec.commandLine().getErr();
        try (PluginRegistry registry = plugins.open(err)) {
            StudyLoader loader = new StudyLoader(registry);
            Study loaded = loader.load(file);
            Study study = parallel == null ? loaded : loaded.withParallel(atOnce(parallel));
            List<Study.Run> planned = loader.runs(study);
            refuseMissingFiles(planned);
            StudyFolder folder = new StudyFolder(runs.folder(), study);
            PrintWriter progress = json ? err : spec.commandLine().getOut();
            StudyExecution execution = new StudyExecution(folder, runs.data(), options(), progress);
            List<RunDirectory> directories = planned.stream()
                    .map(run -> folder.run(run.variant(), run.seed()))
                    .toList();
            try (MetricsEndpoint endpoint = prometheus.open(new RunMetrics(directories), err);
                    LateExit exit = new LateExit(execution::stop)) {
                StudyExecution.Outcome outcome = execution.carryOut(planned);
                tell(outcome, StudyReport.write(folder, planned));
                return outcome.stopped() || !outcome.failures().isEmpty() ? ExitCode.SOFTWARE : ExitCode.OK;
            }
        }
    }

    private static int atOnce(int given) {
        if (given < 1 || given > MOST_PARALLEL) {
            throw new UsageException("--parallel: expected a number from 1 to " + MOST_PARALLEL + ", found " + given);
        }
        return given;
    }

    private List<String> options() {
        return List.of(
                "--runs",
                runs.folder().toString(),
                "--data",
                runs.data().root().toString(),
                "--plugins",
                plugins.folder().toString());
    }

    private static void refuseMissingFiles(List<Study.Run> planned) {
        List<String> missing = planned.stream()
                .flatMap(run -> run.experiment().missingFiles().stream())
                .distinct()
                .toList();
        if (!missing.isEmpty()) {
            throw new UsageException(String.join(System.lineSeparator(), missing));
        }
    }

    private void tell(StudyExecution.Outcome outcome, StudyReport.Written report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode node = JsonMapper.shared().createObjectNode();
            node.put("computed", outcome.computed());
            node.put("taken-over", outcome.takenOver());
            node.put("there", outcome.there());
            node.put("seconds-saved", outcome.savedSeconds());
            node.put("stopped", outcome.stopped());
            outcome.failures().forEach(node.putArray("failures")::add);
            report.unknown().forEach(node.putArray("unknown-metrics")::add);
            node.put("report", report.page().toString());
            out.println(node);
        } else {
            out.println("computed " + outcome.computed() + " steps, took " + outcome.takenOver()
                    + " over from other runs (saved "
                    + String.format(Locale.ROOT, "%.0f", outcome.savedSeconds()) + " s), " + outcome.there()
                    + " were there already");
            outcome.failures().forEach(out::println);
            if (outcome.stopped()) {
                out.println("stopped. Continue with the same command: querent study " + file);
            }
            report.unknown().forEach(out::println);
            out.println("report: " + report.page());
        }
        out.flush();
    }
}
