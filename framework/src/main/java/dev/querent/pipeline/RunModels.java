package dev.querent.pipeline;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Fetchable;
import dev.querent.data.MissingDataException;
import dev.querent.data.Recaptioned;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginChoice;
import dev.querent.progress.Progress;
import dev.querent.random.RunSeed;
import dev.querent.step.PipelineStep;
import dev.querent.weights.SafetensorsReader;
import dev.querent.weights.WeightSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Builds a run's data set and models, with the weights that its finished steps left behind. */
public final class RunModels {

    private final Experiment experiment;
    private final RunDirectory run;
    private final DataFolder dataFolder;
    private final Progress progress;
    private final ModelBuilder builder;

    /**
     * @param progress hears of downloads
     */
    public RunModels(Experiment experiment, RunDirectory run, DataFolder dataFolder, Progress progress) {
        this.experiment = experiment;
        this.run = run;
        this.dataFolder = dataFolder;
        this.progress = progress;
        builder = new ModelBuilder(experiment.components(), new RunSeed(experiment.seed()), this::words);
    }

    /** The data set; fetched first where it is missing and can be got. */
    public Dataset dataset() {
        return dataset(
                new PluginChoice<>(experiment.data().plugin(), experiment.data().config()));
    }

    /** A data set of a step's own, likewise. */
    Dataset dataset(PluginChoice<Dataset> choice) {
        try {
            return choice.create(Dataset.class, dataFolder);
        } catch (MissingDataException missing) {
            if (choice.config() instanceof Fetchable fetchable) {
                fetchable.fetch(dataFolder, progress);
                return choice.create(Dataset.class, dataFolder);
            }
            throw missing;
        }
    }

    /** The plugin of a step. */
    PipelineStep step(String name) {
        return Optional.ofNullable(experiment.steps().get(name))
                .orElseThrow(() -> new IllegalStateException("the experiment has no step called " + name))
                .create(PipelineStep.class);
    }

    DataFolder dataFolder() {
        return dataFolder;
    }

    /** As a step's context describes a component or the data set. */
    String description(String role) {
        PluginSetting setting = role.equals("data")
                ? experiment.data()
                : experiment.components().get(role);
        if (setting == null) {
            throw new IllegalArgumentException("the experiment has no component called " + role);
        }
        return setting.plugin().name() + " " + setting.config();
    }

    /** Keeps the data set's words with the run, so that its models can be built again without the data. */
    public void writeVocabulary(Dataset dataset) {
        if (!Files.exists(run.vocabulary())) {
            AtomicFile.write(run.vocabulary(), String.join("\n", dataset.words()) + "\n");
        }
    }

    /**
     * The vision encoder.
     *
     * @param manager owns its parameters
     * @param before the step that asks; weights are those of the latest finished step before it, of all where empty
     */
    public VisionEncoder vision(NDManager manager, Optional<String> before) {
        return builder.vision(manager, trained("vision", before));
    }

    /** The language model; as {@link #vision}. */
    public LanguageModel language(NDManager manager, Optional<String> before) {
        return builder.language(manager, trained("language", before));
    }

    /** The bridge; as {@link #vision}. */
    public Bridge bridge(NDManager manager, Optional<String> before) {
        return builder.bridge(manager, trained("bridge", before));
    }

    /** What writes captions for CapFilt. */
    public Captioner captioner(NDManager manager) {
        return builder.captioner(manager);
    }

    /** What ranks captions for CapFilt. */
    public ImageTextScorer scorer(NDManager manager) {
        return builder.scorer(manager);
    }

    /**
     * The data with the captions that a finished step has chosen for its training split.
     *
     * @param before the step that asks
     */
    Dataset dataset(Dataset original, String before) {
        return latest(Optional.of(before), run::captions)
                .<Dataset>map(captions -> new Recaptioned(original, captions))
                .orElse(original);
    }

    /** The bridge as it would be before any training, for comparison. */
    Bridge untrainedBridge(NDManager manager) {
        return builder.freshBridge(manager);
    }

    private Optional<WeightSource> trained(String role, Optional<String> before) {
        return latest(before, step -> run.output(step, role)).map(SafetensorsReader::new);
    }

    /** What the latest finished step left that left any. */
    private Optional<Path> latest(Optional<String> before, Function<String, Path> outputs) {
        Optional<Path> latest = Optional.empty();
        for (String step : experiment.steps().keySet()) {
            if (before.isPresent() && step.equals(before.get())) {
                break;
            }
            Path output = outputs.apply(step);
            if (run.isDone(step) && Files.exists(output)) {
                latest = Optional.of(output);
            }
        }
        return latest;
    }

    private List<String> words() {
        try {
            return Files.readAllLines(run.vocabulary());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + run.vocabulary(), e);
        }
    }
}
