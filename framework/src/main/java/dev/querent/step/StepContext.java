package dev.querent.step;

import ai.djl.ndarray.NDManager;
import dev.querent.collective.Collectives;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Quarantine;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginChoice;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.random.RunSeed;
import dev.querent.weights.ParameterSet;
import java.nio.file.Path;

/** What a step gets to work with. Models are built when asked for, with the weights that earlier steps left behind. */
public interface StepContext {

    /** The step's own folder, {@code runs/NAME/steps/STEP}; exists. */
    Path folder();

    RunSeed seed();

    /** Where data sets live, and what is computed of them for all runs. */
    DataFolder dataFolder();

    /**
     * The plugin and settings of a component or of the data set, as text that is equal for equal ones. Says nothing of weights.
     *
     * @param role {@code data}, {@code vision}, {@code bridge} or {@code language}
     */
    String description(String role);

    /** The data; the training captions are those that the latest finished CapFilt step before this one chose, if there was one. */
    Dataset dataset();

    /**
     * Another data set than the experiment's, such as a benchmark's own. Equal choices give the same object.
     *
     * @throws dev.querent.data.MissingDataException where the data isn't there
     */
    Dataset dataset(PluginChoice<Dataset> choice);

    /** A model on the given manager, which owns its parameters. Weights: the latest finished step that saved them, else as configured. */
    VisionEncoder vision(NDManager manager);

    LanguageModel language(NDManager manager);

    Bridge bridge(NDManager manager);

    /** What writes captions of its own. */
    Captioner captioner(NDManager manager);

    /** What ranks texts for images. */
    ImageTextScorer scorer(NDManager manager);

    /** The bridge as the run's seed initialises it, whatever earlier steps saved: what training is compared with. */
    Bridge untrainedBridge(NDManager manager);

    /**
     * Saves a component's parameters as this step's result, atomically, on rank 0; later steps start from them once this step is done.
     *
     * @param role {@code vision}, {@code bridge} or {@code language}
     */
    void save(String role, ParameterSet parameters);

    StopSignal stopSignal();

    Progress progress();

    /** The ranks that work on this step; a single process where it doesn't run on every rank. */
    Collectives collectives();

    /** Where bad samples are recorded and counted. */
    Quarantine quarantine();
}
