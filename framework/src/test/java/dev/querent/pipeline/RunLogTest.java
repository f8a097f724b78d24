package dev.querent.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.experiment.RunDirectory;
import dev.querent.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunLogTest {

    @TempDir
    private Path folder;

    private RunDirectory run() throws IOException {
        return new RunDirectory(Files.createDirectories(folder.resolve("a 100%d (odd) name")));
    }

    @Test
    void everyRecordHasRunStepAndRankOnWhateverThread() throws Exception {
        RunDirectory run = run();
        List<String> shown = new ArrayList<>();
        Progress console = new Progress() {
            @Override
            public void update(long done, long total, Map<String, Double> values) {
                shown.add(done + "/" + total);
            }

            @Override
            public void say(String sentence) {
                shown.add(sentence);
            }
        };
        try (RunLog log = RunLog.ofRank(run, 0)) {
            log.say("before any step");
            Progress progress = log.recording(console);
            progress.begin("representation");
            progress.update(1, 3, Map.of("loss", 2.5));
            progress.update(2, 3, Map.of("loss", 2.25)); // within a minute
            progress.update(3, 3, Map.of("loss", Double.NaN));
            progress.say("two\nlines \"quoted\"");
            Thread other = new Thread(
                    () -> LoggerFactory.getLogger("a.library").warn("from another thread"), "checkpoint-writer");
            other.start();
            other.join();
            log.failed("the disk is full", new UncheckedIOException("cannot write x", new IOException("no space")));
        }
        LoggerFactory.getLogger("a.library").warn("after its end");
        List<JsonNode> records = records(run.root().resolve("log.jsonl"));
        assertThat(records).hasSize(7).allSatisfy(record -> {
            assertThat(record.path("run").asString()).isEqualTo(run.name());
            assertThat(record.path("rank").asInt(-1)).isZero();
            assertThat(record.has("step")).isTrue();
            assertThat(record.path("@timestamp").asString()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
            assertThat(record.path("process").path("pid").asLong())
                    .isEqualTo(ProcessHandle.current().pid());
        });
        assertThat(records.get(0).path("step").asString()).isEmpty();
        assertThat(records.subList(1, 7))
                .allSatisfy(record -> assertThat(record.path("step").asString()).isEqualTo("representation"));
        assertThat(records.get(2).path("done").asLong()).isEqualTo(1);
        assertThat(records.get(2).path("values").path("loss").asDouble()).isEqualTo(2.5);
        assertThat(records.get(3).path("values").path("loss").asString()).isEqualTo("NaN");
        assertThat(records.get(3).path("message").asString()).isEqualTo("representation 3/3");
        assertThat(records.get(4).path("message").asString()).isEqualTo("two\nlines \"quoted\"");
        assertThat(records.get(5).path("process").path("thread").path("name").asString())
                .isEqualTo("checkpoint-writer");
        JsonNode failure = records.get(6);
        assertThat(failure.path("log").path("level").asString()).isEqualTo("ERROR");
        assertThat(failure.path("message").asString()).isEqualTo("the disk is full");
        assertThat(failure.path("error").path("type").asString()).isEqualTo(UncheckedIOException.class.getName());
        assertThat(failure.path("error").path("stack_trace").asString())
                .contains("no space", "at " + RunLogTest.class.getName());
        assertThat(shown).containsExactly("1/3", "2/3", "3/3", "two\nlines \"quoted\"");
    }

    @Test
    void everyProcessHasAFileOfItsOwnAndALaterOneGoesOnWithIt() throws IOException {
        RunDirectory run = run();
        for (int attempt = 0; attempt < 2; attempt++) {
            try (RunLog log = RunLog.ofRank(run, 0)) {
                log.say("rank 0");
            }
            try (RunLog log = RunLog.ofRank(run, 1)) {
                log.say("rank 1");
            }
        }
        try (RunLog log = RunLog.ofWorker(run)) {
            log.say("worker");
        }
        String worker = PartitionWorker.name();
        assertThat(records(run.root().resolve("log.jsonl"))).hasSize(2);
        assertThat(records(run.root().resolve("log.rank-1.jsonl")))
                .hasSize(2)
                .allSatisfy(record -> assertThat(record.path("rank").asInt()).isEqualTo(1));
        assertThat(records(run.root().resolve("log.worker-" + worker + ".jsonl")))
                .singleElement()
                .satisfies(
                        record -> assertThat(record.path("worker").asString()).isEqualTo(worker));
    }

    @Test
    void afterTheFileWasMovedAwayItBeginsAnew() throws IOException {
        RunDirectory run = run();
        Path file = run.root().resolve("log.jsonl");
        try (RunLog log = RunLog.ofRank(run, 0)) {
            log.say("before");
            Files.move(file, folder.resolve("moved.jsonl"));
            log.say("after");
        }
        assertThat(records(file))
                .singleElement()
                .satisfies(
                        record -> assertThat(record.path("message").asString()).isEqualTo("after"));
    }

    @Test
    void aRecordThatAKillCutShortIsDropped() throws IOException {
        RunDirectory run = run();
        Path file = run.root().resolve("log.jsonl");
        Files.writeString(file, "{\"message\":\"whole\"}\n{\"message\":\"to");
        try (RunLog log = RunLog.ofRank(run, 0)) {
            log.say("after the kill");
        }
        assertThat(records(file).stream().map(record -> record.path("message").asString()))
                .containsExactly("whole", "after the kill");
        Files.writeString(file, "torn");
        try (RunLog log = RunLog.ofRank(run, 0)) {
            log.say("alone");
        }
        assertThat(records(file)).hasSize(1);
    }

    @Test
    void withoutTheRunsFolderThereIsNoLog() {
        RunDirectory run = new RunDirectory(folder.resolve("none"));
        try (RunLog log = RunLog.ofRank(run, 0)) {
            log.failed("mistyped", new IllegalArgumentException("mistyped"));
        }
        assertThat(run.root()).doesNotExist();
    }

    @Test
    void itsSizeIsBounded() throws IOException {
        RunDirectory run = run();
        try (RunLog log = RunLog.ofRank(run, 0, 2000)) {
            for (int i = 0; i < 200; i++) {
                log.say("number " + i);
            }
        }
        Set<String> names = new HashSet<>();
        long numbered = 0;
        try (Stream<Path> files = Files.list(run.root())) {
            for (Path file : files.toList()) {
                names.add(file.getFileName().toString());
                assertThat(Files.size(file)).isLessThan(2500);
                numbered += records(file).size();
            }
        }
        assertThat(names).containsExactlyInAnyOrder("log.jsonl", "older-log.jsonl");
        assertThat(numbered).isBetween(6L, 20L);
        List<JsonNode> newest = records(run.root().resolve("log.jsonl"));
        assertThat(newest.get(newest.size() - 1).path("message").asString()).isEqualTo("number 199");
    }

    private static List<JsonNode> records(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }
}
