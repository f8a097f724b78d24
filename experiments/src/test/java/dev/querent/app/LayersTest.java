package dev.querent.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import ai.djl.ndarray.NDArray;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.List;

/** Data goes one way through the packages: each may use those listed below it, never those above. */
@AnalyzeClasses(
        packages = "dev.querent",
        importOptions = {ImportOption.DoNotIncludeTests.class, LayersTest.NoTestJars.class})
class LayersTest {

    /** In mvn verify the framework's test helpers are a jar. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /** From left to right of the arrow; packages of one line don't know each other. */
    private static final List<List<String>> LAYERS = List.of(
            List.of("app.."),
            List.of("task..", "vision..", "language..", "bridge.."),
            List.of("pipeline.."),
            List.of("report.."),
            List.of("experiment.."),
            List.of("training.."),
            List.of("evaluation.."),
            List.of("generation.."),
            List.of("step.."),
            List.of("model.."),
            List.of("data.."),
            List.of("image.."),
            List.of("text.."),
            List.of("nn.."),
            List.of("weights.."),
            List.of("torch.."),
            List.of("random.."),
            List.of("progress..", "tensorboard.."),
            List.of("file.."),
            List.of("plugin.."),
            List.of("config.."));

    @ArchTest
    static final ArchRule oneDirection = oneDirection();

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("dev.querent.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule springOnlyAtTheEdge = noClasses()
            .that()
            .resideOutsideOfPackages("dev.querent.pipeline..", "dev.querent.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule engineOnlyInTorch = noClasses()
            .that()
            .resideOutsideOfPackages("dev.querent.torch..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl.pytorch..");

    @ArchTest
    static final ArchRule jsonAndYamlOnlyWhereFilesAre = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.querent.app..",
                    "dev.querent.task..",
                    "dev.querent.pipeline..",
                    "dev.querent.report..",
                    "dev.querent.experiment..",
                    "dev.querent.training..",
                    "dev.querent.data..",
                    "dev.querent.text..",
                    "dev.querent.weights..",
                    "dev.querent.image..",
                    "dev.querent.plugin..",
                    "dev.querent.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tools.jackson..", "com.fasterxml.jackson..", "org.yaml..", "com.google.gson..");

    /**
     * DJL makes the number a tensor over Java memory and frees it at once; the graph reads it later. {@code Tensors.scale}
     * does what is meant.
     */
    @ArchTest
    static final ArchRule noProductsWithNumbers = noClasses()
            .should()
            .callMethod(NDArray.class, "mul", Number.class)
            .orShould()
            .callMethod(NDArray.class, "muli", Number.class)
            .orShould()
            .callMethod(NDArray.class, "div", Number.class)
            .orShould()
            .callMethod(NDArray.class, "divi", Number.class)
            .orShould()
            .callMethod(NDArray.class, "pow", Number.class)
            .orShould()
            .callMethod(NDArray.class, "powi", Number.class);

    @ArchTest
    static final ArchRule randomnessComesFromTheRunSeed = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
            .orShould()
            .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule frameworkKnowsNoModule = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.querent.app..",
                    "dev.querent.task..",
                    "dev.querent.vision..",
                    "dev.querent.language..",
                    "dev.querent.bridge..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.querent.app..",
                    "dev.querent.task..",
                    "dev.querent.vision..",
                    "dev.querent.language..",
                    "dev.querent.bridge..");

    private static ArchRule oneDirection() {
        CompositeArchRule rules = null;
        for (int i = 0; i < LAYERS.size(); i++) {
            for (String layer : LAYERS.get(i)) {
                String[] forbidden = forbidden(i, layer);
                if (forbidden.length > 0) {
                    ArchRule rule = noClasses()
                            .that()
                            .resideInAPackage("dev.querent." + layer)
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(forbidden)
                            .allowEmptyShould(true);
                    rules = rules == null ? CompositeArchRule.of(rule) : rules.and(rule);
                }
            }
        }
        return rules;
    }

    /** The packages of the layers above, and the others of the same one. */
    private static String[] forbidden(int index, String layer) {
        return LAYERS.subList(0, index + 1).stream()
                .flatMap(List::stream)
                .filter(other -> !other.equals(layer))
                .map(other -> "dev.querent." + other)
                .toArray(String[]::new);
    }
}
