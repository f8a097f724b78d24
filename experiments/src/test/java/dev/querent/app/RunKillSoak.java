package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.testing.Mpirun;
import dev.querent.testing.Mpirun.Family;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hundred SIGKILLs over 1,200 optimiser steps of both stages, alone and with two ranks: the weights have the bits of an unbroken
 * run. Half an hour on a quiet machine; {@code mvn -Psoak verify} runs it.
 */
class RunKillSoak {

    private static final int KILLS = 100;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aHundredKillsChangeNoBit(int ranks) throws Exception {
        long seed = Long.getLong("querent.seed", System.nanoTime());
        System.out.println("soak of " + ranks + ": repeat with -Dquerent.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        finish("unbroken", ranks);
        // not in the last steps of a stage: the next might begin, or the run end, before the kill
        List<Integer> marks = random.ints(KILLS, 0, 2 * (BothStages.STEPS - 10))
                .map(mark -> mark + (mark < BothStages.STEPS - 10 ? 0 : 10))
                .sorted()
                .boxed()
                .toList();
        Path run = folder.resolve("killed");
        for (int kill = 0; kill < KILLS; kill++) {
            int mark = marks.get(kill);
            try (RunProcess process = start("killed", ranks)) {
                process.awaitWork(run);
                process.await("step " + mark, () -> stepsDone(run) >= mark);
                Thread.sleep(random.nextInt(100));
                if (random.nextBoolean()) {
                    process.awaitHalfWrittenFile(run);
                }
                assertThat(process.isAlive()).as(process.output()).isTrue();
                kill(process, ranks, random);
            }
            System.out.println("kill " + (kill + 1) + " after step " + stepsDone(run));
        }
        finish("killed", ranks);
        assertThat(Outputs.hashes(run)).hasSize(2).isEqualTo(Outputs.hashes(folder.resolve("unbroken")));
    }

    /** One rank of several, or the launcher; the others have to follow by themselves. */
    private static void kill(RunProcess process, int ranks, SplittableRandom random) throws Exception {
        if (ranks == 1) {
            process.kill();
            return;
        }
        List<ProcessHandle> all = process.ranks();
        int victim = random.nextInt(all.size() + 1);
        if (victim == all.size()) {
            process.kill();
        } else {
            all.get(victim).destroyForcibly();
            assertThat(process.end()).isNotZero();
        }
        for (ProcessHandle rank : all) {
            rank.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    private void finish(String name, int ranks) throws InterruptedException {
        try (RunProcess process = start(name, ranks)) {
            assertThat(process.end()).as(process::output).isZero();
        }
    }

    private RunProcess start(String name, int ranks) {
        List<String> launcher = ranks == 1 ? List.of() : Mpirun.launcher(Family.OPEN_MPI, ranks);
        return new RunProcess(folder, launcher, BothStages.arguments(folder, name));
    }

    private static int stepsDone(Path run) {
        return lines(run.resolve("steps/representation/metrics.jsonl"))
                + lines(run.resolve("steps/generative/metrics.jsonl"));
    }

    private static int lines(Path file) {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return (int) lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
