package dev.querent.task.caching;

import dev.querent.data.FeatureCache;
import dev.querent.step.StepContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where caches lie, and which of them a step of a run has filled. */
public final class CachedFeatures {

    private static final String NAME = "cache.txt";

    private CachedFeatures() {}

    static Path root(StepContext context) {
        return context.dataFolder().root().resolve("features");
    }

    /**
     * For later steps of the run.
     *
     * @param cache the name of its folder
     */
    static void remember(StepContext context, String cache) {
        try {
            Files.writeString(context.folder().resolve(NAME), cache);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + context.folder().resolve(NAME), e);
        }
    }

    /**
     * The features that an earlier step of the run has cached.
     *
     * @param step its name
     * @throws IllegalArgumentException where it has cached none, or they are gone
     */
    public static FeatureCache of(StepContext context, String step) {
        Path file = context.folder().resolveSibling(step).resolve(NAME);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(
                    "features: expected the name of a step before this one that caches features," + " found \"" + step
                            + "\". Add such a step: " + step + ": {plugin: feature-caching}");
        }
        FeatureCache cache;
        try {
            cache = FeatureCache.open(root(context).resolve(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (cache.missing() > 0) {
            throw new IllegalArgumentException(cache.missing() + " of " + cache.parts() + " parts are missing in "
                    + cache.folder() + ": delete " + file.getParent() + ", and they are computed again");
        }
        return cache;
    }
}
