package dev.querent.app;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Folders of runs that have just begun, with tiny models as the seed initialises them, and pictures for them. */
final class BegunRun {

    static final String VISION =
            "vision: {plugin: eva-clip-vit, image-size: 16, patch-size: 8, width: 16, layers: 2, heads: 2, mlp: 32}\n";
    static final String BRIDGE = "bridge: {plugin: q-former, queries: 3, width: 16, layers: 2, heads: 2, mlp: 32,"
            + " cross-attention-frequency: 1, shared-width: 8, query-std: 1, initial-std: 0.3, cross-attention-std: 0.3,"
            + " vision-epsilon: 1.0e-6, max-text-tokens: 5, max-positions: 20}\n";
    static final String OPT =
            "language: {plugin: opt, hidden-size: 16, layers: 2, heads: 2, feed-forward-size: 32, initial-std: 0.3}\n";
    static final String T5 =
            "language: {plugin: t5, width: 16, head-size: 8, heads: 2, feed-forward-size: 32, layers: 2,"
                    + " vocabulary-size: 12}\n";

    private BegunRun() {}

    /**
     * @param parts of the experiment, as YAML
     * @return {@code runs/tiny} in the folder
     */
    static Path in(Path folder, String... parts) throws IOException {
        Path run = Files.createDirectories(folder.resolve("runs/tiny"));
        Files.writeString(run.resolve("resolved.yaml"), """
                name: tiny
                seed: 3
                threads: 1
                data: {plugin: shapes}
                steps: {captioning: {plugin: captioning-evaluation}}
                """ + String.join("", parts));
        Files.writeString(run.resolve("vocabulary.txt"), "a\nred\ncircle\nquestion\nanswer\n");
        return run;
    }

    /** A picture of noise, 20 wide and 30 high. */
    static Path image(Path file, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        BufferedImage picture = new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 30; y++) {
            for (int x = 0; x < 20; x++) {
                picture.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ImageIO.write(picture, "png", file.toFile());
        return file;
    }
}
