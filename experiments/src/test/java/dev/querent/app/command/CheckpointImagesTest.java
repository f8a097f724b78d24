package dev.querent.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.querent.evaluation.PixelBatch;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.image.RgbImage;
import dev.querent.model.VisionEncoder;
import dev.querent.pipeline.ModelBuilder;
import dev.querent.plugin.PluginRegistry;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The images of an encoder that is read from a checkpoint folder. */
class CheckpointImagesTest {

    @TempDir
    Path folder;

    @Test
    void arePreparedAsTheFolderSays() throws IOException {
        copyCheckpoint();
        Files.writeString(
                folder.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"CLIPImageProcessor\", \"size\": {\"shortest_edge\": 48}, "
                        + "\"crop_size\": {\"height\": 12, \"width\": 12}, \"do_normalize\": false, \"resample\": 3}");
        assertThat(firstPixels()).containsOnly(1f); // the white middle, not normalised
    }

    @Test
    void arePreparedAsBlip2sWhereTheFolderSaysNothing() throws IOException {
        copyCheckpoint();
        assertThat(firstPixels()).contains((float) (-0.48145466 / 0.26862954)); // the black frame, too
    }

    @Test
    void areRefusedWhereTheFolderAsksForAnotherWay() throws IOException {
        copyCheckpoint();
        Files.writeString(folder.resolve("preprocessor_config.json"), "{\"resample\": 2}");
        assertThatThrownBy(this::firstPixels)
                .hasMessageContaining("preprocessor_config.json: resample: expected 3 (bicubic), found 2");
    }

    private void copyCheckpoint() throws IOException {
        Path checkpoint = Golden.folder(CheckpointImagesTest.class, "/dev/querent/app/blip2/opt");
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private float[] firstPixels() {
        try (PluginRegistry registry = PluginRegistry.builtIn();
                NDManager manager = Torch.newManager()) {
            VisionEncoder vision = new ModelBuilder(
                            new ExperimentLoader(registry).components(CheckpointParts.components(folder)),
                            new RunSeed(1),
                            List::of)
                    .vision(manager, Optional.empty());
            return PixelBatch.of(manager, vision, List.of(whiteInBlack())).toFloatArray();
        }
    }

    /** 40 pixels wide and high; the frame takes 8 on each side. */
    private static RgbImage whiteInBlack() {
        byte[] rgb = new byte[40 * 40 * 3];
        for (int y = 8; y < 32; y++) {
            Arrays.fill(rgb, (y * 40 + 8) * 3, (y * 40 + 32) * 3, (byte) 0xFF);
        }
        return new RgbImage(40, 40, rgb);
    }
}
