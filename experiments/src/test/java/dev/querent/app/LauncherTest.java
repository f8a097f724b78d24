package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The script {@code querent} with a Java and a Maven that only tell what they were asked, and the files for clusters. */
class LauncherTest {

    @TempDir
    private Path home;

    @BeforeEach
    void copy() throws IOException {
        Files.copy(Path.of("../querent"), home.resolve("querent"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(home.resolve("framework/src/main"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.writeString(home.resolve("framework/pom.xml"), "<project/>");
        script("java", "echo devices ${CUDA_VISIBLE_DEVICES-none} $*");
        script("mvn", "sleep 1; echo built >> " + home.resolve("builds"));
    }

    private void script(String name, String body) throws IOException {
        Path file = Files.createDirectories(home.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OMPI_COMM_WORLD_LOCAL_RANK=1                                | 1",
                "OMPI_COMM_WORLD_LOCAL_RANK=2 CUDA_VISIBLE_DEVICES=4,5,6,7   | 6",
                "MPI_LOCALRANKID=0 CUDA_VISIBLE_DEVICES=3,1                  | 3",
                "SLURM_LOCALID=1 CUDA_VISIBLE_DEVICES=5                      | 5",
                "OTHER=1                                                     | none",
                "CUDA_VISIBLE_DEVICES=0,1                                    | 0,1"
            })
    void aRankTakesTheDeviceOfItsNumber(String environment, String device) throws Exception {
        Process process = start(environment.strip().split(" "));
        assertThat(output(process)).contains("devices " + device + " ").contains("dev.querent.app.Main plugins");
    }

    @Test
    void ofRanksThatStartTogetherOneBuilds() throws Exception {
        List<Process> ranks = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            ranks.add(start("OMPI_COMM_WORLD_LOCAL_RANK=" + rank));
        }
        for (int rank = 0; rank < 3; rank++) {
            assertThat(output(ranks.get(rank))).contains("devices " + rank);
        }
        assertThat(home.resolve("builds")).content().isEqualTo("built\n");
    }

    private Process start(String... environment) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(home.resolve("querent").toString(), "plugins").redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.matches("(OMPI|MPI|SLURM|PMI|CUDA)_.*"));
        builder.environment().put("PATH", home.resolve("bin") + ":" + System.getenv("PATH"));
        for (String entry : environment) {
            builder.environment().put(entry.split("=")[0], entry.split("=")[1]);
        }
        return builder.start();
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void theScriptForSlurmIsWellFormed() throws Exception {
        output(new ProcessBuilder("bash", "-n", "cluster/slurm.sbatch")
                .redirectErrorStream(true)
                .start());
    }

    /** The whole schema is the operator's; what it can't know is that the numbers fit. */
    @Test
    void theKubernetesJobStartsARankForEverySlot() throws IOException {
        Map<String, Object> job = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(Path.of("cluster/kubernetes-mpijob.yaml")));
        assertThat(job).containsEntry("kind", "MPIJob");
        Map<?, ?> spec = (Map<?, ?>) job.get("spec");
        Map<?, ?> replicas = (Map<?, ?>) spec.get("mpiReplicaSpecs");
        int slots = (int) spec.get("slotsPerWorker") * (int) ((Map<?, ?>) replicas.get("Worker")).get("replicas");
        assertThat(replicas.get("Launcher").toString()).contains("-np, " + slots + ",");
        assertThat(replicas.get("Worker").toString()).contains("nvidia.com/gpu=" + spec.get("slotsPerWorker"));
    }
}
