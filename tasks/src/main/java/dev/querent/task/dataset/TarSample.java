package dev.querent.task.dataset;

import dev.querent.data.Sample;
import dev.querent.data.shard.ShardSample;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A shard's sample as training reads it. What is wrong with it is told when its image is asked for. */
final class TarSample {

    private static final List<String> IMAGES = List.of("jpg", "jpeg", "png", "gif", "bmp", "webp");
    private static final long LONGEST_TEXT = 1 << 20;

    private final ShardSample sample;

    private TarSample(ShardSample sample) {
        this.sample = sample;
    }

    static Sample of(ShardSample sample) {
        return new TarSample(sample).sample();
    }

    private Sample sample() {
        String id = sample.id();
        try {
            if (sample.refusal().isPresent()) {
                return unusable(sample.refusal().get());
            }
            ShardSample.Member image = IMAGES.stream()
                    .flatMap(extension -> Optional.ofNullable(sample.members().get(extension)).stream())
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("has no image (" + String.join(", ", IMAGES) + ")"));
            return new Sample(id, id, () -> decode(image), captions(), List.of());
        } catch (IllegalArgumentException | UncheckedIOException e) {
            return unusable(String.valueOf(e.getMessage()));
        }
    }

    private Sample unusable(String reason) {
        return new Sample(
                sample.id(),
                sample.id(),
                () -> {
                    throw new BadImageException(sample.id() + ": " + reason);
                },
                List.of(""),
                List.of());
    }

    private RgbImage decode(ShardSample.Member image) {
        byte[] content;
        try {
            content = image.content();
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new BadImageException(sample.id() + ": " + e.getMessage());
        }
        return ImageDecoder.decode(content, sample.id());
    }

    private List<String> captions() {
        Optional<String> text = text("txt").map(String::strip).filter(caption -> !caption.isEmpty());
        List<String> captions = text.map(List::of)
                .orElseGet(() -> text("json").map(TarSample::captionsOf).orElse(List.of()));
        if (captions.isEmpty()) {
            throw new IllegalArgumentException("has no caption (txt, or \"caption\" in json)");
        }
        return captions;
    }

    private Optional<String> text(String extension) {
        return Optional.ofNullable(sample.members().get(extension)).map(member -> {
            if (member.size() > LONGEST_TEXT) {
                throw new IllegalArgumentException(
                        "its " + extension + " has " + member.size() + " bytes, more than " + LONGEST_TEXT);
            }
            return new String(member.content(), StandardCharsets.UTF_8);
        });
    }

    /** {@code captions}, or {@code caption}. */
    private static List<String> captionsOf(String text) {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("its json is none", e);
        }
        List<String> captions = new ArrayList<>();
        json.path("captions").forEach(caption -> captions.add(caption.asString("")));
        captions.add(json.path("caption").asString(""));
        captions.removeIf(String::isBlank);
        return captions;
    }
}
