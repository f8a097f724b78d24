package dev.querent.app.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.data.DataFolder;
import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.SharedRepository;
import dev.querent.pipeline.Worker;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerMetricsTest {

    @Test
    void aWorkerThatWaitsForItsRunHasDoneNothing() throws Exception {
        RunDirectory run = new RunDirectory(Path.of("runs/tiny"));
        SharedRepository repository = new SharedRepository("jdbc:postgresql://localhost/none", Map.of());
        Worker worker = new Worker(run, repository, new DataFolder(Path.of("data")), sentence -> {});
        try (MetricsEndpoint endpoint =
                new MetricsEndpoint(InetAddress.getLoopbackAddress(), 0, new WorkerMetrics(run, worker))) {
            String text = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(endpoint.url())).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(Exposition.read(text))
                    .containsEntry("querent_worker_partitions_total{run=\"tiny\"}", 0.0)
                    .containsEntry("querent_worker_partition_failures_total{run=\"tiny\"}", 0.0)
                    .containsKey("querent_resident_memory_bytes{run=\"tiny\"}");
        }
    }
}
