package dev.querent.app.command;

import dev.querent.app.plan.ExperimentPlan;
import dev.querent.app.plan.Hardware;
import dev.querent.app.plan.PlanJson;
import dev.querent.app.plan.PlanText;
import dev.querent.app.plan.StepPlan;
import dev.querent.app.plan.ThisMachine;
import dev.querent.config.NearestName;
import dev.querent.experiment.Experiment;
import dev.querent.plugin.PluginRegistry;
import dev.querent.weights.Precision;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code querent plan FILE}: what an experiment's training will need, without reading weights or data. */
@Command(
        name = "plan",
        description = "Estimates parameters, operations, memory and time of an experiment's training.",
        mixinStandardHelpOptions = true)
public final class PlanCommand implements Runnable {

    private static final double GIB = 1L << 30;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ExperimentOptions experiment = new ExperimentOptions();

    @Option(
            names = "--hardware",
            paramLabel = "NAME",
            description = "Plan for a100-40g-x16, h100-x8 or this-machine; default: all. May be repeated.")
    private List<String> wanted = new ArrayList<>();

    @Option(names = "--json", description = "Write one JSON object.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public void run() {
        List<String> names = names();
        PrintWriter err = spec.commandLine().getErr();
        try (PluginRegistry registry = plugins.open(err)) {
            Experiment loaded = experiment.load(registry);
            ExperimentPlan plan = ExperimentPlan.of(loaded);
            List<Hardware> hardware = names.stream()
                    .map(name -> hardware(name, loaded.threads(), plan))
                    .toList();
            spec.commandLine()
                    .getOut()
                    .println(
                            json
                                    ? PlanJson.of(plan, hardware).toString()
                                    : new PlanText(plan, hardware).text().stripTrailing());
            plan.steps().forEach(step -> hardware.forEach(each -> warn(step, each, err)));
        }
    }

    private List<String> names() {
        List<String> known = Stream.concat(Hardware.known().stream().map(Hardware::name), Stream.of(ThisMachine.NAME))
                .toList();
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw new UsageException("no hardware called \"" + name + "\". Known: " + String.join(", ", known) + "."
                        + NearestName.question(name, known));
            }
        }
        return wanted.isEmpty() ? known : wanted.stream().distinct().toList();
    }

    private static Hardware hardware(String name, int threads, ExperimentPlan plan) {
        return Hardware.known().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseGet(() -> ThisMachine.measure(threads, precisions(plan)));
    }

    private static Set<Precision> precisions(ExperimentPlan plan) {
        Set<Precision> precisions = EnumSet.noneOf(Precision.class);
        plan.steps().forEach(step -> step.parts().forEach(part -> precisions.add(step.multipliesIn(part))));
        return precisions;
    }

    private static void warn(StepPlan step, Hardware hardware, PrintWriter err) {
        if (hardware.holds(step)) {
            return;
        }
        err.printf(
                Locale.ROOT,
                "warning: %s doesn't fit %s: %.1f GiB a device of %.1f%s%n",
                step.name(),
                hardware.name(),
                step.memory(hardware.devices()).total() / GIB,
                hardware.memory() / GIB,
                advice(step, hardware));
    }

    private static String advice(StepPlan step, Hardware hardware) {
        if (step.work().isEmpty()) {
            return "";
        }
        long largest = hardware.largestBatch(step);
        return largest == 0
                ? "; not even one sample a device fits"
                : "; by this estimate the largest batch-size that fits is " + largest;
    }
}
