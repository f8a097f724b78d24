package dev.querent.app.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.experiment.RunDirectory;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMetricsTest {

    @TempDir
    private Path folder;

    private RunDirectory run(String name, String status) throws IOException {
        RunDirectory run = new RunDirectory(folder.resolve(name));
        Files.createDirectories(run.root());
        if (!status.isEmpty()) {
            Files.writeString(run.status(), status);
        }
        return run;
    }

    private static String get(MetricsEndpoint endpoint) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(endpoint.url())).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        return answer.body();
    }

    private static Map<String, Double> scrape(List<RunDirectory> runs) throws IOException, InterruptedException {
        try (MetricsEndpoint endpoint =
                new MetricsEndpoint(InetAddress.getLoopbackAddress(), 0, new RunMetrics(runs))) {
            return Exposition.read(get(endpoint));
        }
    }

    @Test
    void aRunAtWorkSaysAllThatItsFolderHolds() throws Exception {
        RunDirectory run = run("tiny", """
                {"run":"tiny","state":"running","step":"representation","done":310,"total":1000,"per-second":2.5,
                 "seconds-left":276,"values":{"loss":2.25,"itc":1.5},"quarantined":3,"resident-mebibytes":512,
                 "message":"","process":7,"updated":"2026-11-26T05:00:00.250Z"}
                """);
        Files.createDirectories(run.step("vision-pretraining"));
        run.markDone("vision-pretraining");
        Path step = Files.createDirectories(run.step("representation"));
        Files.writeString(step.resolve("metrics.jsonl"), """
                {"step":300,"loss":2.5,"learning-rate":0.001,"seconds":9,"resident-mebibytes":500}
                {"step":310,"loss":2.25,"learning-rate":5e-4,"samples-per-second":20.5,"seconds":10,"resident-mebibytes":500}
                {"step":320,"lo""");
        Files.createDirectories(step.resolve("checkpoints/step-00000200"));
        Files.createDirectories(step.resolve("checkpoints/unfinished-step-00000400"));
        Path newest = Files.createDirectories(step.resolve("checkpoints/step-00000300"));
        Files.setLastModifiedTime(newest, java.nio.file.attribute.FileTime.from(Instant.parse("2026-11-26T04:59:00Z")));
        Map<String, Double> samples = scrape(List.of(run));
        String labels = "{run=\"tiny\",step=\"representation\"}";
        assertThat(samples)
                .containsEntry("querent_run_state{run=\"tiny\",state=\"running\"}", 1.0)
                .containsEntry("querent_run_state{run=\"tiny\",state=\"failed\"}", 0.0)
                .containsEntry("querent_run_finished_steps{run=\"tiny\"}", 1.0)
                .containsEntry("querent_run_updated_timestamp_seconds{run=\"tiny\"}", 1795669200.25)
                .containsEntry("querent_quarantined_samples{run=\"tiny\"}", 3.0)
                .containsEntry("querent_resident_memory_bytes{run=\"tiny\"}", 512.0 * 1024 * 1024)
                .containsEntry("querent_step_done" + labels, 310.0)
                .containsEntry("querent_step_size" + labels, 1000.0)
                .containsEntry("querent_step_units_per_second" + labels, 2.5)
                .containsEntry("querent_step_remaining_seconds" + labels, 276.0)
                .containsEntry("querent_checkpoint_step" + labels, 300.0)
                .containsEntry("querent_checkpoint_timestamp_seconds" + labels, 1795669140.0);
        assertThat(values(samples))
                .containsExactlyInAnyOrder("itc=1.5", "learning-rate=5.0E-4", "loss=2.25", "samples-per-second=20.5");
    }

    private static List<String> values(Map<String, Double> samples) {
        List<String> values = new ArrayList<>();
        samples.forEach((sample, value) -> {
            if (sample.startsWith("querent_step_value{")) {
                values.add(sample.replaceAll(".*name=\"([^\"]*)\".*", "$1") + "=" + value);
            }
        });
        return values;
    }

    @Test
    void theRunsOfAStudyAreToldApart() throws Exception {
        RunDirectory failed = run("s-base-1", """
                {"run":"s-base-1","state":"failed","step":"generative","done":0,"total":0,"values":{}}
                """);
        RunDirectory damaged = run("s-\"odd\\name\"-1", "{\"state\":");
        RunDirectory planned = new RunDirectory(folder.resolve("s-none-1"));
        Map<String, Double> samples = scrape(List.of(failed, damaged, planned));
        assertThat(samples)
                .containsEntry("querent_run_state{run=\"s-base-1\",state=\"failed\"}", 1.0)
                .containsEntry("querent_run_state{run=\"s-base-1\",state=\"running\"}", 0.0)
                .containsEntry("querent_run_state{run=\"s-none-1\",state=\"planned\"}", 1.0)
                .containsEntry("querent_run_state{run=\"s-\\\"odd\\\\name\\\"-1\",state=\"planned\"}", 1.0)
                .doesNotContainKey("querent_step_done{run=\"s-base-1\",step=\"generative\"}");
    }

    @Test
    void itAnswersAtTheGivenAddressOnlyAndUntilItIsClosed() throws Exception {
        MetricsEndpoint endpoint =
                new MetricsEndpoint(InetAddress.getByName("127.0.0.1"), 0, new RunMetrics(List.of()));
        int port = URI.create(endpoint.url()).getPort();
        assertThat(endpoint.url()).isEqualTo("http://127.0.0.1:" + port + "/metrics");
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress other : network.inetAddresses().toList()) {
                if (!other.isLoopbackAddress()) {
                    assertThatThrownBy(() -> new Socket(other, port).close())
                            .as(other.toString())
                            .isInstanceOf(ConnectException.class);
                }
            }
        }
        endpoint.close();
        assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(ConnectException.class);
    }
}
