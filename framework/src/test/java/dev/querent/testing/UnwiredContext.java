package dev.querent.testing;

import ai.djl.ndarray.NDManager;
import dev.querent.collective.Collectives;
import dev.querent.collective.SingleProcess;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Quarantine;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.plugin.PluginChoice;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.random.RunSeed;
import dev.querent.step.StepContext;
import dev.querent.weights.ParameterSet;

/** One process, nothing to stop it; what a test doesn't wire is not expected to be asked for. */
public abstract class UnwiredContext implements StepContext {

    private static AssertionError unexpected(String what) {
        return new AssertionError("nobody was expected to ask for " + what);
    }

    @Override
    public RunSeed seed() {
        return new RunSeed(5);
    }

    @Override
    public DataFolder dataFolder() {
        throw unexpected("the data's folder");
    }

    @Override
    public String description(String role) {
        throw unexpected("a description of " + role);
    }

    @Override
    public Dataset dataset(PluginChoice<Dataset> choice) {
        throw unexpected("a second data set");
    }

    @Override
    public Captioner captioner(NDManager manager) {
        throw unexpected("a captioner");
    }

    @Override
    public ImageTextScorer scorer(NDManager manager) {
        throw unexpected("a scorer");
    }

    @Override
    public Bridge untrainedBridge(NDManager manager) {
        throw unexpected("an untrained bridge");
    }

    @Override
    public void save(String role, ParameterSet parameters) {
        throw unexpected("new weights of " + role);
    }

    @Override
    public StopSignal stopSignal() {
        return StopSignal.NEVER;
    }

    @Override
    public Progress progress() {
        return Progress.SILENT;
    }

    @Override
    public Collectives collectives() {
        return new SingleProcess();
    }

    @Override
    public Quarantine quarantine() {
        return new Quarantine() {
            @Override
            public void report(String sampleId, String reason) {
                throw new AssertionError(sampleId + ": " + reason);
            }

            @Override
            public void used(String sampleId) {
                // nothing to count
            }
        };
    }
}
