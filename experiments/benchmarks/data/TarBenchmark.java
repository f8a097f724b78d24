import dev.querent.data.shard.ShardSample;
import dev.querent.data.shard.TarShards;
import dev.querent.progress.Progress;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** The Java side of tars.py: for every line read (open, read, random), one round answered with nanoseconds and bytes. */
public final class TarBenchmark {

    private TarBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        TarShards shards = TarShards.open(List.of(file), Optional.empty(), Progress.SILENT);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            long processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long start = System.nanoTime();
            long bytes = 0;
            if (line.equals("open")) {
                Files.deleteIfExists(Path.of(file + ".index"));
                shards = TarShards.open(List.of(file), Optional.empty(), Progress.SILENT);
            } else {
                SplittableRandom random = new SplittableRandom(1);
                for (int i = 0; i < shards.size(); i++) {
                    int index = line.equals("random") ? random.nextInt(shards.size()) : i;
                    for (ShardSample.Member member : shards.get(index).members().values()) {
                        bytes += member.content().length;
                    }
                }
            }
            long elapsed = System.nanoTime() - start;
            processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - processor;
            System.out.println(elapsed + " " + processor + " " + bytes);
        }
    }
}
