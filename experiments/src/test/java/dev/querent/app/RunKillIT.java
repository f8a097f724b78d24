package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A run that is killed, stopped or damaged and started again by the same command ends with the same bits as an unbroken one.
 * Each run is a process of its own. The moments of the kills come from a seed that is printed; {@code -Dquerent.seed=...}
 * repeats them.
 */
class RunKillIT {

    private static final int KILLS = 10;
    private static final String REPRESENTATION = "steps/representation";

    @TempDir
    private static Path folder;

    private static Path unbroken;
    private static Map<String, String> weights;
    private static long workMillis;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void anUnbrokenRun() throws InterruptedException {
        unbroken = folder.resolve("unbroken/tiny");
        try (RunProcess process = start(unbroken)) {
            process.awaitWork(unbroken);
            long begun = System.nanoTime();
            assertThat(process.end()).as(process::output).isZero();
            workMillis = (System.nanoTime() - begun) / 1_000_000;
        }
        weights = Outputs.hashes(unbroken);
        assertThat(weights.keySet())
                .contains(REPRESENTATION + "/output/bridge.safetensors", "steps/generative/output/bridge.safetensors")
                .contains("steps/captioning/predictions.jsonl", "steps/questions/predictions.jsonl");
    }

    @Test
    void killedAtTenRandomMomentsItEndsWithTheSameBits() throws InterruptedException {
        long seed = Long.getLong("querent.seed", System.nanoTime());
        System.out.println("kill test: repeat with -Dquerent.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int attempt = 0;
        Path run = folder.resolve("killed-0/tiny");
        for (int kills = 0; kills < KILLS; ) {
            try (RunProcess process = start(run)) {
                process.awaitWork(run);
                Thread.sleep(random.nextLong(Math.max(1, workMillis / 3)));
                if (random.nextBoolean()) {
                    process.awaitHalfWrittenFile(run);
                }
                if (process.isAlive()) {
                    process.kill();
                    kills++;
                } else {
                    assertThat(process.end()).as(process::output).isZero();
                    assertThat(Outputs.hashes(run)).isEqualTo(weights);
                    run = folder.resolve("killed-" + ++attempt + "/tiny"); // done before the last kill: once more
                }
            }
        }
        assertThat(call("status", run)).isZero();
        assertThat(out.toString()).contains("interrupted").contains("continue with: querent resume " + run);
        assertContinuesToTheSameBits(run);
    }

    @Test
    void stoppedBySignalItSaysHowToContinueAndDoes() throws InterruptedException, SQLException {
        Path run = folder.resolve("terminated/tiny");
        try (RunProcess process = start(run)) {
            awaitTraining(process, run);
            long begun = System.nanoTime();
            process.terminate();
            process.end();
            assertThat((System.nanoTime() - begun) / 1e9).as("seconds to stop").isLessThan(20);
            assertThat(process.output()).contains("stopped at a checkpoint. Continue with: querent resume " + run);
        }
        assertThat(call("status", run, "--json")).isZero();
        assertThat(out.toString()).contains("\"state\":\"stopped\"").contains("\"step\":\"representation\"");
        // a job repository that lost track, as a race of Spring Batch can leave it
        try (Connection repository = DriverManager.getConnection(
                        "jdbc:h2:file:" + run.resolve("repository").toAbsolutePath(), "sa", "");
                Statement statement = repository.createStatement()) {
            assertThat(statement.executeUpdate("update BATCH_JOB_EXECUTION set STATUS='UNKNOWN'"))
                    .isPositive();
            statement.executeUpdate("update BATCH_STEP_EXECUTION set STATUS='UNKNOWN' where STATUS='STOPPED'");
        }
        assertThat(assertContinuesToTheSameBits(run))
                .as("what was done is not done again")
                .doesNotContain("vision-pretraining", "language-pretraining", "representation 1/20")
                .contains("representation 20/20");
    }

    @Test
    void stoppedByCommandWhileASecondProcessIsRefused() throws InterruptedException {
        Path run = folder.resolve("stopped/tiny");
        try (RunProcess process = start(run)) {
            awaitTraining(process, run);
            assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments(run)))
                    .isEqualTo(1);
            assertThat(err.toString().lines())
                    .singleElement()
                    .asString()
                    .contains("another process is working on " + run);
            assertThat(call("status", run)).isZero();
            assertThat(out.toString()).contains("tiny: running, step representation");
            assertThat(call("stop", run)).isZero();
            assertThat(process.end()).as(process::output).isEqualTo(1);
            assertThat(process.output()).contains("Continue with: querent resume " + run);
        }
        assertContinuesToTheSameBits(run);
    }

    private enum Damage {
        FLIPPED_BIT,
        TRUNCATED,
        NO_STATE,
        EMPTY_STATE
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedCheckpointIsReportedAndTheOneBeforeUsed(Damage damage) throws InterruptedException, IOException {
        Path run = folder.resolve("damaged-" + damage + "/tiny");
        try (RunProcess process = start(run)) {
            process.await(
                    "two checkpoints",
                    () -> Files.exists(run.resolve(REPRESENTATION + "/checkpoints/step-00000010/state.json")));
            process.kill();
        }
        try (Stream<Path> checkpoints = Files.list(run.resolve(REPRESENTATION + "/checkpoints"))) {
            Path newest = checkpoints
                    .filter(path -> path.getFileName().toString().startsWith("step-"))
                    .max(Path::compareTo)
                    .orElseThrow();
            damage(newest, damage);
            String output = assertContinuesToTheSameBits(run);
            assertThat(output).contains(newest + " is damaged").contains("using the one before it");
        }
    }

    private static void damage(Path checkpoint, Damage damage) throws IOException {
        Path state = checkpoint.resolve("state.json");
        try (RandomAccessFile file =
                new RandomAccessFile(checkpoint.resolve("state.safetensors").toFile(), "rw")) {
            switch (damage) {
                case FLIPPED_BIT -> {
                    file.seek(file.length() - 1);
                    int last = file.read();
                    file.seek(file.length() - 1);
                    file.write(last ^ 1);
                }
                case TRUNCATED -> file.setLength(file.length() / 2);
                case NO_STATE -> Files.delete(state);
                case EMPTY_STATE -> Files.writeString(state, "");
            }
        }
    }

    @Test
    void aStepThatFailsIsOneSentence() throws InterruptedException, IOException {
        Path run = folder.resolve("failing/tiny");
        try (RunProcess process = start(run)) {
            process.await("the first output", () -> Files.exists(run.resolve("steps/vision-pretraining/done")));
            process.kill();
        }
        Path output = run.resolve("steps/vision-pretraining/output/vision.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "rw")) {
            file.setLength(100);
        }
        try (RunProcess process = start(run)) {
            assertThat(process.end()).isEqualTo(1);
            assertThat(process.output()).contains(output.toString()).doesNotContain("\tat ");
        }
        assertThat(call("status", run)).isZero();
        assertThat(out.toString()).contains("failed").contains(output.toString());
    }

    @Test
    void aFinishedRunIsLeftAlone() throws IOException {
        Map<String, FileTime> before = times(unbroken);
        assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments(unbroken)))
                .as(err::toString)
                .isZero();
        assertThat(out.toString()).contains("finished already").contains("report.md");
        assertThat(times(unbroken)).isEqualTo(before);
    }

    @Test
    void aReportThatAKillPreventedIsWritten() throws IOException, InterruptedException {
        Path page = unbroken.resolve("report/index.html");
        Files.delete(page);
        try (RunProcess process = start(unbroken)) {
            assertThat(process.end()).as(process::output).isZero();
        }
        assertThat(page).exists();
        assertThat(Outputs.hashes(unbroken)).isEqualTo(weights);
    }

    @Test
    void aChangedExperimentIsRefusedWithWhatChanged() {
        List<String> changed = new ArrayList<>(List.of(arguments(unbroken)));
        changed.addAll(List.of("--set", "seed=2"));
        assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), changed.toArray(String[]::new)))
                .isEqualTo(2);
        assertThat(err.toString()).contains("seed was 1, is 2").contains("--set name=");
    }

    private static void awaitTraining(RunProcess process, Path run) throws InterruptedException {
        process.await(
                "training", () -> Files.exists(run.resolve(REPRESENTATION + "/checkpoints/step-00000005/state.json")));
    }

    /** Runs the same command again, once. */
    private static String assertContinuesToTheSameBits(Path run) throws InterruptedException {
        try (RunProcess process = start(run)) {
            assertThat(process.end()).as(process::output).isZero();
            assertThat(Outputs.hashes(run)).isEqualTo(weights);
            assertThat(run.resolve("report/index.html")).exists();
            return process.output();
        }
    }

    private static RunProcess start(Path run) {
        return new RunProcess(folder, List.of(arguments(run)));
    }

    private static String[] arguments(Path run) {
        return new String[] {
            "run",
            "shapes/tiny.yaml",
            "--runs",
            String.valueOf(run.getParent()),
            "--data",
            folder.resolve("data").toString(),
            "--set",
            "threads=1"
        };
    }

    private int call(String command, Path run, String... more) {
        out.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of(command, run.toString()));
        arguments.addAll(List.of(more));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }

    private static Map<String, FileTime> times(Path run) throws IOException {
        try (Stream<Path> tree = Files.walk(run)) {
            Map<String, FileTime> times = new TreeMap<>();
            for (Path path : tree.filter(Files::isRegularFile).toList()) {
                times.put(path.toString(), Files.getLastModifiedTime(path));
            }
            return times;
        }
    }
}
