package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.app.prometheus.Exposition;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a run that is killed and continued tells TensorBoard, Prometheus and whoever reads its log. */
class ObservedRunIT {

    private static final int STEPS = 150;
    private static final Pattern URL = Pattern.compile("metrics for Prometheus: (http://127\\.0\\.0\\.1:\\d+/metrics)");

    @TempDir
    private Path folder;

    @Test
    void aKilledAndContinuedRunIsSeenAsOne() throws Exception {
        Path run = folder.resolve("observed");
        Path training = run.resolve("steps/representation");
        Map<String, Double> samples;
        try (RunProcess process = start()) {
            process.await("two checkpoints", () -> Files.exists(training.resolve("checkpoints/step-00000020")));
            samples = scrape(process);
            process.kill();
        }
        assertThat(samples)
                .containsEntry("querent_run_state{run=\"observed\",state=\"running\"}", 1.0)
                .containsEntry("querent_quarantined_samples{run=\"observed\"}", 0.0);
        assertThat(samples.get("querent_step_size{run=\"observed\",step=\"representation\"}"))
                .isEqualTo(STEPS);
        assertThat(samples.get("querent_checkpoint_step{run=\"observed\",step=\"representation\"}"))
                .isBetween(10.0, (double) STEPS);
        assertThat(samples.get("querent_resident_memory_bytes{run=\"observed\"}"))
                .isBetween(1e8, 1e11);
        for (String name : List.of("loss", "itc", "learning-rate", "samples-per-second", "gradient-norm")) {
            assertThat(samples)
                    .containsKey("querent_step_value{name=\"" + name + "\",run=\"observed\",step=\"representation\"}");
        }
        tear(training.resolve("events.out.tfevents.00000001"));
        try (RunProcess process = start()) {
            assertThat(process.end()).as(process::output).isZero();
        }
        eventsAreThoseOfTheMetrics(training);
        assertThat(new RecordedEvents(run.resolve("steps/captioning")).scalars().keySet())
                .isNotEmpty()
                .allMatch(tag -> tag.startsWith("results/"));
        assertThat(run.resolve("events.out.tfevents.configuration"))
                .content(java.nio.charset.StandardCharsets.ISO_8859_1)
                .contains("configuration", "    name: observed");
        everyRecordOfTheLogSaysWhereItBelongs(run);
    }

    /** As a kill in the middle of a write would. */
    private static void tear(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(open.length() - 5);
        }
    }

    private RunProcess start() {
        List<String> arguments = BothStages.arguments(
                folder,
                "observed",
                "steps.representation.training.steps=" + STEPS,
                "steps.generative=null",
                "steps.captioning.plugin=captioning-evaluation",
                "steps.captioning.split=test");
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--prometheus", "0"));
        return new RunProcess(folder, all);
    }

    private static Map<String, Double> scrape(RunProcess process) throws IOException, InterruptedException {
        Matcher url = URL.matcher(process.output());
        assertThat(url.find()).as(process.output()).isTrue();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url.group(1))).build();
        String text = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return Exposition.read(text);
    }

    private static void eventsAreThoseOfTheMetrics(Path training) throws IOException {
        RecordedEvents events = new RecordedEvents(training);
        assertThat(events.sessions()).isEqualTo(2);
        assertThat(events.doubled()).isZero();
        Map<String, Map<Long, Float>> logged = new TreeMap<>();
        for (String line : Files.readAllLines(training.resolve("metrics.jsonl"))) {
            JsonNode node = JsonMapper.shared().readTree(line);
            node.properties().forEach(entry -> {
                if (!entry.getKey().equals("step")) {
                    logged.computeIfAbsent("training/" + entry.getKey(), any -> new TreeMap<>())
                            .put(node.path("step").asLong(), (float)
                                    entry.getValue().asDouble());
                }
            });
        }
        assertThat(logged.get("training/loss")).hasSize(STEPS);
        assertThat(events.scalars()).isEqualTo(logged);
    }

    private static void everyRecordOfTheLogSaysWhereItBelongs(Path run) throws IOException {
        List<String> messages = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("log.jsonl"))) {
            JsonNode node = JsonMapper.shared().readTree(line);
            assertThat(node.path("run").asString()).isEqualTo("observed");
            assertThat(node.path("step").isString()).as(line).isTrue();
            assertThat(node.path("rank").asInt(-1)).isZero();
            messages.add(
                    node.path("step").asString() + ": " + node.path("message").asString());
        }
        assertThat(messages)
                .contains(
                        "data: data begins",
                        "representation: representation begins",
                        "representation: representation " + STEPS + "/" + STEPS,
                        "captioning: captioning begins")
                .anyMatch(message -> message.startsWith("representation: continues from checkpoint of step "))
                .last()
                .asString()
                .contains("finished: ");
    }

    @Test
    void whatAUserIsToldOfAFailureIsInTheLog() throws Exception {
        CommandLineRun command = new CommandLineRun();
        List<Object> arguments = new ArrayList<>(BothStages.arguments(
                folder, "failing", "steps.representation.training.steps=2", "steps.generative=null"));
        arguments.addAll(List.of("--prometheus", "70000"));
        assertThat(command.run(arguments.toArray())).isEqualTo(2);
        assertThat(command.err()).contains("--prometheus: expected [HOST:]PORT").contains("found \"70000\"");
        Path run = folder.resolve("failing");
        assertThat(run).as("a mistake in the command begins nothing").doesNotExist();

        Files.createDirectories(run);
        Files.writeString(run.resolve("steps"), "a file where a folder should be");
        arguments.subList(arguments.size() - 2, arguments.size()).clear();
        command.clear();
        assertThat(command.run(arguments.toArray())).isEqualTo(1);
        JsonNode last = Files.readAllLines(run.resolve("log.jsonl")).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .reduce((earlier, later) -> later)
                .orElseThrow();
        assertThat(last.path("log").path("level").asString()).isEqualTo("ERROR");
        assertThat(command.err().strip()).endsWith(last.path("message").asString());
        assertThat(last.path("error").path("stack_trace").asString()).contains("\tat dev.querent.");
        assertThat(command.err()).doesNotContain("\tat ");
    }
}
