package dev.querent.app.study;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.SharedSteps;
import dev.querent.experiment.StepRecord;
import dev.querent.experiment.Study;
import dev.querent.file.AtomicFile;
import dev.querent.pipeline.RunModels;
import dev.querent.pipeline.StepKeys;
import dev.querent.progress.Progress;
import dev.querent.progress.ProgressLine;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Carries a study out: each run is a process, several at once where asked for. Before a run begins it gets the finished steps that
 * others have computed; a run that needs a step which another is computing waits for it. All that is known is on disk, so a study that
 * was killed is carried on by the same call.
 */
public final class StudyExecution {

    private static final long PAUSE_MILLIS = 100;

    private final StudyFolder folder;
    private final DataFolder data;
    private final List<String> options;
    private final PrintWriter out;
    private final List<String> failures = new ArrayList<>();
    private final Map<PlannedRun, Working> working = Collections.synchronizedMap(new LinkedHashMap<>());

    /** Runs that processes of others work on, those of this study before it was killed, say. */
    private final Set<PlannedRun> elsewhere = new HashSet<>();

    private volatile boolean stopped;
    private int computed;
    private int takenOver;
    private int there;
    private double savedSeconds;

    private record Working(ChildRun child, int doneBefore) {}

    /**
     * How a call ended.
     *
     * @param computed steps that this call's runs computed
     * @param takenOver steps that it found in other runs
     * @param there steps that its runs had already
     * @param savedSeconds what the steps taken over took where they were computed
     * @param failures a sentence each
     */
    public record Outcome(
            int computed, int takenOver, int there, double savedSeconds, boolean stopped, List<String> failures) {}

    /**
     * @param options of the command line that every run gets: where runs, data and plugins are
     */
    public StudyExecution(StudyFolder folder, DataFolder data, List<String> options, PrintWriter out) {
        this.folder = folder;
        this.data = data;
        this.options = List.copyOf(options);
        this.out = out;
    }

    /** Does what is missing of the runs. */
    public Outcome carryOut(List<Study.Run> runs) {
        List<PlannedRun> waiting = plan(runs);
        StudyPlan.of(folder.study(), runs).write(folder);
        say(forecast(waiting));
        while (!working.isEmpty() || (!waiting.isEmpty() && !stopped)) {
            endOfThoseThatHaveEnded();
            elsewhere.removeIf(StudyExecution::isFree);
            for (Iterator<PlannedRun> next = waiting.iterator(); next.hasNext() && !stopped; ) {
                PlannedRun run = next.next();
                if (working.size() < folder.study().parallel() && !needsWhatAnotherComputes(run) && begin(run)) {
                    next.remove();
                }
            }
            pause();
        }
        return new Outcome(computed, takenOver, there, savedSeconds, stopped, List.copyOf(failures));
    }

    /** Stops all runs at a checkpoint; {@link #carryOut} returns when they have ended. From any thread. */
    public synchronized void stop() {
        stopped = true;
        List.copyOf(working.values()).forEach(run -> run.child().stop());
    }

    private List<PlannedRun> plan(List<Study.Run> runs) {
        StepKeys keys = new StepKeys();
        Progress progress = new ProgressLine(out, false); // of data that have to be fetched
        List<PlannedRun> plan = new ArrayList<>();
        for (Study.Run run : runs) {
            Experiment experiment = run.experiment();
            RunDirectory directory = folder.run(run.variant(), run.seed());
            Supplier<Dataset> dataset = new RunModels(experiment, directory, data, progress)::dataset;
            Map<String, String> hashes = new LinkedHashMap<>();
            keys.of(experiment, dataset).forEach((step, key) -> hashes.put(step, key.hash()));
            plan.add(new PlannedRun(experiment, directory, hashes));
        }
        return plan;
    }

    /** What is there counts by its key, so that what is outdated is counted as to be computed. */
    private String forecast(List<PlannedRun> plan) {
        Set<String> known = new HashSet<>(new SharedSteps(folder.runs()).keys());
        int steps = 0;
        int compute = 0;
        for (PlannedRun run : plan) {
            for (String key : run.keys().values()) {
                steps++;
                compute += known.add(key) ? 1 : 0;
            }
        }
        return folder.study().name() + ": " + plan.size() + " runs of " + steps + " steps, " + compute
                + " of them to be computed";
    }

    /** Whether a step that the run lacks is among those that a run at work has yet to finish. */
    private boolean needsWhatAnotherComputes(PlannedRun run) {
        Set<String> missing = run.missing();
        return Stream.concat(working.keySet().stream(), elsewhere.stream())
                .anyMatch(other -> !Collections.disjoint(other.missing(), missing));
    }

    private static boolean isFree(PlannedRun run) {
        Optional<RunDirectory.Lock> lock = run.directory().tryLock();
        lock.ifPresent(RunDirectory.Lock::close);
        return lock.isPresent();
    }

    /** Begins a run, unless another process works on it. */
    private boolean begin(PlannedRun run) {
        Optional<RunDirectory.Lock> lock = run.directory().tryLock();
        if (lock.isEmpty()) {
            elsewhere.add(run);
            say(run.directory().name() + " is being worked on by another process; waiting for it");
            return false;
        }
        int before;
        try (RunDirectory.Lock held = lock.get()) {
            run.outdated().ifPresent(reason -> {
                say(run.directory().name() + " is made anew: " + reason + ". What was there is moved to "
                        + SharedSteps.setAside(run.directory()));
            });
            int done = run.done().size();
            List<StepRecord> taken = run.takeOver(new SharedSteps(folder.runs()));
            there += done;
            takenOver += taken.size();
            savedSeconds += taken.stream().mapToDouble(StepRecord::seconds).sum();
            before = done + taken.size();
        }
        if (!run.isFinished()) {
            start(run, before);
        }
        return true;
    }

    private synchronized void start(PlannedRun run, int doneBefore) {
        String name = run.directory().name();
        AtomicFile.write(folder.experiment(name), run.experiment().resolvedYaml());
        List<String> arguments =
                new ArrayList<>(List.of("run", folder.experiment(name).toString()));
        arguments.addAll(options);
        if (!stopped) {
            working.put(run, new Working(new ChildRun(folder.log(name), arguments), doneBefore));
            say(name + " begins with " + doneBefore + " of " + run.keys().size() + " steps");
        }
    }

    private void endOfThoseThatHaveEnded() {
        for (Map.Entry<PlannedRun, Working> entry : List.copyOf(working.entrySet())) {
            ChildRun child = entry.getValue().child();
            if (!child.isAlive()) {
                PlannedRun run = entry.getKey();
                working.remove(run);
                computed += run.done().size() - entry.getValue().doneBefore();
                ended(run, child);
            }
        }
    }

    private void ended(PlannedRun run, ChildRun child) {
        String name = run.directory().name();
        if (run.isFinished()) {
            say(name + " is finished");
        } else if (stopped) {
            say(name + " has stopped");
        } else {
            String sentence = name + " failed (exit code " + child.exitCode() + "): " + child.lastWords()
                    + " All of it: " + folder.log(name);
            failures.add(sentence);
            say(sentence);
        }
    }

    private void say(String sentence) {
        out.println(sentence);
        out.flush();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** {@code 1:05}, minutes and seconds, with hours in front where there are any. */
    static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
}
