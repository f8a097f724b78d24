package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.testing.Golden;
import dev.querent.testing.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Partitions of a run that a manager and three workers share through PostgreSQL, with all of them killed in turn. */
class WorkersIT {

    @TempDir
    private static Path folder;

    private static Postgres postgres;
    private static List<String> expected;

    @BeforeAll
    static void oneProcessAlone() throws IOException {
        postgres = Postgres.start();
        SharedRun alone = new SharedRun(folder, "alone", postgres);
        CommandLineRun run = new CommandLineRun();
        assertThat(run.run(alone.alone().toArray())).as(run.err()).isZero();
        expected = Files.readAllLines(alone.hashes());
        assertThat(expected).hasSize(397);
        assertThat(expected.stream().map(line -> line.split(" ")[0])).doesNotHaveDuplicates();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void killedAndFrozenProcessesAndARestartedDatabaseLoseAndDoubleNothing() throws Exception {
        SharedRun run = new SharedRun(folder, "killed", postgres, "steps.hashes.pause=80");
        List<RunProcess> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(run.startWorker()); // before there is a run
            }
            processes.add(run.startManager());
            await(run, processes.get(3), 8);
            processes.remove(0).kill();
            processes.add(0, run.startWorker());
            await(run, processes.get(3), 20);
            processes.get(2).freeze(true); // until another has taken its partition
            postgres.restart(1000);
            await(run, processes.get(3), 30);
            processes.remove(3).kill();
            processes.add(run.startManager());
            await(run, processes.get(3), 45);
            processes.get(2).freeze(false);
            processes.remove(1).kill();
            processes.get(1).terminate();
            assertThat(processes.get(1).end()).isEqualTo(143);
            assertThat(processes.get(1).output()).contains("left " + run.run());
            assertThat(processes.get(2).end()).as(processes.get(2).output()).isZero();
            assertThat(processes.get(0).end()).as(processes.get(0).output()).isZero();
            assertThat(processes.get(0).output()).contains(run.run() + " has ended");
        } finally {
            processes.forEach(RunProcess::close);
        }
        assertThat(Files.readAllLines(run.hashes())).isEqualTo(expected);
        assertThat(run.partitionsByProcess()).as("processes that worked").hasSizeGreaterThan(2);
        assertThat(run.run().resolve("steps/hashes/parts")).doesNotExist();
        assertHoldsNoPassword(run.run());
        assertThat(partitionsInLogs(run.run()))
                .as("workers that logged what they did")
                .hasSizeGreaterThan(1);
    }

    /** The partitions that each worker says it has done, by its name. */
    private static Map<String, Long> partitionsInLogs(Path run) throws IOException {
        Map<String, Long> partitions = new TreeMap<>();
        try (Stream<Path> files = Files.list(run)) {
            List<Path> logs = files.filter(file -> file.getFileName().toString().startsWith("log.worker-"))
                    .toList();
            for (Path log : logs) {
                for (JsonNode record : records(log)) {
                    assertThat(record.path("run").asString()).isEqualTo("killed");
                    if (record.path("message").asString().matches("partition hashes:\\d{5} is done")) {
                        assertThat(record.path("step").asString()).isEqualTo("hashes");
                        partitions.merge(record.path("worker").asString(), 1L, Long::sum);
                    }
                }
            }
        }
        return partitions;
    }

    private static List<JsonNode> records(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    @Test
    void aStoppedRunGoesOnWithoutWorkers() throws Exception {
        SharedRun run = new SharedRun(folder, "stopped", postgres, "steps.hashes.pause=20");
        try (RunProcess manager = run.startManager();
                RunProcess worker = run.startWorker()) {
            await(run, manager, 10);
            assertThat(new CommandLineRun().run("stop", run.run())).isZero();
            assertThat(manager.end()).as(manager.output()).isEqualTo(1);
            assertThat(manager.output()).contains("Continue with: querent resume");
            assertThat(worker.end()).as(worker.output()).isZero();
        }
        CommandLineRun again = new CommandLineRun();
        assertThat(again.run(run.manager().toArray())).as(again.err()).isZero();
        assertThat(Files.readAllLines(run.hashes())).isEqualTo(expected);
    }

    @Test
    void aPartitionThatFailsIsGivenUpWithItsSentence() throws IOException {
        SharedRun run = new SharedRun(folder, "failing", postgres, "steps.hashes.failing=3");
        CommandLineRun manager = new CommandLineRun();
        assertThat(manager.run(run.manager().toArray())).isEqualTo(1);
        assertThat(manager.err())
                .contains("partition hashes:00003 was given up after 3 attempts: picture 3 is upside down")
                .doesNotContain("\tat ");
        assertThat(records(run.run().resolve("log.jsonl")).stream()
                        .filter(record -> record.path("message").asString().equals("partition hashes:00003 failed")))
                .hasSize(3)
                .allSatisfy(record -> {
                    assertThat(record.path("step").asString()).isEqualTo("hashes");
                    assertThat(record.path("error").path("stack_trace").asString())
                            .contains("picture 3 is upside down", "\tat ");
                });
    }

    @Test
    void aRepositoryThatCannotBeUsedIsASentenceWithoutThePassword() throws IOException {
        SharedRun run = new SharedRun(folder, "wrong", postgres);
        CommandLineRun manager = new CommandLineRun();
        List<Object> arguments = new ArrayList<>(run.alone());
        arguments.addAll(List.of("--repository", postgres.url() + "?user=querent&password=not-it"));
        assertThat(manager.run(arguments.toArray())).isEqualTo(1);
        assertThat(manager.err())
                .contains("cannot use the job repository " + postgres.url() + ": ")
                .doesNotContain("not-it");
        assertThat(Files.readString(run.run().resolve("log.jsonl")))
                .contains("cannot use the job repository")
                .doesNotContain("not-it");
        assertThat(new CommandLineRun().run("work", run.run(), "--repository", "jdbc:h2:mem:x"))
                .isEqualTo(2);
    }

    @Test
    void capFiltThroughTheDatabaseIsThatOfOneProcess() throws Exception {
        Path file = folder.resolve("capfilt.yaml");
        Files.writeString(file, """
                threads: 1
                data: {plugin: shapes, image-size: 16, train-samples: 25, validation-samples: 2, test-samples: 2}
                captioner: {plugin: blip, checkpoint: %s}
                scorer: {plugin: clip, checkpoint: %s}
                steps:
                  capfilt: {plugin: capfilt, batch-size: 3, partition-size: 6, min-new-tokens: 1, max-new-tokens: 5}
                  again: {plugin: capfilt, batch-size: 3, partition-size: 6, min-new-tokens: 1, max-new-tokens: 5}
                """.formatted(
                        Golden.folder(WorkersIT.class, "/dev/querent/vision/blip-three"),
                        Golden.folder(WorkersIT.class, "/dev/querent/vision/clip-quick-gelu")));
        List<Object> alone = List.of("run", file, "--runs", folder, "--data", folder, "--set", "name=capfilt-alone");
        assertThat(new CommandLineRun().run(alone.toArray())).isZero();
        CommandLineRun shared = new CommandLineRun();
        String login = "?user=" + Postgres.USER + "&password=" + postgres.password();
        assertThat(shared.run(
                        "run",
                        file,
                        "--runs",
                        folder,
                        "--data",
                        folder,
                        "--set",
                        "name=capfilt-shared",
                        "--repository",
                        postgres.url() + login))
                .as(shared.err())
                .isZero();
        for (String step : List.of("capfilt", "again")) {
            Path captions = Path.of("steps", step, "output", "captions.jsonl");
            assertThat(Files.readAllLines(folder.resolve("capfilt-shared").resolve(captions)))
                    .hasSize(25)
                    .isEqualTo(
                            Files.readAllLines(folder.resolve("capfilt-alone").resolve(captions)));
        }
    }

    @Test
    void retrievalIsThatOfOneProcessWhoeverDiesOnEitherSideOfItsBarrier() throws Exception {
        Path file = Files.writeString(folder.resolve("retrieval.yaml"), """
                seed: 1
                threads: 1
                data: {plugin: shapes, image-size: 16, train-samples: 2, validation-samples: 2, test-samples: 60}
                vision: {plugin: clip-vit, image-size: 16, patch-size: 8, width: 16, layers: 2, heads: 2, mlp: 32}
                bridge: {plugin: q-former, queries: 2, width: 16, layers: 2, heads: 2, mlp: 32, shared-width: 8}
                steps:
                  retrieval:
                    plugin: retrieval-evaluation
                    different-captions: false
                    rerank: 5
                    folds: 3
                    batch-size: 2
                    partition-size: 1
                """);
        List<Object> common = List.of(file, "--runs", folder, "--data", folder);
        CommandLineRun alone = new CommandLineRun();
        assertThat(alone.run(arguments("run", common, "--set", "name=retrieval-alone")))
                .as(alone.err())
                .isZero();
        String login = postgres.url() + "?user=" + Postgres.USER + "&password=" + postgres.password();
        List<String> run = texts(arguments("run", common, "--set", "name=retrieval-shared", "--repository", login));
        List<String> work = texts(arguments("work", common, "--set", "name=retrieval-shared", "--repository", login));
        Path parts = folder.resolve("retrieval-shared/steps/retrieval/parts");
        List<RunProcess> processes = new ArrayList<>();
        try {
            processes.add(new RunProcess(folder, work));
            processes.add(new RunProcess(folder, work));
            processes.add(new RunProcess(folder, run));
            processes.get(2).await("20 partitions", () -> Files.exists(parts) && count(parts) >= 20);
            processes.remove(0).kill();
            processes.get(1).await("75 partitions", () -> count(parts) >= 75); // the barrier is behind 60
            processes.remove(1).kill();
            assertThat(folder.resolve("retrieval-shared/steps/retrieval/results.json"))
                    .doesNotExist();
            processes.add(new RunProcess(folder, run));
            assertThat(processes.get(1).end()).as(processes.get(1).output()).isZero();
            assertThat(processes.get(0).end()).as(processes.get(0).output()).isZero();
        } finally {
            processes.forEach(RunProcess::close);
        }
        for (String name : List.of("results.json", "rankings.json", "predictions.jsonl")) {
            Path result = Path.of("steps", "retrieval", name);
            assertThat(folder.resolve("retrieval-shared").resolve(result))
                    .hasSameBinaryContentAs(folder.resolve("retrieval-alone").resolve(result));
        }
        assertThat(parts).doesNotExist();
    }

    private static Object[] arguments(String command, List<Object> common, Object... more) {
        return Stream.of(Stream.of(command), common.stream(), Stream.of(more))
                .flatMap(part -> part)
                .toArray();
    }

    private static List<String> texts(Object... arguments) {
        return Stream.of(arguments).map(Object::toString).toList();
    }

    private static int count(Path parts) {
        try (Stream<Path> files = Files.list(parts)) {
            return (int) files.filter(file -> !file.toString().endsWith(".tmp")).count();
        } catch (IOException | UncheckedIOException e) {
            return 0; // deleted while we looked
        }
    }

    private static void await(SharedRun run, RunProcess manager, int partitions) throws InterruptedException {
        manager.await(partitions + " partitions", () -> run.partitionsDone() >= partitions);
        assertThat(run.hashes()).as("still at work").doesNotExist();
    }

    private static void assertHoldsNoPassword(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(postgres.password());
            }
        }
    }
}
