package dev.querent.app;

import dev.querent.app.command.DataCommand;
import dev.querent.app.command.DiffCommand;
import dev.querent.app.command.EmbedCommand;
import dev.querent.app.command.ErrorReport;
import dev.querent.app.command.EvaluateCommand;
import dev.querent.app.command.ExportCommand;
import dev.querent.app.command.GcCommand;
import dev.querent.app.command.GenerateCommand;
import dev.querent.app.command.InitCommand;
import dev.querent.app.command.MetricsCommand;
import dev.querent.app.command.PlanCommand;
import dev.querent.app.command.PluginsCommand;
import dev.querent.app.command.ReportCommand;
import dev.querent.app.command.ReproduceCommand;
import dev.querent.app.command.ResumeCommand;
import dev.querent.app.command.RunCommand;
import dev.querent.app.command.SchemaCommand;
import dev.querent.app.command.ScoreCommand;
import dev.querent.app.command.StatusCommand;
import dev.querent.app.command.StopCommand;
import dev.querent.app.command.StudyCommand;
import dev.querent.app.command.UiCommand;
import dev.querent.app.command.ValidateCommand;
import dev.querent.app.command.WorkCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * {@code querent}: reads the command line. Neither Spring nor libtorch is touched here, so that {@code --help} is quick; a
 * subcommand starts what it needs.
 */
@Command(
        name = "querent",
        description = "BLIP-2 as a research framework: trains, evaluates and generates by experiment files.",
        mixinStandardHelpOptions = true,
        version = "Querent 0.1.0",
        subcommands = {
            RunCommand.class,
            EvaluateCommand.class,
            ResumeCommand.class,
            WorkCommand.class,
            StopCommand.class,
            StatusCommand.class,
            ReportCommand.class,
            StudyCommand.class,
            UiCommand.class,
            DiffCommand.class,
            ReproduceCommand.class,
            GcCommand.class,
            InitCommand.class,
            PluginsCommand.class,
            SchemaCommand.class,
            ValidateCommand.class,
            PlanCommand.class,
            DataCommand.class,
            GenerateCommand.class,
            ScoreCommand.class,
            EmbedCommand.class,
            ExportCommand.class,
            MetricsCommand.class,
        },
        footer = "Exit codes: 0 done, 2 wrong usage or configuration, 1 anything else.")
public final class Main {

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean debug;

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /**
     * Runs a command.
     *
     * @return the exit code
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Main main = new Main();
        return new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(
                        (problem, command, parsed) -> ErrorReport.tell(problem, command.getErr(), main.debug))
                .execute(arguments);
    }
}
