package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.testing.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five minutes of SIGKILLs: every few seconds one of three workers, now and then the manager; a worker freezes and goes on; twice the
 * database is broken off. Every picture comes out once; {@code mvn -Psoak verify} runs it.
 */
class WorkersSoak {

    private static final int SAMPLES = 20_000;
    private static final long SECONDS = Long.getLong("querent.seconds", 300);

    @TempDir
    private Path folder;

    @Test
    void minutesOfKillsLoseAndDoubleNothing() throws Exception {
        long seed = Long.getLong("querent.seed", System.nanoTime());
        System.out.println("soak of workers: repeat with -Dquerent.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (Postgres postgres = Postgres.start()) {
            String size = "data.train-samples=" + SAMPLES;
            SharedRun alone = new SharedRun(folder, "alone", postgres, size, "steps.hashes.partition-size=20");
            assertThat(new CommandLineRun().run(alone.alone().toArray())).isZero();
            // 1,000 partitions of 2 seconds: for the time of the kills more than four processes can do
            SharedRun run = new SharedRun(
                    folder, "killed", postgres, size, "steps.hashes.partition-size=20", "steps.hashes.pause=100");
            List<RunProcess> workers = new ArrayList<>();
            RunProcess manager = run.startManager();
            int kills = 0;
            int restarts = 0;
            try {
                for (int i = 0; i < 3; i++) {
                    workers.add(run.startWorker());
                }
                long begun = System.nanoTime();
                manager.await("first partitions", () -> run.partitionsDone() > 5);
                while (seconds(begun) < SECONDS) {
                    Thread.sleep(1_000 + random.nextInt(6_000));
                    if (restarts < 2 && seconds(begun) > (restarts + 1) * SECONDS / 3) {
                        restarts++;
                        postgres.restart(random.nextInt(5_000));
                    } else if (random.nextInt(8) == 0) {
                        RunProcess frozen = workers.get(random.nextInt(workers.size()));
                        frozen.freeze(true);
                        Thread.sleep(15_000); // longer than a lease
                        frozen.freeze(false);
                    } else if (random.nextInt(8) == 0) {
                        manager.kill();
                        kills++;
                        manager = run.startManager();
                    } else {
                        int victim = random.nextInt(workers.size());
                        workers.get(victim).kill();
                        kills++;
                        workers.set(victim, run.startWorker());
                    }
                }
                System.out.println(kills + " kills, " + restarts + " restarts of the database, partitions done: "
                        + run.partitionsDone());
                assertThat(run.hashes()).as("killed while at work").doesNotExist();
                for (int i = 0; i < 9; i++) { // what is left goes faster
                    workers.add(run.startWorker());
                }
                assertThat(manager.end(1_200)).as(manager.output()).isZero();
                for (RunProcess worker : workers) {
                    assertThat(worker.end()).as(worker.output()).isZero();
                }
            } finally {
                manager.close();
                workers.forEach(RunProcess::close);
            }
            assertThat(Files.readAllLines(run.hashes()))
                    .hasSize(SAMPLES)
                    .doesNotHaveDuplicates()
                    .isEqualTo(Files.readAllLines(alone.hashes()));
            System.out.println("partitions by process: " + run.partitionsByProcess());
        }
    }

    private static long seconds(long begun) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
    }
}
