package dev.querent.task.dataset;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.SampleSequence;
import dev.querent.data.ShardOrder;
import dev.querent.data.TextPair;
import dev.querent.data.shard.ShardNames;
import dev.querent.data.shard.TarShards;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.progress.Progress;
import dev.querent.random.RunSeed;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Images and captions in tar files, as img2dataset writes them (LAION, CC3M, CC12M, SBU): {@code KEY.jpg} with {@code KEY.txt} or a
 * {@code caption} in {@code KEY.json}. Samples are read by number, with an index file for each shard that is made when a shard is
 * first met.
 */
@Plugin("webdataset")
public final class WebDataset implements Dataset {

    private static final int WINDOW = 16;
    /** Samples that the vocabulary of small models is taken from. */
    private static final int MOST_SURVEYED = 20_000;

    /** Where the shards are. */
    public record Config(
            @Doc("shards of the training split: a folder, a file, a name with * or with a range such as {00000..00099}")
            String train,

            @Doc("shards of the validation split, likewise") Optional<String> validation,

            @Doc("shards of the test split, likewise") Optional<String> test,

            @Doc("folder of the shards' indexes; beside the shards where it isn't given")
            Optional<Path> index,

            @Doc(
                    "shards whose samples are mixed in training, 16 where it isn't given; reading stays within so many files")
            Optional<Integer> window) {

        public Config {
            Check.positive("window", window.orElse(WINDOW));
        }

        Map<String, String> shards() {
            Map<String, String> shards = new LinkedHashMap<>();
            shards.put("train", train);
            validation.ifPresent(text -> shards.put("validation", text));
            test.ifPresent(text -> shards.put("test", text));
            return shards;
        }
    }

    private final int window;
    private final Map<String, TarShards> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where a shard isn't there
     * @throws IllegalArgumentException where a shard can't be read or its index not be written
     */
    public WebDataset(Config config, DataFolder unused) {
        window = config.window().orElse(WINDOW);
        config.shards().forEach((split, text) -> splits.put(split, open(split, text, config.index())));
    }

    private static TarShards open(String split, String text, Optional<Path> index) {
        List<Path> files;
        try {
            files = ShardNames.of(text);
        } catch (IllegalArgumentException e) {
            throw new MissingDataException("data." + split + ": " + e.getMessage());
        }
        return TarShards.open(files, index, Progress.SILENT);
    }

    @Override
    public Set<String> splits() {
        return splits.keySet();
    }

    @Override
    public SampleList split(String name) {
        TarShards shards = Splits.of("webdataset", splits, name);
        return new SampleList() {
            @Override
            public int size() {
                return shards.size();
            }

            @Override
            public Sample get(int index) {
                return TarSample.of(shards.get(index));
            }

            @Override
            public SampleSequence sequence(RunSeed seed) {
                return new ShardOrder(shards.firsts(), window, seed);
            }

            @Override
            public boolean surveyable() {
                return false;
            }
        };
    }

    /** The training captions. */
    @Override
    public int textCount() {
        return split("train").size();
    }

    @Override
    public TextPair text(int index) {
        return new TextPair("", "", split("train").get(index).captions().get(0));
    }

    /** Those of the first 20,000 training samples. */
    @Override
    public List<String> words() {
        return Splits.words(split("train"), MOST_SURVEYED);
    }
}
