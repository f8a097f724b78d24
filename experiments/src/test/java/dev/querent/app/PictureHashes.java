package dev.querent.app;

import dev.querent.data.SampleList;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.progress.StoppedException;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.step.PartitionedStep;
import dev.querent.step.StepContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A partitioned step for tests: a line for each training picture, and a note of which process wrote it. */
@Plugin("picture-hashes")
public final class PictureHashes implements PartitionedStep {

    /** How slow it is, and what goes wrong. */
    public record Config(
            @Doc("pictures of a partition") int partitionSize,

            @Doc("milliseconds that a picture takes at least")
            int pause,

            @Doc("the partition that fails; none if negative")
            int failing) {

        public static final Config DEFAULTS = new Config(5, 0, -1);

        public Config {
            Check.positive("partition-size", partitionSize);
            Check.range("pause", pause, 0, 60_000);
        }
    }

    private final Config config;

    public PictureHashes(Config config) {
        this.config = config;
    }

    @Override
    public int partitions(StepContext context) {
        int size = context.dataset().split("train").size();
        return (size + config.partitionSize() - 1) / config.partitionSize();
    }

    @Override
    public PartitionWork open(StepContext context) {
        return new PartitionWork() {
            @Override
            public void write(int partition, Path file) throws IOException {
                if (partition == config.failing()) {
                    throw new IllegalStateException("picture " + partition + " is upside down");
                }
                Files.write(file, lines(context, partition));
                Path notes = Files.createDirectories(context.folder().resolve("notes"));
                Files.createTempFile(notes, ProcessHandle.current().pid() + "-", "-" + partition);
            }

            @Override
            public void close() {}
        };
    }

    private List<String> lines(StepContext context, int partition) {
        SampleList samples = context.dataset().split("train");
        int end = Math.min(samples.size(), (partition + 1) * config.partitionSize());
        List<String> lines = new ArrayList<>();
        for (int index = partition * config.partitionSize(); index < end; index++) {
            if (context.stopSignal().stopRequested()) {
                throw new StoppedException("stopped in a partition");
            }
            lines.add(samples.get(index).id() + " "
                    + Arrays.hashCode(samples.get(index).image().get().rgb()));
            try {
                Thread.sleep(config.pause());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return lines;
    }

    @Override
    public void merge(StepContext context, PartFiles parts) {
        List<String> lines = new ArrayList<>();
        try {
            for (Path part : parts.files()) {
                lines.addAll(Files.readAllLines(part));
            }
            Files.write(context.folder().resolve("hashes.txt"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
