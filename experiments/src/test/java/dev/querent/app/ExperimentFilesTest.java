package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The experiment files of this module and those of the how-to are without mistakes. */
class ExperimentFilesTest {

    private static final Path HOW_TO = Path.of("..", "docs", "howto", "write-an-experiment.md");
    private static final String COMMAND = "    ./querent validate experiments/";
    private static final Pattern ARGUMENT = Pattern.compile("'([^']*)'|(\\S+)");

    @TempDir
    Path folder;

    static List<Path> files() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of(""))) {
            List<Path> files = new ArrayList<>();
            for (Path candidate : folders.filter(Files::isDirectory)
                    .filter(path -> !List.of("src", "target", "cluster", "benchmarks", "studies")
                            .contains(path.toString()))
                    .toList()) {
                try (Stream<Path> inside = Files.walk(candidate)) {
                    inside.filter(path -> path.toString().endsWith(".yaml")).forEach(files::add);
                }
            }
            return files;
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileIsWithoutMistakes(Path file) {
        assertThat(mistakes(file.toString())).isEmpty();
    }

    static List<Path> studies() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("studies"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("studies")
    void everyStudyIsWithoutMistakes(Path file) {
        CommandLineRun command = new CommandLineRun();
        assertThat(command.run("study", "status", file, "--runs", folder))
                .as(command.err())
                .isZero();
        assertThat(command.out()).contains("base").contains("waiting");
    }

    @Test
    void theLinearBridgeHasNoFirstStage() {
        assertThat(mistakes("shapes/demo.yaml", "--set", "bridge.plugin=linear"))
                .containsPattern("shapes/demo.yaml:\\d+: steps.representation: .* q-former");
    }

    @Test
    void theExampleOfTheHowToIsWithoutMistakes() throws IOException {
        String example = Files.readAllLines(HOW_TO).stream()
                .dropWhile(line -> !line.startsWith("    "))
                .takeWhile(line -> line.startsWith("    "))
                .map(line -> line.substring(4))
                .collect(Collectors.joining("\n"));
        Files.writeString(folder.resolve("base.yaml"), "# nothing");
        Path file = Files.writeString(folder.resolve("example.yaml"), example);

        assertThat(example).contains("extends: base.yaml");
        assertThat(mistakes(file.toString())).isEmpty();
    }

    @Test
    void theCommandsOfTheHowToFindNoMistakes() throws IOException {
        List<String> commands = Files.readAllLines(HOW_TO).stream()
                .filter(line -> line.startsWith(COMMAND))
                .map(line -> line.substring(COMMAND.length()))
                .toList();

        assertThat(commands)
                .isNotEmpty()
                .allSatisfy(command -> assertThat(mistakes(arguments(command))).isEmpty());
    }

    /** Splits as a shell does, as far as the how-to needs it. */
    private static String[] arguments(String command) {
        List<String> arguments = new ArrayList<>();
        Matcher matcher = ARGUMENT.matcher(command);
        while (matcher.find()) {
            arguments.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return arguments.toArray(String[]::new);
    }

    /** What {@code validate} writes to standard error, but for notes on checkpoints that aren't there. */
    private static String mistakes(String... arguments) {
        StringWriter err = new StringWriter();
        String[] all =
                Stream.concat(Stream.of("validate"), Stream.of(arguments)).toArray(String[]::new);
        int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), all);
        String mistakes = err.toString()
                .lines()
                .filter(line -> !line.startsWith("note: "))
                .collect(Collectors.joining("\n"));
        assertThat(code).isEqualTo(mistakes.isEmpty() ? 0 : 2);
        return mistakes;
    }
}
