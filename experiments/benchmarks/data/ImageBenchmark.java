import dev.querent.image.ImageDecoder;
import dev.querent.image.ImageTransform;
import dev.querent.image.Preprocessing;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Java side of images.py: a round over all files for every line read, answered with nanoseconds (elapsed, processor). */
public final class ImageBenchmark {

    private static final int SIDE = 224;

    private ImageBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(arguments[0]))) {
            files = all.sorted().toList();
        }
        ImageTransform transform = ImageTransform.evaluation(SIDE, Preprocessing.BLIP);
        float[] pixels = new float[transform.length()];
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            long processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long start = System.nanoTime();
            double sum = 0;
            for (Path file : files) {
                transform.apply(ImageDecoder.decode(file), 0, pixels, 0);
                sum += pixels[0] + pixels[pixels.length - 1];
            }
            long elapsed = System.nanoTime() - start;
            processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - processor;
            System.out.println(elapsed + " " + processor + " " + sum);
        }
    }
}
