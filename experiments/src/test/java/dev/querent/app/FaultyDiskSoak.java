package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs on a file system of their own that fills or turns read-only. Mounting needs root, so this belongs to {@code mvn -Psoak
 * verify}.
 */
class FaultyDiskSoak {

    private static final String MANY = "steps.representation.training.keep-checkpoints=1000";

    @TempDir
    private Path folder;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        call("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        call("umount", disk.toString());
    }

    @Test
    void aFullDiskIsToldAndTheRunGoesOnWhenThereIsRoom() throws Exception {
        String output = end(1);
        assertThat(output).contains("No space left on device").doesNotContain("\tat ");
        long last = newestCheckpoint();
        assertThat(last).isPositive();
        call("mount", "-o", "remount,size=500m", disk.toString());
        assertThat(end(0)).doesNotContain("damaged");
        assertContinuedFrom(last);
    }

    @Test
    void aReadOnlyFolderIsToldAndTheRunGoesOnWhenItCanBeWritten() throws Exception {
        call("mount", "-o", "remount,size=500m", disk.toString());
        try (RunProcess process = start()) {
            process.await("step 50", () -> Files.exists(checkpoints().resolve("step-00000050")));
            process.kill();
        }
        long last = newestCheckpoint();
        call("mount", "-o", "remount,ro", disk.toString());
        assertThat(end(1))
                .contains("Read-only file system")
                .contains(disk.toString())
                .doesNotContain("\tat ");
        call("mount", "-o", "remount,rw", disk.toString());
        assertThat(end(0)).doesNotContain("damaged");
        assertContinuedFrom(last);
    }

    private RunProcess start() {
        return new RunProcess(folder, BothStages.arguments(disk, "run", MANY));
    }

    private String end(int code) throws InterruptedException {
        try (RunProcess process = start()) {
            assertThat(process.end()).as(process::output).isEqualTo(code);
            return process.output();
        }
    }

    /** And to the same weights. */
    private void assertContinuedFrom(long step) throws InterruptedException, IOException {
        try (RunProcess unbroken = new RunProcess(folder, BothStages.arguments(folder, "unbroken", MANY))) {
            assertThat(unbroken.end()).as(unbroken::output).isZero();
        }
        assertThat(Outputs.hashes(disk.resolve("run")))
                .hasSize(2)
                .isEqualTo(Outputs.hashes(folder.resolve("unbroken")));
        List<String> metrics = Files.readAllLines(disk.resolve("run/steps/representation/metrics.jsonl"));
        assertThat(metrics).hasSize(BothStages.STEPS);
        // seconds count from the last start
        assertThat(metrics.get((int) step)).contains("\"step\":" + (step + 1) + ",");
        assertThat(seconds(metrics.get((int) step))).isLessThan(seconds(metrics.get((int) step + 1)));
        assertThat(seconds(metrics.get((int) step))).isLessThan(seconds(metrics.get((int) step - 1)));
    }

    private static double seconds(String line) {
        return Double.parseDouble(line.replaceAll(".*\"seconds\":([0-9.E-]+).*", "$1"));
    }

    private Path checkpoints() {
        return disk.resolve("run/steps/representation/checkpoints");
    }

    private long newestCheckpoint() throws IOException {
        try (Stream<Path> all = Files.list(checkpoints())) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("step-"))
                    .mapToLong(name -> Long.parseLong(name.substring("step-".length())))
                    .max()
                    .orElse(0);
        }
    }

    private static void call(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as(Arrays.toString(command) + ": " + output)
                .isZero();
    }
}
